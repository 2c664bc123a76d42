"""From jobs and what a person wants to see of them to the request for a chart; pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

from finetop import text
from finetop.plot import Best, Curve, Marks, Points, Request, best_point
from finetop.tui.panes.curve_axes import Along

if TYPE_CHECKING:
    from finetop.measures import Measure
    from finetop.tui.panes.curve_jobs import Laid

_UNITS: Final = {"step": "count", "epoch": "number", "time": "seconds", "tokens": "count"}
BOTH_LINES: Final = 2
"""Of more jobs than these only one line each is drawn."""


@dataclass(frozen=True, slots=True)
class Look:
    """How curves are looked at."""

    smoothing: str = "mid"
    axis: str = "step"
    is_log: bool = False
    everything: bool = False
    """The first steps too."""
    window: tuple[float, float] | None = None
    """The part of the axis that is seen; None for all of it."""
    point: float | None = None
    """The step the crosshair is on."""


@dataclass(frozen=True)
class Picture:
    """One measure of one job, or of several over each other; what takes long is found out once."""

    name: str
    jobs: Sequence[Laid]
    look: Look

    @property
    def is_overlay(self) -> bool:
        """Whether several jobs stand over each other."""
        return len(self.jobs) > 1

    @cached_property
    def axis(self) -> str:
        """The axis that all of them can be drawn along."""
        wanted = self.look.axis
        return wanted if all(job.along(wanted) is not None for job in self.jobs) else "step"

    def measure(self, job: Laid) -> Measure:
        """What a job has measured of it."""
        return job.measure(self.name)

    def along(self, job: Laid) -> Along:
        """The axis of a job."""
        return job.along(self.axis) or Along()

    @cached_property
    def kinds(self) -> tuple[str, ...]:
        """Which lines are drawn of each job: `train`, `valid` or both."""
        if len(self.jobs) <= BOTH_LINES:
            return ("train", "valid")
        found = [self.measure(job) for job in self.jobs]
        counts = [len(measure.valid.steps) for measure in found if measure.is_there]
        return ("valid",) if counts and min(counts) > 1 else ("train",)

    @cached_property
    def steps(self) -> Sequence[int]:
        """The steps the crosshair goes along."""
        found = [self.measure(job) for job in self.jobs]
        lines = [measure.train.steps or measure.valid.steps for measure in found]
        longest = max(lines, key=len, default=())
        others = [line for line in lines if line is not longest and line != longest]
        return sorted(set(longest).union(*others)) if others else longest

    @property
    def key(self) -> object:
        """Differs once it has to be drawn anew."""
        return (self.name, self.look, [job.change for job in self.jobs])

    @cached_property
    def best(self) -> Best | None:
        """The best point of the validation, by its step."""
        if self.is_overlay or not self.jobs:
            return None
        measure = self.measure(self.jobs[0])
        if not measure.has_best:
            return None
        points = Points(measure.valid.steps, measure.valid.values)
        return best_point(points, lower_is_better=not measure.higher_is_better)

    def request(self, marks: Marks) -> Request:
        """What is to be drawn."""
        first = self.jobs[0]
        axis = self.along(first)
        best = self.best
        own = not self.is_overlay
        return Request(
            [curve for job in self.jobs for curve in self._curves(job)],
            best=None if best is None else best._replace(step=axis.place(best.step)),
            epochs=axis.places(first.curves.epoch_steps) if own else (),
            checkpoints=axis.places(first.curves.checkpoint_steps) if own else (),
            window=self.look.window,
            everything=self.look.everything or self.name == "rate",
            log=self.look.is_log,
            smoothing=self.look.smoothing,
            crosshair=None if self.look.point is None else axis.place(self.look.point),
            marks=marks,
            value=text.loss,
            x_name=self.axis,
            x_unit=_UNITS[self.axis],
        )

    def _curves(self, job: Laid) -> list[Curve]:
        measure, axis = self.measure(job), self.axis
        train, valid = (job.points(self.name, line, axis) for line in ("train", "valid"))
        is_rate = self.name == "rate"
        found = []
        if measure.train.steps and "train" in self.kinds:
            called, role = job.name or measure.line_name, job.role or "train"
            plain = is_rate or bool(job.name)
            found.append(Curve(train, role, called, smooth=not is_rate, raw=not plain))
        if measure.valid.steps and "valid" in self.kinds:
            called = "valid" if not job.name else f"{job.name} valid" if "train" in self.kinds else job.name
            role = job.role or "valid"
            dashed = "train" in self.kinds
            found.append(Curve(valid, role, called, dashed=dashed, smooth=False, raw=False))
        return found
