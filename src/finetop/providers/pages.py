"""Lists that come in parts, and how a walk over them ends whatever the server says."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from finetop.errors import BadReply

T = TypeVar("T")

MOST_PAGES = 1_000
"""A list longer than this many pages is a server that does not end its lists."""
MOST_EMPTY = 3
"""So many parts without one item, one after another, and no item will follow."""


class EndlessList(BadReply):
    """A list that would go on after the last part anybody would read; what came before is good."""

    hint = "Take the newest of it: the server says that there is always more."


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Part of a list."""

    items: tuple[T, ...]
    next: str | None = None
    """The cursor of the part after this; None at the end."""
    ids: tuple[str | None, ...] = ()
    """The items' own ids, where they have one; empty where nobody looked."""
    said: tuple[Any, ...] = ()
    """The items in the provider's own words; empty where nobody kept them."""


def page_of(
    answer: Any,
    parse: Callable[[Any], T | None],
    *,
    after: str | None = None,
    limit: int | None = None,
) -> Page[T]:
    """A part of any list; an item that `parse` makes nothing of is left out. Raises BadReply for no list."""
    data = answer.get("data") if isinstance(answer, Mapping) else answer
    if data is None and isinstance(answer, Mapping) and "data" in answer:
        data = []
    if not isinstance(data, list):
        raise BadReply("the answer is JSON, but no list")
    read = [(found, item) for item in data if (found := parse(item)) is not None]
    said = tuple(item for _, item in read)
    return Page(
        tuple(found for found, _ in read), _cursor(answer, data, after, limit), tuple(map(_id, said)), said
    )


def _cursor(answer: Any, data: list[Any], after: str | None, limit: int | None) -> str | None:
    """Where the next part begins: after the last item that has an id, or where the server says."""
    if not isinstance(answer, Mapping):
        return None  # a bare list is whole
    more = answer.get("has_more")
    if more is None:  # unsaid: a full part may not be the last
        more = limit is not None and len(data) >= limit
    if not more:
        return None
    last = next((id_ for item in reversed(data) if (id_ := _id(item))), None)
    if last is None:
        told = answer.get("last_id")
        last = told if isinstance(told, str) and told else None
    return last if last != after else None


def _id(item: Any) -> str | None:
    found = item.get("id") if isinstance(item, Mapping) else None
    return found if isinstance(found, str) and found else None


async def every_page(
    ask: Callable[[str | None], Awaitable[Page[T]]], *, start: str | None = None, most: int | None = None
) -> AsyncIterator[Page[T]]:
    """Part after part, no item twice, until the list ends or repeats itself.

    Raises EndlessList once `most` parts (MOST_PAGES) have been handed out and there still is one.
    """
    cursor = start
    asked: set[str | None] = {start}
    seen: set[str] = set()
    empty = 0
    for _ in range(most or MOST_PAGES):
        page = await ask(cursor)
        told = [id_ for id_ in page.ids if id_ is not None]
        if told and told[-1] in seen:
            return  # it has gone back to where it was: the cursor is not understood
        yield _without(page, seen)
        seen.update(told)
        cursor = page.next
        empty = empty + 1 if not page.items else 0
        if cursor is None or cursor in asked or empty >= MOST_EMPTY:
            return
        asked.add(cursor)
    raise EndlessList(f"the list does not end: {most or MOST_PAGES} parts were read")


def _without(page: Page[T], seen: set[str]) -> Page[T]:
    """The part without what an earlier one has told, as when the list moved on between two askings."""
    if len(page.ids) != len(page.items) or not any(id_ in seen for id_ in page.ids):
        return page
    kept = [place for place, id_ in enumerate(page.ids) if id_ not in seen]
    return Page(
        tuple(page.items[place] for place in kept),
        page.next,
        tuple(page.ids[place] for place in kept),
        tuple(page.said[place] for place in kept) if page.said else (),
    )
