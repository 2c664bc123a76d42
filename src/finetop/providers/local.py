"""finetop's own server: OpenAI's dialect, and a word for a repeated request."""

from __future__ import annotations

from typing import ClassVar

from finetop.models import Capabilities
from finetop.providers.contract import Provider


class Local(Provider):
    """It answers a repeated Idempotency-Key with the first job, filters by metadata and tells the queue."""

    capabilities: ClassVar[Capabilities] = Capabilities(
        idempotency_key=True, metadata_filter=True, all_models_listed=True
    )
