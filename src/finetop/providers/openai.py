"""OpenAI's dialect, and that of everyone who speaks it unchanged."""

from __future__ import annotations

from finetop.providers.contract import Provider


class OpenAI(Provider):
    """The contract's own paths and words; its list cannot be relied on to filter by metadata."""
