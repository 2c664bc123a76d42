"""On which line of a TOML text a value stands, which the library's parser does not tell."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from finetop.config.tables import Place


class Statement(NamedTuple):
    """One heading or one value of a TOML text."""

    first: int
    """Its first line, from 1."""
    last: int
    place: Place
    """What it is about: the table of a heading, or the value's own place."""
    is_heading: bool


def statements(text: str) -> Iterator[Statement]:
    """Every heading and value of a text that can be parsed; blank lines and comments are none."""
    heading: Place = ()
    lists: dict[Place, int] = {}
    waiting: list[str] = []
    for number, line in enumerate(text.replace("\r\n", "\n").split("\n"), 1):
        waiting.append(line)
        try:  # a value may run over several lines: it is whole as soon as it can be parsed
            found = tomllib.loads("\n".join(waiting))
        except tomllib.TOMLDecodeError:
            continue
        first, waiting = number - len(waiting) + 1, []
        if not found:
            continue
        if line.lstrip().startswith("[") and first == number:
            heading = _counted(_path(found), found, lists)
            yield Statement(first, number, heading, is_heading=True)
        else:
            yield Statement(first, number, (*heading, *_path(found)), is_heading=False)


def line_of(text: str, place: Place) -> int | None:
    """The line of a value, or of the nearest thing around it; None where the text has nothing of it."""
    best, line = 0, None
    for statement in statements(text):
        shared = _shared(statement.place, place)
        if shared > best:
            best, line = shared, statement.first
    return line


def _shared(one: Place, other: Place) -> int:
    """How many of their first steps two places have in common."""
    both = zip(one, other, strict=False)
    return next((at for at, (left, right) in enumerate(both) if left != right), min(len(one), len(other)))


def _path(found: dict[str, Any]) -> tuple[str, ...]:
    """The names that lead to the one thing in a text of one statement."""
    names: list[str] = []
    inner: Any = found
    while isinstance(inner, dict) and len(inner) == 1:
        ((name, inner),) = inner.items()
        names.append(name)
    return tuple(names)


def _counted(path: tuple[str, ...], found: dict[str, Any], lists: dict[Place, int]) -> Place:
    """The place of a heading; the tables of a list are told apart by their number."""
    place: Place = ()
    inner: Any = found
    for name in path:
        inner = inner[name]
        place = (*place, name)
        if isinstance(inner, list):
            lists[place] = lists.get(place, -1) + 1
        if place in lists:
            place = (*place, lists[place])
    return place
