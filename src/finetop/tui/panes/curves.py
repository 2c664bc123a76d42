"""The curves pane: what was measured of the job under the cursor, or of several over each other.

CurvesPane(glyphs=UNICODE)
pane.show(curves, row)                  Curves and JobRow from the store; None, None without a job
pane.overlay(marked, baseline)          jobs to lay over each other while there are any
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar, Final

from finetop import text
from finetop.measures import FIRST, Measure, title_of
from finetop.plot import SMOOTHING, Marks
from finetop.store.rows import JobKey
from finetop.tui.handoff import Copy
from finetop.tui.panes.curve_axes import AXES
from finetop.tui.panes.curve_drawing import Picture
from finetop.tui.panes.curve_export import Exporting, exported
from finetop.tui.panes.curve_jobs import Laid, laid
from finetop.tui.panes.curve_numbers import CurveNumbers
from finetop.tui.panes.curve_pictures import Pictures
from finetop.tui.panes.curve_words import value_at
from finetop.tui.panes.detail_model import epoch_words, step_words
from finetop.tui.widgets.runs import Line

if TYPE_CHECKING:
    from finetop.overfit import Verdict
    from finetop.report.curve_file import Exported
    from finetop.store.rows import Curves, JobRow
    from finetop.tui.remembered import Part, State
    from finetop.tui.widgets.runs import Run

SEVERAL: Final = "Several"
"""The tab of what is drawn side by side."""


class CurvesPane(CurveNumbers, Exporting):
    """Charts, drawn anew only when their data, their size or their settings change."""

    NAME = "Curves"
    NUMBER = 3
    PLACE = "the curves"
    TABS: ClassVar[tuple[str, ...]] = ("Loss", "Accuracy", "Rate")

    def __init__(self, *, glyphs: text.Glyphs = text.UNICODE, id: str | None = "curves") -> None:  # noqa: A002 - Textual's name
        super().__init__(glyphs=glyphs, id=id)
        self.baseline: JobKey | None = None
        """The job that stands beside every other."""
        self._row: JobRow | None = None
        self._own: Laid | None = None
        self._marked: Sequence[Laid] = ()
        self._beside: Laid | None = None
        self._too_many = False
        self._jobs: list[Laid] = []
        self._pictures_of: tuple[object, list[Picture]] = (None, [])
        self._tabs: tuple[str, ...] = self.TABS
        g = glyphs
        marks = Marks(
            g.plot, g.best, g.up, g.down, g.epoch, g.crosshair, g.crosshair_point, g.rule, g.checkpoint
        )
        self._pictures = Pictures(marks, glyphs)

    def show(self, curves: Curves | None, row: JobRow | None, *, verdict: Verdict | None = None) -> None:
        """Take the measurements of a job; `verdict` is what was judged of them already."""
        before = self._row.key if self._row is not None else None
        key = row.key if row is not None else None
        if key != before and not self._marked:
            self.look = replace(self.look, point=None, everything=False, window=None)
        self._row = row
        self._own = None if curves is None or row is None else Laid(row, curves)
        if self._own is not None and verdict is not None:
            self._own.take(verdict)
        self._lay()

    def overlay(
        self, marked: Sequence[Laid], baseline: Laid | None = None, *, too_many: bool = False
    ) -> None:
        """Lay these jobs over each other instead of the one under the cursor; the baseline stands beside."""
        if bool(marked) != bool(self._marked):
            self.look = replace(self.look, point=None, window=None)
        self._marked, self._beside, self._too_many = marked, baseline, too_many
        self._lay()

    def _lay(self) -> None:
        self._jobs = laid(self._own, self._marked, self._beside)
        self._tabs = self._tabs_now()
        self.redraw()

    # --- what is shown ----------------------------------------------------------------------------------

    def measured(self) -> Mapping[str, Measure]:
        """All that any of the jobs has measured."""
        found: dict[str, Measure] = {}
        for job in self._jobs:
            found = (
                {**job.measures, **found}
                if not found
                else {
                    **found,
                    **{name: measure for name, measure in job.measures.items() if name not in found},
                }
            )
        return found

    @property
    def tabs(self) -> tuple[str, ...]:
        """A job that earns rewards has a tab for them, and none for what it has not measured."""
        return self._tabs

    def _tabs_now(self) -> tuple[str, ...]:
        there = self.measured()
        names = [name for name in FIRST if name != "reward"]
        if "reward" in there:
            names = [name for name in FIRST if name == "rate" or name in there]
        tabs = [title_of(name) for name in names]
        chosen = [name for name in self.chosen if name in there]
        if len(chosen) > 1:
            tabs.append(SEVERAL)
        elif chosen and chosen[0] not in names:
            tabs.append(title_of(chosen[0]))
        return tuple(tabs)

    @property
    def jobs(self) -> Sequence[Laid]:
        """Those that are drawn."""
        return self._jobs

    def shown_measures(self) -> Sequence[str]:
        """The names of what the tab shows."""
        if self.tab == SEVERAL:
            there = self.measured()
            return [name for name in self.chosen if name in there]
        names = (*FIRST, *self.chosen)
        return [next((name for name in names if title_of(name) == self.tab), FIRST[0])]

    def show_measures(self, names: Sequence[str]) -> None:
        """Show one of them by its tab, or several side by side."""
        if len(names) > 1 or names[0] not in FIRST:
            self.chosen = tuple(names)
        self._tabs = self._tabs_now()
        self._chosen_tab = SEVERAL if len(names) > 1 else title_of(names[0])
        self.tab_shown()
        self.redraw()

    def tab_shown(self) -> None:
        """Another range of values; what is seen of the axis stays."""
        if self.is_attached:
            self.refresh_bindings()

    def pictures(self) -> list[Picture]:
        """What is drawn, side by side."""
        names = self.shown_measures() if self._jobs else []
        key = (self.look, names, [job.change for job in self._jobs])
        if key != self._pictures_of[0]:
            self._pictures_of = (key, [Picture(name, list(self._jobs), self.look) for name in names])
        return self._pictures_of[1]

    def picture(self) -> Picture | None:
        """The first of them in which there is something."""
        return next((picture for picture in self.pictures() if picture.steps), None)

    def seen_window(self) -> tuple[float, float] | None:
        """The part of the axis that was drawn last."""
        return self._pictures.window

    # --- lines ------------------------------------------------------------------------------------------

    def facts(self) -> tuple[Run, ...]:
        """How far the job is."""
        if self._marked:
            return ((f"{len(self._marked)} marked jobs", "muted"),)
        if self._row is None:
            return ()
        words = ", ".join(part for part in (step_words(self._row), epoch_words(self._row, of=False)) if part)
        if self.group:
            words = step_words(self._row)
        facts = [(words, "muted")] if words else []
        if self._too_many:
            facts.insert(0, ("more than 8 marked", "warn"))
        return tuple(facts)

    def body_count(self) -> int:
        """The picture fills the pane; a table has a line for each step."""
        return len(self.numbers.steps) or 1 if self.is_table else self.body_height

    def body_line(self, index: int, width: int) -> Line:
        """A line of the picture, or of the table."""
        if self.is_table and self.numbers.steps:
            return self.number_line(index, width)
        picture = self._drawn_picture(width, self.body_height)
        return picture[index] if index < len(picture) else Line()

    def _drawn_picture(self, width: int, height: int) -> list[Line]:
        pictures = self.pictures()
        if not any(picture.steps for picture in pictures):
            return [Line(((" ", "text"), (self._nothing(), "faint")))]
        return self._pictures.lines(pictures, width, height)

    def _nothing(self) -> str:
        if self._row is None:
            return "No job yet."
        if not self._jobs:
            return "Reading what was measured."
        there = self.measured()
        what = there.get(self.shown_measures()[0], Measure(self.shown_measures()[0])).plural
        if len(self._jobs) > 1:
            return f"None of these jobs has sent {what}."
        return f"This job sent no {what}." if self._row.is_final else f"No {what} yet."

    # --- remembered, handed on --------------------------------------------------------------------------

    def state(self) -> State:
        """How curves are looked at, and what stands beside every job."""
        look = self.look
        kept = {"smoothing": look.smoothing, "axis": look.axis, "log": look.is_log, "table": self.is_table}
        base = {} if self.baseline is None else {"baseline": list(self.baseline)}
        return {**super().state(), **kept, **base, "chosen": list(self.chosen)}

    def restore(self, state: Part) -> None:
        """As it was left."""
        super().restore(state)
        smoothing, axis = state.text("smoothing", "mid"), state.text("axis", "step")
        self.look = replace(
            self.look,
            smoothing=smoothing if smoothing in SMOOTHING else "mid",
            axis=axis if axis in AXES else "step",
            is_log=state.flag("log"),
        )
        self.is_table = state.flag("table")
        self.chosen = tuple(state.texts("chosen"))
        match state.get("baseline"):
            case [int(account), str(id_)]:
                self.baseline = JobKey(account, id_)

    def exported(self) -> Exported | None:
        """The pictures as they are drawn, and the table of their numbers."""
        return exported(self.pictures(), self.numbers, self._pictures.marks)

    def export_name(self) -> str:
        """The job's name, and what is shown of it."""
        from finetop.report.writing import plain_name  # noqa: PLC0415 - as above

        names = self.shown_measures()
        whose = "jobs" if len(self._jobs) > 1 or self._row is None else plain_name(self._row.name)
        return f"{whose}-{plain_name(names[0]) if len(names) == 1 else 'curves'}"

    def copies(self) -> list[Copy]:
        """The values under the crosshair, and all numbers."""
        found = []
        if self.look.point is not None:
            for job in self._jobs:
                for name in self.shown_measures():
                    measure = job.measure(name)
                    for line, series in (("training", measure.train), ("validation", measure.valid)):
                        value = value_at(series, self.look.point)
                        if value is not None:
                            what = f"{job.name} {line} {measure.title.lower()}".strip()
                            found.append(Copy(f"{what} of step {self.look.point:.0f}", f"{value:.10g}"))
        if self.numbers.steps:
            found.append(Copy("these numbers as a table", self.numbers.as_text()))
        return found
