"""What was measured, and which of its points is the best."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence


class Points(NamedTuple):
    """A measured series; x ascends, in any unit. What is no number is a gap. Lists may grow at their ends."""

    steps: Sequence[float] = ()
    values: Sequence[float] = ()


class Best(NamedTuple):
    """The best point of a line, and whether the line has left it for worse since."""

    step: float
    value: float
    worse_since: bool


def best_point(points: Points, *, lower_is_better: bool = True) -> Best | None:
    """The best reading; "worse since" needs two later readings and a clear distance."""
    sign = 1 if lower_is_better else -1
    readings = [(sign * v, -i) for i, v in enumerate(points.values) if math.isfinite(v)]
    if not readings:
        return None
    value, place = min(readings)
    later = [v for v, i in readings if -i > -place]
    worse = len(later) >= 2 and later[-1] > value + max(1e-6, 0.01 * abs(value))
    return Best(points.steps[-place], sign * value, worse)
