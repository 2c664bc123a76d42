"""When jobs ran, and how long they waited and trained; pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from finetop import text
from finetop.comparing.fields import Cell, Field, field

if TYPE_CHECKING:
    from finetop.dossier import Dossier

_STAYS: Final = (
    ("waited_s", "Waited", frozenset({"waiting", "queued"})),
    ("checked_s", "Checked", frozenset({"checking"})),
    ("trained_s", "Trained", frozenset({"running", "stopping"})),
    ("paused_s", "Paused", frozenset({"paused"})),
)

NOTICED_S: Final = 5.0
NOTICED: Final = 0.02
"""So many seconds, or such a part of them, are no difference that anybody looks for."""


def timing_fields(jobs: Sequence[Dossier], now: float) -> Iterator[Field]:
    """From the day of each to the seconds of a step."""
    yield _begun_field(jobs)
    for name, label, statuses in _STAYS:
        yield _length_field(name, label, [_stay(one, statuses, now) for one in jobs])
    yield _length_field("took_s", "In all", [_whole(one) for one in jobs])
    yield _steps_field(jobs)


def _begun_field(jobs: Sequence[Dossier]) -> Field:
    times = [one.row.created_at for one in jobs]
    cells = [Cell() if at is None else Cell(text.day_clock(at)[:-3], at) for at in times]
    against = ""
    if len(times) == 2 and times[0] is not None and times[1] is not None:
        apart = times[0] - times[1]
        against = f"{text.length(abs(apart))} {'later' if apart > 0 else 'earlier'}"
    return field("Timing", "created_at", "Created", cells, against=against)


class _Length:
    """How long something took; one that still grows is told coarsely."""

    def __init__(self, seconds: float | None, *, grows: bool = False) -> None:
        self.seconds = seconds
        self.grows = grows

    def cell(self) -> Cell:
        """In words."""
        if self.seconds is None:
            return Cell()
        words = text.age(self.seconds) if self.grows else text.length(self.seconds)
        return Cell(words, round(self.seconds, 1), "so far" if self.grows else "")


def _length_field(name: str, label: str, lengths: Sequence[_Length]) -> Field:
    cells = [one.cell() for one in lengths]
    against = ""
    if len(lengths) == 2 and not any(one.grows for one in lengths):
        one, other = (length.seconds for length in lengths)
        if one is not None and other is not None:
            against = f"{text.length(abs(one - other))} {'more' if one > other else 'less'}"
    seconds = [length.seconds for length in lengths]
    known = [number for number in seconds if number is not None]
    most = max(known, default=0.0)
    least = 0.0 if None in seconds else min(known)
    differs = most - least > max(NOTICED_S, NOTICED * most)
    return field("Timing", name, label, cells, against=against, differs=differs)


def _stay(one: Dossier, statuses: frozenset[str], now: float) -> _Length:
    """The sum of the stays in some states; nothing where there was none, or its end is not known."""
    seconds, grows, found = 0.0, False, False
    for place, stay in enumerate(one.states):
        if stay.since is None or stay.status not in statuses:
            continue
        goes_on = stay.until is None and place == len(one.states) - 1 and not one.row.is_final
        until = now if goes_on else stay.until if stay.until is not None else one.row.ended_at
        if until is None:
            return _Length(None)
        found, grows = True, grows or goes_on
        seconds += max(0.0, until - stay.since)
    return _Length(seconds if found else None, grows=grows)


def _whole(one: Dossier) -> _Length:
    begun, ended = one.row.created_at, one.row.ended_at
    return _Length(None if begun is None or ended is None else max(0.0, ended - begun))


def _steps_field(jobs: Sequence[Dossier]) -> Field:
    cells = []
    for one in jobs:
        step, total = one.row.step, one.row.total_steps
        if step is None:
            cells.append(Cell())
        else:
            words = f"{step:,}" if total in {None, step} else f"{step:,} of {total:,}"
            cells.append(Cell(words, step))
    return field("Timing", "steps", "Steps", cells)
