"""Along what curves are drawn: steps, epochs, time or tokens, and where a step stands on each; pure."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING, Final

from finetop import text
from finetop.store.rows import Series

if TYPE_CHECKING:
    from finetop.store.rows import Curves

NOTHING: Final = Series()
AXES: Final = ("step", "epoch", "time", "tokens")


@dataclass(frozen=True, slots=True)
class Along:
    """An x axis: the steps whose place on it is known; none where steps are drawn by themselves."""

    name: str = "step"
    known: Series = NOTHING

    def places(self, steps: Sequence[int]) -> Sequence[float]:
        """Where these steps stand; between those that are known, evenly."""
        if not self.known.steps or steps is self.known.steps or steps == self.known.steps:
            return self.known.values if self.known.steps else steps
        return [self.place(step) for step in steps]

    def place(self, step: float) -> float:
        """Where a step stands; outside of those that are known as fast as at their end."""
        steps, values = self.known.steps, self.known.values
        if not steps:
            return step
        at = min(max(bisect_left(steps, step), 1), len(steps) - 1)
        (s0, s1), (v0, v1) = steps[at - 1 : at + 1], values[at - 1 : at + 1]
        return max(0.0, v0 + (v1 - v0) * (step - s0) / (s1 - s0))

    def words(self, step: float) -> str:
        """A step's place in words; empty on an axis of steps."""
        place = self.place(step)
        match self.name:
            case "epoch":
                return f"epoch {place:.2f}"
            case "time":
                return text.length(place)
            case "tokens":
                return f"{text.count(round(place))} tokens"
            case _:
                return ""


def along(curves: Curves, name: str) -> Along | None:
    """An axis for one job; None where too little is known for it."""
    if name == "step":
        return Along()
    known = {"epoch": curves.epochs, "time": elapsed(curves), "tokens": curves.tokens}[name]
    pairs = [(step, value) for step, value in zip(known.steps, known.values, strict=True) if value >= 0]
    if len(pairs) < 2 or pairs[0][1] >= max(value for _, value in pairs):
        return None
    steps, values = zip(*pairs, strict=True)
    # A clock that was set back must not turn the curve round.
    return Along(name, Series(steps, tuple(accumulate(values, max))))


def axes(jobs: Sequence[Curves]) -> list[str]:
    """The axes that all of these jobs can be drawn along."""
    return [name for name in AXES if all(along(curves, name) is not None for curves in jobs)]


def elapsed(curves: Curves) -> Series:
    """The seconds since the job began."""
    if not curves.times.steps:
        return Series()
    began = min(curves.times.values)
    if curves.started_at is not None:
        began = min(began, curves.started_at)
    return Series(curves.times.steps, tuple(at - began for at in curves.times.values))
