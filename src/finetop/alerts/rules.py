"""What is worth an alert: pure decisions on what the store knows of a job."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from finetop.turning import taken_together

if TYPE_CHECKING:
    from finetop.store.rows import Turn

ENDS = {"succeeded": "done", "failed": "failed", "cancelled": "cancelled"}
"""Status -> the event of a job that came to it."""
REMINDERS = (7, 1)
"""Days before a shutdown at which one hears of it again."""
LONGER = 2.0
"""A silence counts once it is so many times as long as the longest one the job had before."""
UNKNOWN_RHYTHM = 3.0
"""Patience with a job that has told too little for a rhythm."""
FEWEST_GAPS = 2


def ending(turn: Turn, *, ordered: bool) -> str | None:
    """The event of a job that has come to its end; None for any other turn.

    What had ended before its account was known is the past, and a cancel that was ordered here no news.
    """
    if turn.is_past or (turn.status == "cancelled" and ordered):
        return None
    return ENDS.get(turn.status)


@dataclass(frozen=True, slots=True)
class Silence:
    """How long a running job has said nothing, and since when."""

    since: float
    length_s: float
    longest_s: float | None
    """The longest silence it broke before; None while that says nothing."""

    def outlasts(self, patience_s: float) -> bool:
        """True where it is longer than one waits and than the job's own rhythm explains."""
        if self.longest_s is None:
            return self.length_s > patience_s * UNKNOWN_RHYTHM
        return self.length_s > max(patience_s, self.longest_s * LONGER)


def silence(
    told_at: Sequence[float], *, started_at: float | None, moved_at: float | None, heard_at: float
) -> Silence | None:
    """The silence of a running job, all times by the server's clock; None where nothing can be said.

    `told_at` are the times of its last events, `moved_at` its last sign of life besides them, and
    `heard_at` when its log was last read: while nobody reads, nobody is silent. What was said before
    the start belongs to the queue.
    """
    if not told_at:
        return None
    begun = min(told_at) if started_at is None else started_at
    working = sorted(at for at in told_at if at >= begun)
    since = max([begun, *working, *([] if moved_at is None else [moved_at])])
    gaps = [later - earlier for earlier, later in pairwise(working)]
    longest_s = max(gaps) if len(gaps) >= FEWEST_GAPS else None
    return Silence(since, heard_at - since, longest_s)


@dataclass(frozen=True, slots=True)
class Worse:
    """Validation has only become worse since its best point."""

    step: int
    """Of the best point."""
    best: float
    last: float
    checks: int
    """How many times in a row."""


def worse_since(
    steps: Sequence[int], values: Sequence[float], *, higher_is_better: bool = False
) -> Worse | None:
    """Whether each check after the best one was worse than the one before; None where it was not."""
    points = taken_together(steps, values, higher_is_better=higher_is_better).points
    if not points:
        return None
    sign = -1.0 if higher_is_better else 1.0
    place = min(range(len(points)), key=lambda at: (points[at].value, -at))
    after = [point.value for point in points[place:]]
    if len(after) < 2 or not all(one < next_ for one, next_ in pairwise(after)):
        return None
    return Worse(round(points[place].step), sign * after[0], sign * after[-1], len(after) - 1)


def reminder(days_left: int, within_days: int) -> int | None:
    """The last of the agreed days before an end that has come; None where the end is far or past."""
    if days_left < 0:
        return None
    marks = sorted({within_days, *(mark for mark in REMINDERS if mark < within_days)})
    return next((mark for mark in marks if days_left <= mark), None)
