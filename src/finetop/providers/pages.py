"""Lists that come in parts, and how a walk over them ends whatever the server says."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from finetop.errors import BadReply

T = TypeVar("T")

MOST_PAGES = 1_000
"""A list longer than this many pages is a server that does not end its lists."""


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Part of a list."""

    items: tuple[T, ...]
    next: str | None = None
    """The cursor of the part after this; None at the end."""


def page_of(answer: Any, parse: Callable[[Any], T | None], *, after: str | None = None) -> Page[T]:
    """A part of any list; an item that `parse` makes nothing of is left out. Raises BadReply for no list."""
    data = answer.get("data") if isinstance(answer, Mapping) else answer
    if data is None and isinstance(answer, Mapping) and "data" in answer:
        data = []
    if not isinstance(data, list):
        raise BadReply("the answer is JSON, but no list")
    items = tuple(item for item in map(parse, data) if item is not None)
    more = isinstance(answer, Mapping) and bool(answer.get("has_more"))
    last = data[-1].get("id") if data and isinstance(data[-1], Mapping) else None
    return Page(items, last if more and isinstance(last, str) and last != after else None)


async def every_page(ask: Callable[[str | None], Awaitable[Page[T]]]) -> AsyncIterator[Page[T]]:
    """Part after part until the list ends, or repeats itself, or never would."""
    cursor: str | None = None
    seen: set[str | None] = {None}
    for _ in range(MOST_PAGES):
        page = await ask(cursor)
        yield page
        cursor = page.next
        if cursor in seen:
            return
        seen.add(cursor)
