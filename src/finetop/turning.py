"""Where a noisy series was best, and whether it has become worse since by more than chance; pure."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from itertools import pairwise
from operator import itemgetter
from typing import Literal, NamedTuple

# `statistics` has a mean and a median, too, and takes ten times as long to load as all of this.

MOST_CHECKS = 24
"""Measured more often, neighbours are taken together: single batches are too noisy to compare."""
DIVERGED = 1e100
"""What is larger, or no number, has no place among the others."""
ENOUGH = 2_000
"""So many of a long series tell how much single measurements differ."""
SPREAD = 1.4826
"""From the median of what is left to the spread of the noise."""
SPREAD_OF_MEAN = 1.2533
CONTENDS = 3.0
"""A check so many spreads above the best may be as good in truth."""
HARDLY = 0.01
"""A rise of so small a part of the fall before it is a plateau."""
MATTERS = 0.002
"""A rise of so small a part of the value itself is of no matter."""
COMES_BACK = 0.5
"""What has lost so much of its rise again is on its way back."""


class Point(NamedTuple):
    """One measurement, or the mean of neighbours."""

    step: float
    value: float


class Checks(NamedTuple):
    """A series in few enough points to compare, turned so that lower is better."""

    points: Sequence[Point]
    sound: Sequence[tuple[float, float]]
    """Step and value of each finite measurement."""
    size: int
    """How many of them make a point."""
    spread: float
    """How much one point differs by chance."""
    single: float
    """The same of a single measurement."""


class Turn(NamedTuple):
    """Where a series turned; lower is better here, too."""

    best: Point
    """As it was measured: the last before it became worse."""
    last: float
    """Where it stands."""
    later: int
    """Points after the best one."""
    score: float
    """The rise as a multiple of what chance explains."""
    is_plateau: bool
    """True where the rise is too small to matter."""
    recovers: bool
    """True where much of the rise is lost again."""
    is_straight: bool
    """True where all points before it fell, and all points after it rose."""


def taken_together(
    steps: Sequence[float], values: Sequence[float], *, higher_is_better: bool = False
) -> Checks:
    """The finite measurements, neighbours taken together until few enough are left."""
    sign = -1.0 if higher_is_better else 1.0
    sound = [(step, sign * value) for step, value in zip(steps, values, strict=True) if abs(value) < DIVERGED]
    size = 1
    while len(sound) // size > MOST_CHECKS:
        size *= 2
    # An unfinished group is left out, so that a verdict stands until there is one more.
    groups = [sound[start : start + size] for start in range(0, len(sound) - size + 1, size)]
    points = [Point(group[size // 2][0], _mean([value for _, value in group])) for group in groups]
    single = _spread(sound)
    spread = max(single / math.sqrt(size), _spread(points)) if size > 1 else single
    return Checks(points, sound, size, spread, single)


def turn(checks: Checks) -> Turn | None:
    """The last of the best points, and what became of it; None where nothing worse came after."""
    points, spread = checks.points, checks.spread
    place = min(range(len(points)), key=lambda at: (points[at].value, -at), default=-1)
    after = [point.value for point in points[place + 1 :]]
    if place < 0 or not after:
        return None
    best, last, peak = points[place].value, after[-1], max(after)
    tail = after[-max(2, len(after) // 3) :]
    rise = _mean(tail) - best
    fall = points[max(0, place - len(after))].value - best
    return Turn(
        best=_measured_best(checks, place),
        last=last,
        later=len(after),
        score=_score(rise, spread, len(tail), sum(one.value <= best + CONTENDS * spread for one in points)),
        is_plateau=rise <= max(HARDLY * fall, MATTERS * abs(best)),
        recovers=last - best < COMES_BACK * (peak - best),
        is_straight=all(
            (one.value > two.value) if at < place else (one.value < two.value)
            for at, (one, two) in enumerate(pairwise(points))
        ),
    )


def _measured_best(checks: Checks, place: int) -> Point:
    """The best measurement of the best point, or one far better in a short dip beside it."""
    size, sound = checks.size, checks.sound[: len(checks.points) * checks.size]
    here, anywhere = (_lowest(part) for part in (sound[place * size : (place + 1) * size], sound))
    by_chance = checks.single * (1 + math.sqrt(2 * math.log(len(sound))))
    return anywhere if anywhere.value < checks.points[place].value - by_chance else here


def _lowest(measured: Sequence[tuple[float, float]]) -> Point:
    """The last of the lowest."""
    return Point(*min(reversed(measured), key=itemgetter(1)))


def _score(rise: float, spread: float, tail: int, contenders: int) -> float:
    """A rise as a multiple of what chance explains; the best of many points is low by chance."""
    if spread == 0:
        return math.inf
    lucky = math.sqrt(2 * math.log(contenders))
    return (rise / spread - lucky) / math.sqrt(1 + 1 / tail)


def course(
    steps: Sequence[float], values: Sequence[float], since: float, *, higher_is_better: bool = False
) -> Literal["better", "worse"] | None:
    """What became of a series after a step; None where that cannot be told."""
    begin = bisect_right(steps, since)
    checks = taken_together(steps[begin:], values[begin:], higher_is_better=higher_is_better)
    half = len(checks.points) // 2
    if half < 2:
        return None
    early, late = (
        _mean([point.value for point in part]) for part in (checks.points[:half], checks.points[-half:])
    )
    if abs(late - early) <= 2 * checks.spread * math.sqrt(2 / half):
        return None
    return "better" if late < early else "worse"


def _spread(points: Sequence[tuple[float, float]]) -> float:
    """How much single points differ by chance: what is left of each beside the line through its neighbours.

    A slope leaves nothing, and half of the points may lie in a bend.
    """
    left = []
    for at in range(0, len(points) - 2, 1 + len(points) // ENOUGH):
        (step, value), (next_step, next_value), (last_step, last_value) = points[at : at + 3]
        share = (next_step - step) / (last_step - step) if last_step > step else 0.5
        beside = value + share * (last_value - value)
        left.append(abs(next_value - beside) / math.sqrt(1 + share**2 + (1 - share) ** 2))
    if not left:
        return 0.0
    # Where most are the same number, as accuracies of few examples are, the median would be none.
    usual = SPREAD * _median(left) or SPREAD_OF_MEAN * _mean(left)
    return usual * (1 + 1 / len(left))


def _mean(values: Sequence[float]) -> float:
    return math.fsum(values) / len(values)


def _median(values: Sequence[float]) -> float:
    ordered, half = sorted(values), len(values) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2
