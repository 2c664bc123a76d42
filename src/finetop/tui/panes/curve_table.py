"""The numbers of curves as a table: one line for each step at which any of them was measured; pure.

It is also the way for who cannot see a curve: every line says its numbers in full.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Sequence
from itertools import chain
from typing import TYPE_CHECKING, Final, NamedTuple

from finetop import text
from finetop.tui.panes.curve_axes import elapsed

if TYPE_CHECKING:
    from finetop.store.rows import Curves, Series
    from finetop.tui.panes.curve_jobs import Laid
    from finetop.tui.widgets.runs import Run

LEAST: Final = 9
"""Cells of a column of numbers."""
GAP: Final = 2
SAMPLE: Final = 500
TINY, HUGE = 0.01, 1e6
"""Where a column is written with powers of ten."""


class Column(NamedTuple):
    """One series of a table."""

    head: str
    role: str
    series: Series
    unit: str = ""
    form: str = ".5g"

    def value(self, step: int) -> float | None:
        """What was measured at a step."""
        steps = self.series.steps
        at = bisect_left(steps, step)
        return self.series.values[at] if at < len(steps) and steps[at] == step else None


class Numbers(NamedTuple):
    """The steps of a table, from the first to the last, and what stands beside them."""

    steps: Sequence[int] = ()
    columns: Sequence[Column] = ()

    def head(self, width: int) -> list[Run]:
        """The heads of the columns that fit."""
        shown = self._fitting(width)
        return [
            ("   STEP".rjust(9), "faint"),
            *((column.head.upper().rjust(_wide(column) + GAP), "faint") for column in shown),
        ]

    def line(self, place: int, width: int, *, is_here: bool) -> list[Run]:
        """The numbers of one step; what was not measured stays blank."""
        step = self.steps[place]
        runs: list[Run] = [(f"{step}".rjust(9), "bright" if is_here else "muted")]
        for column in self._fitting(width):
            words = _words(column, step)
            runs.append((words.rjust(_wide(column) + GAP), column.role))
        return runs

    def is_whole(self, width: int) -> bool:
        """Whether every column fits."""
        return len(self._fitting(width)) == len(self.columns)

    def _fitting(self, width: int) -> Sequence[Column]:
        room = width - 9
        for count, column in enumerate(self.columns):
            room -= _wide(column) + GAP
            if room < 0:
                return self.columns[:count]
        return self.columns

    def as_text(self, between: str = "\t") -> str:
        """The whole table, for a spreadsheet."""
        lines = [between.join(("step", *(column.head for column in self.columns)))]
        for step in self.steps:
            values = (column.value(step) for column in self.columns)
            lines.append(between.join((str(step), *("" if v is None else f"{v:.10g}" for v in values))))
        return "\n".join(lines) + "\n"


def columns_of(names: Sequence[str], jobs: Sequence[Laid]) -> list[tuple[str, str, Series]]:
    """The series of these measures of these jobs, each with the head and the role of its column."""
    found = []
    for name in names:
        said = f"{name} " if len(names) > 1 else ""
        for job in jobs:
            measure = job.measure(name)
            for line, series in (("train", measure.train), ("valid", measure.valid)):
                if series.steps:
                    word = measure.line_name if line == "train" and not job.name else line
                    head = f"{job.name} {'' if word == said.strip() else said}{word}".strip()
                    found.append((text.clean(head.replace("_", " ")), job.role or line, series))
    return found


def numbers(curves: Curves | None, series: Sequence[tuple[str, str, Series]]) -> Numbers:
    """The table of these series (head, role, series), each step with its epoch and time where known."""
    lines = [found.steps for _, _, found in series]
    longest: Sequence[int] = max(lines, key=len, default=())
    others = set(chain.from_iterable(steps for steps in lines if steps is not longest)).difference(longest)
    steps = sorted({*longest, *others}) if others else longest
    columns = [Column(head, role, found, form=form_of(found.values)) for head, role, found in series]
    if curves is not None:
        columns = [*_whens(curves), *columns]
    return Numbers(steps, columns)


def _whens(curves: Curves) -> list[Column]:
    found = []
    if curves.epochs.steps:
        found.append(Column("epoch", "muted", curves.epochs, form=".2f"))
    if curves.times.steps:
        found.append(Column("after", "muted", elapsed(curves), "s"))
    return found


def form_of(values: Sequence[float]) -> str:
    """One notation for a whole column, as its values are: so many of them tell that."""
    some = [
        abs(value) for value in values[:: max(1, len(values) // SAMPLE)] if math.isfinite(value) and value
    ]
    if not some:
        return ".5g"
    most = max(some)
    if most < TINY or most >= HUGE:
        return ".3e"
    return ".5f" if most < 100 else ".3f" if most < 10_000 else ".1f"


def _wide(column: Column) -> int:
    return max(LEAST, text.cells(column.head))


def _words(column: Column, step: int) -> str:
    value = column.value(step)
    if value is None:
        return ""
    if column.unit == "s":
        return text.length(value)
    return f"{value:{column.form}}"
