"""Curves over each other: those of the marked jobs, and of the one that is pinned as the baseline."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.binding import Binding, BindingType

from finetop import text
from finetop.tui.messages import Said
from finetop.tui.panes.curve_jobs import MOST, Laid, called
from finetop.tui.panes.marking import Marking
from finetop.tui.screens.telling import Telling

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from finetop.store.rows import Curves, JobKey, JobRow
    from finetop.tui.panes.curves import CurvesPane
    from finetop.tui.panes.jobs import JobsPane


class Overlaying(Telling):
    """The part of the main screen that reads the curves of other jobs than the one under the cursor."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "asterisk",
            "baseline",
            "Baseline",
            show=False,
            id="job.baseline",
            tooltip="Draw this job beside every other, or no longer",
        ),
    ]

    _read_curves: dict[JobKey, tuple[int, Curves]]
    """The curves of those jobs, and as of which change of the job."""

    @property
    def jobs(self) -> JobsPane:
        """The list."""
        raise NotImplementedError

    @property
    def curves_pane(self) -> CurvesPane:
        """Where they are drawn."""
        raise NotImplementedError

    @property
    def baseline(self) -> JobKey | None:
        """The job that is pinned."""
        return self.curves_pane.baseline

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A baseline is a job."""
        if action == "baseline":
            row = self.row if self.is_mounted else None
            return (row is not None and row.is_job) or None
        return super().check_action(action, parameters)

    def action_baseline(self) -> None:
        """Pin the job under the cursor, or let go of it."""
        row = self.row
        if row is None:
            return
        pane = self.curves_pane
        name = text.clean(row.name)
        if pane.baseline == row.key:
            pane.baseline = None
            self.post_message(Said(f"{name} is no longer the baseline."))
        else:
            pane.baseline = row.key
            self.post_message(Said(f"{name} is the baseline.", "Its curves stand beside those of every job."))
        self.overlay()

    @on(Marking.MarksChanged)
    def _marks_changed(self) -> None:
        self.overlay()

    def overlay(self) -> None:
        """Draw the marked jobs and the baseline; what is not known of them yet is read first."""
        few = len(self.jobs.marks) <= MOST
        marked = self.jobs.marked() if few else []
        letters = called(marked)
        base = None if self.curves_pane.baseline is None else self.jobs.row_of(self.curves_pane.baseline)
        self.jobs.call(letters)
        wanted = [*(marked if letters else ()), *([] if base is None else [base])]
        known = getattr(self, "_read_curves", {})
        self._read_curves = {row.key: known[row.key] for row in wanted if row.key in known}
        if all(row.key in known and known[row.key][0] == row.seq for row in wanted):
            self._lay(marked if letters else [], base)
        else:
            self._read(wanted, marked if letters else [], base)

    @work(exclusive=True, group="overlay", exit_on_error=False)
    async def _read(self, wanted: Sequence[JobRow], marked: Sequence[JobRow], base: JobRow | None) -> None:
        """Read the curves of jobs, of which there may be many long ones; the last call counts."""
        for row in wanted:
            known = self._read_curves.get(row.key)
            if known is None or known[0] != row.seq:
                before = None if known is None else known[1]
                curves = await asyncio.to_thread(self.store.events.curves, row.key, before)
                self._read_curves[row.key] = (row.seq, curves)
        self._lay(marked, base)

    def _lay(self, marked: Sequence[JobRow], base: JobRow | None) -> None:
        letters = called(marked)
        over = [Laid(row, self._read_curves[row.key][1], *letters[row.key]) for row in marked]
        beside = None if base is None else Laid(base, self._read_curves[base.key][1])
        self.curves_pane.overlay(over, beside, too_many=len(self.jobs.marks) > MOST)

    def is_overlaid(self, keys: Collection[JobKey]) -> bool:
        """Whether any of these jobs stands over another."""
        return any(key in getattr(self, "_read_curves", {}) for key in keys)
