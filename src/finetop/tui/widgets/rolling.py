"""Scrolling over things of different heights of which only those in sight are ever measured.

A wrapped log of a million lines has no height that anybody could know; so its view stands at a place,
the thing at its top, and not at a line of the whole. `height` measures one thing, and is at least 1.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

Height = Callable[[int], int]


class Place(NamedTuple):
    """The thing at the top of a view, and how many of its lines are above it."""

    thing: int = 0
    skip: int = 0


def moved(place: Place, lines: int, count: int, height: Height) -> Place:
    """So many lines further down, or up where it is less than none."""
    index, skip = place
    skip += lines
    while skip < 0 and index > 0:
        index -= 1
        skip += height(index)
    while index < count - 1 and skip >= (tall := height(index)):
        skip -= tall
        index += 1
    return Place(index, max(0, min(skip, height(index) - 1))) if count else Place()


def last(rows: int, count: int, height: Height) -> Place:
    """Where a view of so many rows shows the end."""
    index, left = count, rows
    while index > 0 and left > 0:
        index -= 1
        left -= height(index)
    return Place(index, max(0, -left)) if count else Place()


def showing(place: Place, rows: int, count: int, height: Height) -> list[Place]:
    """What each row of the view shows: a thing, and which of its lines."""
    seen: list[Place] = []
    index, skip = place
    while index < count and len(seen) < rows:
        seen += [Place(index, line) for line in range(skip, height(index))]
        index, skip = index + 1, 0
    return seen[:rows]
