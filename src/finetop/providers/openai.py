"""OpenAI's dialect, and that of everyone who speaks it unchanged."""

from __future__ import annotations

from typing import ClassVar

from finetop.models import Capabilities
from finetop.providers.contract import Provider


class OpenAI(Provider):
    """The contract's own paths and words; its list cannot be relied on to filter by metadata.

    Others who speak it let a job be deleted, so it is tried, and who has no such route is remembered.
    """

    capabilities: ClassVar[Capabilities] = Capabilities(delete_job=True)
