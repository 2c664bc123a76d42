"""Dialects of the fine-tuning APIs: each turns one API's words into our values."""

from __future__ import annotations

from finetop.errors import BadInput
from finetop.providers.archive import Archive
from finetop.providers.contract import Provider
from finetop.providers.legacy import Legacy
from finetop.providers.local import Local
from finetop.providers.openai import OpenAI
from finetop.providers.pages import EndlessList, Page, every_page
from finetop.providers.reading import Sent

__all__ = ["DIALECTS", "Archive", "EndlessList", "Page", "Provider", "Sent", "every_page", "provider_class"]

DIALECTS: dict[str, type[Provider]] = {
    "openai": OpenAI,
    "local": Local,
    "openai-legacy": Legacy,
    "archive": Archive,
}


def provider_class(dialect: str) -> type[Provider]:
    """The class that speaks a dialect. Raises BadInput with those that exist."""
    try:
        return DIALECTS[dialect]
    except KeyError:
        raise BadInput(f"there is no dialect {dialect}", hint=f"Use one of {', '.join(DIALECTS)}.") from None
