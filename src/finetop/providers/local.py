"""finetop's own server: OpenAI's dialect, and a word for a repeated request."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from finetop.models import Capabilities
from finetop.providers.contract import Provider


class Local(Provider):
    """It answers a repeated Idempotency-Key with the first job, filters by metadata and tells the queue."""

    capabilities: ClassVar[Capabilities] = Capabilities(
        idempotency_key=True, metadata_filter=True, all_models_listed=True
    )
    # A small model that draws its letters at random goes astray at the first unlucky one; models of others
    # have a temperature of their own, and some of them take no other.
    chat_settings: ClassVar[Mapping[str, Any]] = {"temperature": 0}
