"""Where the panes stand on a screen of a given size. Pure; `panes.grid.PaneGrid` obeys it.

From 100 columns and 30 rows on all four panes are seen, and on a narrow screen from 44 rows on, one under the
other. Below that the jobs take the upper half and detail, curves and events are tabs of one pane, which under
18 rows is four facts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

LEAST_WIDTH: Final = 60
LEAST_HEIGHT: Final = 16
WIDE: Final = 100
TALL: Final = 30
AIRY: Final = 40
PORTRAIT: Final = 44
FACTS: Final = 18
BARS: Final = 2
"""Title line and footer."""
LEAST_JOBS: Final = 5
LEAST_PANE: Final = 6
LEAST_EVENTS: Final = 4
LEAST_LEFT: Final = 30
COLUMNS: Final = 4
"""Columns of one step; a row is one."""
FARTHEST: Final = 400
"""Steps on the largest screen there may have been before this one."""


class Sizes(NamedTuple):
    """How many rows and columns more than usual a person gives to the panes."""

    jobs: int = 0
    left: int = 0
    """Columns of the detail beside the curves."""
    detail: int = 0
    """Its rows over the curves."""
    events: int = 0


USUAL: Final = Sizes()


class Box(NamedTuple):
    """A place inside the body, which begins under the title line."""

    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Arrangement:
    """The boxes of the four panes; in tab mode detail, curves and events share one box."""

    jobs: Box
    detail: Box
    curves: Box
    events: Box
    tabs: bool = False
    facts: bool = False
    """The lower pane shows four facts."""

    def box(self, number: int) -> Box:
        """The box of a pane by its number, 1 to 4."""
        return (self.jobs, self.detail, self.curves, self.events)[number - 1]


def too_small(width: int, height: int) -> str:
    """What to say on a terminal too small for anything else; empty where it is large enough."""
    if width >= LEAST_WIDTH and height >= LEAST_HEIGHT:
        return ""
    return f"finetop needs {LEAST_WIDTH} by {LEAST_HEIGHT}; this is {width} by {height}"


def arrange(width: int, height: int, sizes: Sizes = USUAL) -> Arrangement:
    """The boxes on a screen of this size, title line and footer included in the height."""
    body = max(2, height - BARS)
    if width >= WIDE and height >= TALL:
        return _wide(width, body, height, sizes)
    if height >= PORTRAIT:
        return _portrait(width, body, sizes)
    lower = 5
    if height >= FACTS:
        lower = _within(body - body // 2 - sizes.jobs, LEAST_PANE, body - LEAST_JOBS)
    shared = Box(0, body - lower, width, lower)
    return Arrangement(
        Box(0, 0, width, body - lower), shared, shared, shared, tabs=True, facts=height < FACTS
    )


def _wide(width: int, body: int, height: int, sizes: Sizes) -> Arrangement:
    gap = 1 if height >= AIRY else 0
    events = max(4, round(7 + (height - AIRY) * 0.3))
    middle = max(9, round(14 + (height - AIRY) * 0.4))
    jobs = _within(body - events - middle + sizes.jobs, LEAST_JOBS, body - LEAST_PANE - LEAST_EVENTS)
    events = _within(events + sizes.events, LEAST_EVENTS, body - jobs - LEAST_PANE)
    middle = body - jobs - events
    left = _within(min(72, width * 46 // 100) + sizes.left, LEAST_LEFT, width - 2 - LEAST_LEFT)
    return Arrangement(
        Box(0, 0, width, jobs - gap),
        Box(0, jobs, left, middle - gap),
        Box(left + 2, jobs, width - left - 2, middle - gap),
        Box(0, jobs + middle, width, events),
    )


def _portrait(width: int, body: int, sizes: Sizes) -> Arrangement:
    more = body + BARS - PORTRAIT
    events = round(7 + more * 0.2)
    detail = round(10 + more * 0.25)
    curves = round(11 + more * 0.25)
    jobs = body - events - detail - curves + sizes.jobs
    jobs = _within(jobs, LEAST_JOBS, body - 2 * LEAST_PANE - LEAST_EVENTS)
    events = _within(events + sizes.events, LEAST_EVENTS, body - jobs - 2 * LEAST_PANE)
    rest = body - jobs - events
    detail = _within(rest * detail // (detail + curves) + sizes.detail, LEAST_PANE, rest - LEAST_PANE)
    return Arrangement(
        Box(0, 0, width, jobs - 1),
        Box(0, jobs, width, detail - 1),
        Box(0, jobs + detail, width, rest - detail - 1),
        Box(0, jobs + rest, width, events),
    )


def resized(sizes: Sizes, number: int, step: int, width: int, height: int) -> Sizes:
    """The sizes after a pane has grown or shrunk by one step; the same where it has no more room.

    What was said on a larger screen may lie beyond what this one has room for; that much is passed over.
    """
    now = arrange(width, height, sizes)
    is_stacked = now.curves.y > now.detail.y
    for far in range(1, FARTHEST):
        by = step * far
        match number:
            case 1:
                new = sizes._replace(jobs=sizes.jobs + by)
            case _ if now.tabs:
                new = sizes._replace(jobs=sizes.jobs - by)
            case 4:
                new = sizes._replace(events=sizes.events + by)
            case _ if is_stacked:
                new = sizes._replace(detail=sizes.detail + (by if number == 2 else -by))
            case _:
                new = sizes._replace(left=sizes.left + COLUMNS * (by if number == 2 else -by))
        if arrange(width, height, new) != now:
            return new
    return sizes


def _within(value: int, least: int, most: int) -> int:
    return max(least, min(value, most))
