"""Everything known about one model, uncut, and the way to the job that made it."""

from __future__ import annotations

from collections.abc import Iterable
from textwrap import wrap
from typing import TYPE_CHECKING

from textual.containers import Horizontal

from finetop import text
from finetop.tui.panes.model_cells import GONE, UNLISTED
from finetop.tui.screens.dialog import Act, Dialog, Paper, facts

if TYPE_CHECKING:
    from textual.widget import Widget

    from finetop.tui.panes.model_cells import ModelRow
    from finetop.tui.widgets.runs import Run

LABEL = 12
ROOM = 60 - LABEL
_STATES = {
    GONE: "gone: the provider lists your other models, and not this one",
    UNLISTED: "not in the provider's list of models",
}


def fact_lines(row: ModelRow, now: float) -> list[tuple[Run, ...]]:
    """Label and value; what is long takes more lines."""
    one = row.held
    ends = ""
    if one.ends_at is not None:
        ends = f"{text.day(one.ends_at)}, {text.in_days(one.days_left(now) or 0)}"
        if one.told_of and one.told_of != one.id:
            ends += f", with {one.told_of}"
    pairs = (
        ("Model", one.id),
        ("Tuned from", one.base),
        ("Job", f"{one.job_name}  {one.job}" if one.job else ""),
        ("Created", text.day_clock(one.created) if one.created else ""),
        ("Ends", ends),
        ("Owner", one.owner),
        ("Profile", one.profile),
        ("State", _STATES.get(row.state, "")),
    )
    lines: list[tuple[Run, ...]] = [()]
    for label, value in pairs:
        for place, part in enumerate(wrap(text.clean(value), ROOM, break_on_hyphens=False)):
            lines += facts(
                [("" if place else label, ((part, "warn" if label == "State" else "text"),))], LABEL
            )
    return [*lines, ()]


class ModelFacts(Dialog[bool]):
    """True to go to the job."""

    def __init__(self, row: ModelRow, now: float) -> None:
        super().__init__()
        self._row, self._now = row, now

    @property
    def question(self) -> str:
        """What it is."""
        return "Tuned model" if self._row.held.is_tuned else "Model"

    def content(self) -> Iterable[Widget]:
        """The facts, then where one can go from here."""
        yield Paper(fact_lines(self._row, self._now))
        acts = [Act("Close", id="close")]
        if self._row.held.job:
            acts.append(Act("To its job", id="job"))
        yield Horizontal(*acts, classes="acts")

    def on_mount(self) -> None:
        """Enter goes on."""
        self.query(Act).last().focus()

    def on_act_pressed(self, event: Act.Pressed) -> None:
        """One of the two buttons."""
        event.stop()
        self.dismiss(event.act.id == "job")
