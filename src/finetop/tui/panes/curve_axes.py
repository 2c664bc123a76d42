"""Along what curves are drawn: steps, epochs, time or tokens, and where a step stands on each; pure."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
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
        found = v0 + (v1 - v0) * (step - s0) / (s1 - s0)
        # Rounding must not lead beyond a step that is known.
        return min(found, v1) if s0 <= step <= s1 else max(0.0, found, v1 if step > s1 else 0.0)

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
    pairs = _rising(known)
    return Along(name, Series(*zip(*pairs, strict=True))) if len(pairs) > 1 else None


def _rising(known: Series) -> list[tuple[int, float]]:
    """The steps at which there was more than ever before.

    Times are told in whole seconds, in which there may be many steps: those between stand evenly. A clock
    that was set back must not turn the curve round.
    """
    pairs: list[tuple[int, float]] = []
    for step, value in zip(known.steps, known.values, strict=True):
        if value >= 0 and (not pairs or value > pairs[-1][1]):
            pairs.append((step, value))
    return pairs


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
