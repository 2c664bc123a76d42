"""Jobs whose curves are laid over each other: what each is called, and in which role it is drawn; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Final

from finetop.measures import Measure, measures
from finetop.overfit import judge, judge_curves
from finetop.plot import Points
from finetop.tui.panes.curve_axes import Along, along

if TYPE_CHECKING:
    from finetop.overfit import Verdict
    from finetop.store.rows import Curves, JobKey, JobRow

MOST: Final = 8
"""More curves than these are a tangle, and there are no more colours."""
FEWEST: Final = 2
LETTERS: Final = "ABCDEFGH"
BASELINE: Final = "base"


@dataclass(eq=False)
class Laid:
    """One job as it is drawn; what takes long to find out is found out once."""

    row: JobRow
    curves: Curves
    name: str = ""
    """A letter, or `base`; empty for the one under the cursor."""
    role: str = ""
    _along: dict[str, Along | None] = field(default_factory=dict, repr=False)
    _verdicts: dict[str, Verdict | None] = field(default_factory=dict, repr=False)
    _points: dict[tuple[str, str, str], Points] = field(default_factory=dict, repr=False)

    @cached_property
    def measures(self) -> Mapping[str, Measure]:
        """All that it has measured."""
        return measures(self.curves)

    def measure(self, name: str) -> Measure:
        """One thing of it."""
        return self.measures.get(name, Measure(name))

    def along(self, axis: str) -> Along | None:
        """An axis; None where too little is known of it."""
        if axis not in self._along:
            self._along[axis] = along(self.curves, axis)
        return self._along[axis]

    def points(self, name: str, line: str, axis: str) -> Points:
        """A line of a measure (`train` or `valid`) along an axis."""
        found = self._points.get((name, line, axis))
        if found is None:
            measure = self.measure(name)
            series = measure.train if line == "train" else measure.valid
            found = Points((self.along(axis) or Along()).places(series.steps), series.values)
            self._points[name, line, axis] = found
        return found

    def verdict(self, name: str) -> Verdict | None:
        """What the overfit watch says of a measure."""
        if name not in self._verdicts:
            measure = self.measure(name)
            found = judge_curves(self.curves) if name in ("loss", "reward") else None
            if found is None or not found.what.endswith(name):
                train = measure.train if measure.train.steps else None
                found = judge(measure.valid, train=train, higher_is_better=measure.higher_is_better)
            self._verdicts[name] = found
        return self._verdicts[name]

    def take(self, verdict: Verdict) -> None:
        """Have what was judged elsewhere."""
        self._verdicts[verdict.what.rsplit(" ", maxsplit=1)[-1]] = verdict

    @property
    def change(self) -> tuple[object, ...]:
        """Differs once there is something else to be drawn."""
        return (self.row.key, self.name, self.role, self.curves.seq, self.row.status)


def called(rows: Sequence[JobRow]) -> dict[JobKey, tuple[str, str]]:
    """The letter and the role of each of these jobs; nothing where they are too few, or too many."""
    if not FEWEST <= len(rows) <= MOST:
        return {}
    return {row.key: (LETTERS[place], f"run{place}") for place, row in enumerate(rows)}


def laid(
    under_cursor: Laid | None, marked: Sequence[Laid], baseline: Laid | None, *, free: str = "run1"
) -> list[Laid]:
    """The marked jobs while there are some, else the one under the cursor; then the baseline."""
    jobs = list(marked) or ([under_cursor] if under_cursor is not None else [])
    if baseline is not None and all(job.row.key != baseline.row.key for job in jobs):
        taken = {job.role for job in jobs}
        role = next((f"run{place}" for place in range(MOST) if f"run{place}" not in taken), free)
        jobs.append(replace(baseline, name=BASELINE, role=role if marked else "run2"))
    return jobs[:MOST]
