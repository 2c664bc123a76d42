"""The numbers behind the curves, as a table whose line is the crosshair."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from finetop.tui.panes.curve_keys import CurveKeys
from finetop.tui.panes.curve_table import Numbers, columns_of, numbers
from finetop.tui.panes.curve_words import nearest
from finetop.tui.widgets.runs import Line

if TYPE_CHECKING:
    from finetop.tui.panes.curve_drawing import Look
    from finetop.tui.panes.curve_jobs import Laid

_ROLES_HERE: Final = {"muted": "text", "faint": "muted"}


class CurveNumbers(CurveKeys):
    """The part of the curves pane that is a table."""

    _numbers: tuple[object, Numbers] = (None, Numbers())

    # --- what a subclass says ---------------------------------------------------------------------------

    @property
    def jobs(self) -> Sequence[Laid]:
        """Those that are drawn."""
        raise NotImplementedError

    # --- lines ------------------------------------------------------------------------------------------

    @property
    def head_count(self) -> int:
        """The rule, and over a table the heads of its columns."""
        return 2 if self.is_table else 1

    def head_line(self, y: int, width: int) -> Line:
        """The rule, then the heads."""
        return super().head_line(y, width) if y == 0 else Line(tuple(self.numbers.head(width)))

    @property
    def numbers(self) -> Numbers:
        """The numbers of what is shown; put together once for each change."""
        names = self.shown_measures()
        key = (tuple(names), [job.change for job in self.jobs])
        if self._numbers[0] != key:
            curves = self.jobs[0].curves if len(self.jobs) == 1 else None
            self._numbers = (key, numbers(curves, columns_of(names, self.jobs)))
        return self._numbers[1]

    @property
    def _here(self) -> int:
        steps = self.numbers.steps
        return len(steps) - 1 if self.look.point is None else nearest(steps, self.look.point)

    def number_line(self, index: int, width: int) -> Line:
        """The numbers of one step."""
        here = index == self._here
        runs = self.numbers.line(index, width - 1, is_here=here)
        mark = (self.glyphs.cursor if here and self.has_focus else " ", "accent")
        if here and self.has_focus:
            runs = [(words, _ROLES_HERE.get(role, role)) for words, role in runs]
        ground = ("cursor" if self.has_focus else "idle") if here else ""
        return Line((mark, *runs), ground)

    def action_table(self) -> None:
        """The numbers, or the picture."""
        self.is_table = not self.is_table
        if self.is_table and self.look.point is None and self.numbers.steps:
            self.look = replace(self.look, point=self.numbers.steps[-1])
        self.refresh_bindings()
        self.scroll_to_line(0)
        self._keep_in_sight()
        self.refresh()

    def look_so(self, look: Look) -> None:
        """Draw it another way; of a table the line that is meant stays in sight."""
        super().look_so(look)
        self._keep_in_sight()

    def _keep_in_sight(self) -> None:
        if self.is_table and (height := self.body_height) > 0:
            here = self._here
            if not self.top <= here < self.top + height:
                self.scroll_to_line(here - height // 2)

    def action_point(self, points: int) -> None:
        """In a table every line is a point."""
        if self.is_table and (steps := self.numbers.steps):
            self.put_point(steps[max(0, min(len(steps) - 1, self._here + points))])
        else:
            super().action_point(points)

    def action_step(self, lines: int) -> None:
        """Down and up the table."""
        self.action_point(lines)

    def action_page(self, pages: int) -> None:
        """By pages."""
        self.action_point(pages * max(1, self.body_height - 1))

    def action_edge(self, side: int) -> None:
        """To its first or last line."""
        self.action_point(side * len(self.numbers.steps))
