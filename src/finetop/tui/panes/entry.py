"""One thing known of a job, as the detail pane shows it: a line, and the values it is made of."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from finetop.tui.widgets.runs import Run


class Fact(NamedTuple):
    """One value by its name, on lines of its own while its entry is unfolded."""

    label: str
    runs: tuple[Run, ...]
    value: str = ""
    """What is copied; empty where that is what stands there."""
    link: str = ""
    """Where a browser finds it."""
    lines: tuple[str, ...] = ()
    """A text of several lines, such as a program: as it is written, in place of `runs`."""


class Goal(NamedTuple):
    """Where enter leads."""

    kind: str
    """file, model, tab or permissions."""
    name: str


class Entry(NamedTuple):
    """A label and what belongs to it."""

    label: str
    runs: tuple[Run, ...]
    value: str = ""
    facts: tuple[Fact, ...] = ()
    goal: Goal | None = None
    link: str = ""
    is_row: bool = False
    """True where the runs are a row of a table, which the value ends if there is room."""
