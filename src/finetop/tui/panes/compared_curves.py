"""The curves of jobs that are compared, over each other on one axis."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from finetop import text
from finetop.tui.panes.curve_jobs import Laid, called
from finetop.tui.panes.curves import CurvesPane

if TYPE_CHECKING:
    from finetop.comparing import Comparison
    from finetop.tui.widgets.runs import Run


class ComparedCurves(CurvesPane):
    """As the curves of one job, without a number: no key leads here but tab."""

    NUMBER: ClassVar[int] = 0
    PLACE = "the curves compared"
    foot = "curves"
    """The footer's order of keys."""

    def __init__(self, *, glyphs: text.Glyphs = text.UNICODE, id: str | None = "compared") -> None:  # noqa: A002 - Textual's name
        super().__init__(glyphs=glyphs, id=id)

    def take(self, comparison: Comparison) -> None:
        """Draw these jobs, each under its letter."""
        rows = [job.row for job in comparison.jobs]
        letters = called(rows)
        self._row = rows[0]
        self.overlay([Laid(job.row, job.curves, *letters[job.row.key]) for job in comparison.jobs])

    def facts(self) -> tuple[Run, ...]:
        """Along what they are drawn."""
        picture = self.picture()
        return () if picture is None else ((f"by {picture.axis}", "muted"),)
