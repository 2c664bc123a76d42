"""Walks over lists: they end whatever the server says, tell nothing twice, and say so where they stop."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finetop.errors import BadReply
from finetop.providers import Page, every_page
from finetop.providers.pages import MOST_EMPTY, MOST_PAGES, EndlessList, page_of

Answer = Callable[[str | None, int], Any]
"""What a server says to a question after an item; the number counts the questions from 0."""
LIMIT = 3


def items(*ids: str) -> list[dict[str, str]]:
    return [{"id": id_} for id_ in ids]


async def walk(answer: Answer, *, most: int | None = None) -> tuple[list[str], int]:
    """The ids that a walk tells, and how often it asked."""
    asked = 0

    async def ask(after: str | None) -> Page[Any]:
        nonlocal asked
        said = answer(after, asked)
        asked += 1
        return page_of(said, lambda item: item, after=after, limit=LIMIT)

    told = [item async for page in every_page(ask, most=most) for item in page.items]
    return [item.get("id", "-") if isinstance(item, dict) else "?" for item in told], asked


def shelf(*ids: str) -> Answer:
    """An honest server."""

    def answer(after: str | None, asked: int) -> Any:
        start = ids.index(after) + 1 if after else 0
        return {"data": items(*ids[start : start + LIMIT]), "has_more": len(ids) > start + LIMIT}

    return answer


LIES: list[tuple[str, Answer, list[Any], int]] = [
    ("empty", lambda after, n: {"data": [], "has_more": False}, [], 1),
    ("null", lambda after, n: {"data": None, "has_more": True}, [], 1),
    ("a bare list", lambda after, n: items("a", "b", "c"), ["a", "b", "c"], 1),
    ("the same part again", lambda after, n: {"data": items("a", "b"), "has_more": True}, ["a", "b"], 2),
    (
        "the same part again, shuffled",
        lambda after, n: {"data": items(*("ab" if n % 2 else "ba")), "has_more": True},
        ["b", "a"],
        2,
    ),
    (
        "a cursor that is ignored while the list grows",
        lambda after, n: {"data": items(*[f"e{number}" for number in range(9 + n, n, -1)]), "has_more": True},
        [f"e{number}" for number in range(9, 0, -1)],
        2,
    ),
    (
        "parts in a circle",
        lambda after, n: {"data": items("b" if after == "a" else "a"), "has_more": True},
        ["a", "b"],
        3,
    ),
    (
        "parts that overlap",
        lambda after, n: {"data": items(*("abc", "cde", "ef")[n]), "has_more": n < 2},
        ["a", "b", "c", "d", "e", "f"],
        3,
    ),
    ("more, but no ids", lambda after, n: {"data": [{}, {}], "has_more": True}, ["-", "-"], 1),
    (
        "more, the last without an id",
        lambda after, n: {"data": [*items("a"), {"id": 5}] if n == 0 else items("b"), "has_more": n == 0},
        ["a", 5, "b"],
        2,
    ),
    (
        "empty parts in between",
        lambda after, n: {
            "data": items("ab"[n // 2]) if n % 2 == 0 else [],
            "has_more": n < 2,
            "last_id": f"x{n}",
        },
        ["a", "b"],
        3,
    ),
    (
        "empty parts for ever",
        lambda after, n: {"data": [], "has_more": True, "last_id": f"x{n}"},
        [],
        MOST_EMPTY,
    ),
    ("empty parts and no cursor", lambda after, n: {"data": [], "has_more": True}, [], 1),
    (
        "has_more unsaid, the part full",
        lambda after, n: {"data": items(*("abc", "de")[n])},
        ["a", "b", "c", "d", "e"],
        2,
    ),
    ("has_more unsaid, all at once", lambda after, n: {"data": items(*"abcdef")}, [*"abcdef"], 2),
]


@pytest.mark.parametrize(("answer", "told", "asked"), [lie[1:] for lie in LIES], ids=[lie[0] for lie in LIES])
async def test_a_walk_ends_and_tells_each_item_once(answer: Answer, told: list[str], asked: int) -> None:
    """Also where the server repeats itself, ignores the cursor or promises more than it has."""
    assert await walk(answer) == (told, asked)


@pytest.mark.parametrize("most", [None, 4])
async def test_a_list_that_never_ends_is_said_to(most: int | None) -> None:
    """Fresh ids for ever: what came is told, then why it stops."""
    told: list[Any] = []

    async def ask(after: str | None) -> Page[Any]:
        return page_of({"data": items(f"{len(told)}"), "has_more": True}, lambda item: item, after=after)

    async def through() -> None:
        async for page in every_page(ask, most=most):
            told.extend(page.items)

    with pytest.raises(EndlessList, match=f"{most or MOST_PAGES} parts were read"):
        await through()
    assert len(told) == (most or MOST_PAGES)


@given(count=st.integers(0, 20))
async def test_an_honest_list_is_told_whole(count: int) -> None:
    ids = [f"e{number}" for number in range(count)]
    assert (await walk(shelf(*ids)))[0] == ids


async def test_a_walk_goes_on_where_it_broke_off() -> None:
    async def ask(after: str | None) -> Page[Any]:
        return page_of(shelf(*"abcdefgh")(after, 0), lambda item: item["id"], after=after)

    assert [item async for page in every_page(ask, start="d") for item in page.items] == [*"efgh"]


async def test_what_cannot_be_read_is_left_out_and_not_taken_for_the_end() -> None:
    """Its id still tells where the next part begins."""
    page = page_of(
        {"data": items("a", "b"), "has_more": True}, lambda item: item if item["id"] == "a" else None
    )
    assert (page.items, page.ids, page.next) == (({"id": "a"},), ("a",), "b")


@pytest.mark.parametrize("said", [{}, {"data": {}}, "text", 5, None, {"data": "x"}, {"error": None}])
def test_what_is_no_list_is_a_bad_reply(said: Any) -> None:
    with pytest.raises(BadReply, match="no list"):
        page_of(said, lambda item: item)
