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
        self._without: list[str] = []

    def take(self, comparison: Comparison) -> None:
        """Draw these jobs, each under its letter."""
        rows = [job.row for job in comparison.jobs]
        letters = called(rows)
        self._row = rows[0]
        found = [Laid(job.row, job.curves, *letters[job.row.key]) for job in comparison.jobs]
        self._without = [job.name for job in found if not job.measures]
        self.overlay([job for job in found if job.measures])

    def _nothing(self) -> str:
        return super()._nothing() if self._jobs else "Nothing was measured of these jobs."

    def facts(self) -> tuple[Run, ...]:
        """Along what they are drawn."""
        picture = self.picture()
        nothing = f"nothing measured of {', '.join(self._without)}"
        return (
            *(((nothing, "muted"),) if self._without else ()),
            *(((f"by {picture.axis}", "muted"),) if picture is not None else ()),
        )
