"""Where the panes stand on a screen of a given size. Pure; `panes.grid.PaneGrid` obeys it.

From 100 columns and 30 rows on all four panes are seen. Below that the jobs take the upper half and
detail, curves and events are tabs of one pane, which under 18 rows is four facts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

LEAST_WIDTH: Final = 60
LEAST_HEIGHT: Final = 16
WIDE: Final = 100
TALL: Final = 30
AIRY: Final = 40
FACTS: Final = 18
BARS: Final = 2
"""Title line and footer."""


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


def arrange(width: int, height: int) -> Arrangement:
    """The boxes on a screen of this size, title line and footer included in the height."""
    body = max(2, height - BARS)
    if width < WIDE or height < TALL:
        lower = 5 if height < FACTS else body - body // 2
        shared = Box(0, body - lower, width, lower)
        return Arrangement(
            Box(0, 0, width, body - lower), shared, shared, shared, tabs=True, facts=height < FACTS
        )
    gap = 1 if height >= AIRY else 0
    events = max(4, round(7 + (height - AIRY) * 0.3))
    middle = max(9, round(14 + (height - AIRY) * 0.4))
    jobs = body - events - middle
    left = min(72, width * 46 // 100)
    return Arrangement(
        Box(0, 0, width, jobs - gap),
        Box(0, jobs, left, middle - gap),
        Box(left + 2, jobs, width - left - 2, middle - gap),
        Box(0, jobs + middle, width, events),
    )
