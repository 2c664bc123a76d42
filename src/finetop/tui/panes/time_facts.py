"""When things happened to a job, and how long it was in each state; pure."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final

from finetop import text
from finetop.tui.panes.entry import Entry, Fact

if TYPE_CHECKING:
    from finetop.models import Job
    from finetop.stays import Stay
    from finetop.store.rows import JobRow
    from finetop.tui.widgets.runs import Run

_BEEN: Final = {"checking": "checked", "running": "trained", "waiting": "waited"}
_IS: Final = {"running": "training", "": "waiting"}


def time_entries(row: JobRow, job: Job | None, states: Sequence[Stay], now: float) -> Iterable[Entry]:
    """How long it was in which state, in one line and one by one."""
    parts = list(_parts(row, states, now))
    runs: list[Run] = [(", ".join(parts), "text")]
    if row.place is not None:
        runs.append((f"  {text.in_line(row.place)}", "muted"))
    if row.eta_s is not None and row.is_active:
        runs.append((f"  {text.eta(row.eta_s)} left", "muted"))
    if job is not None and job.trained_tokens:
        runs.append((f"  {text.count(job.trained_tokens)} tokens", "muted"))
    if parts or len(runs) > 1:
        yield Entry("Time", tuple(runs), "", tuple(_fact(row, at, states, now) for at in range(len(states))))


def _parts(row: JobRow, states: Sequence[Stay], now: float) -> Iterable[str]:
    """The sum of the stays in each state; the one that goes on is coarse, so that it does not tick."""
    end = row.ended_at if row.ended_at is not None else now
    if len(states) == 1 and not states[0].status and states[0].since is not None:
        verb = "ended after" if row.is_final else "running" if row.status == "running" else "waiting"
        yield f"{verb} {_coarse(end - states[0].since, exact=row.is_final)}"
        return
    if row.created_at is not None and not states[0].status and not row.is_final:
        yield f"created {_coarse(now - row.created_at, exact=False)} ago"
    spent: dict[str, float] = {}
    vague: set[str] = set()
    growing, begun = "", None
    for stay in states:
        if stay.since is None or not stay.status:
            continue
        if stay.until is None and stay is not states[-1]:
            begun = stay.since  # for how long nobody tells
            continue
        until = stay.until if stay.until is not None else end
        spent[stay.status] = spent.get(stay.status, 0.0) + until - stay.since
        growing = stay.status if stay.until is None and not row.is_final else ""
        if stay.unseen_s:
            vague.add(stay.status)
    for status, seconds in spent.items():
        word = _IS.get(status, status) if status == growing else _BEEN.get(status, status)
        least = "at least " if status in vague else ""
        yield f"{word} {least}{_coarse(seconds, exact=status != growing)}"
    if begun is not None:
        yield f"begun {_coarse(now - begun, exact=False)} ago"


def _fact(row: JobRow, at: int, states: Sequence[Stay], now: float) -> Fact:
    """From when to when, how long, and how that is known."""
    stay = states[at]
    label = text.clean(stay.word or stay.status) or "not known"
    if stay.since is None:
        return Fact(label, (("nobody tells since when", "faint"),))
    until = stay.until if stay.until is not None or not row.is_final else row.ended_at
    begins = text.clock(stay.since, now)
    if until is None:
        length = "goes on" if stay.status == row.status else "its end is not known"
        runs: list[Run] = [(f"{begins}  ", "text"), (length, "muted")]
    else:
        runs = [
            (f"{begins} to {text.clock(until, now)}", "text"),
            (f"  {text.length(until - stay.since)}", "muted"),
        ]
    if not stay.status:
        follows = states[at + 1] if at + 1 < len(states) else None
        looked = follows is not None and not follows.is_told
        runs.append(("  before it was first looked at" if looked else "  not told", "faint"))
    elif stay.unseen_s and at and states[at - 1].status:
        runs.append((f"  seen here, after {text.length(stay.unseen_s)} without a look", "faint"))
    elif not stay.is_told:
        runs.append(("  seen here", "faint"))
    return Fact(label, tuple(runs))


def _coarse(seconds: float, *, exact: bool) -> str:
    """A finished time in two units; a growing one coarse."""
    return text.length(seconds) if exact else text.age(seconds)


def date_entries(row: JobRow) -> Iterable[Entry]:
    """When it was created and when it ended, also as other tools write it."""
    if row.created_at is not None:
        runs: tuple[Run, ...] = ((text.day_clock(row.created_at), "text"), ("  local time", "faint"))
        yield Entry("Created", runs, "", tuple(_moment(row.created_at)))
    if row.ended_at is not None:
        yield Entry("Ended", ((text.day_clock(row.ended_at), "text"),), "", tuple(_moment(row.ended_at)))


def _moment(at: float) -> Iterable[Fact]:
    try:
        utc = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at))
    except (OverflowError, ValueError, OSError):
        return  # a server may send any number
    yield Fact("UTC", ((utc, "text"),))
    yield Fact("Unix", ((f"{at:.0f}", "text"),))
