"""How long a job was in each state, from what its provider told and what was seen of it; pure.

A provider tells when a job was created, mostly when it started and ended, and in its log some of what
lies between. The rest is known only as far as somebody looked, and is never made up: a stay says where
its beginning is known from, and a time of which nothing is known is a stay without a state.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

FINAL: Final = frozenset({"succeeded", "failed", "cancelled"})
APART_S: Final = 60.0
"""So far a provider's clock may be from ours."""
_EARLY: Final = frozenset({"checking", "queued"})
"""States before the first start."""
_SAID: Final = (
    ("paused", r"\bpaused\b"),
    ("queued", r"queued state|enqueued|in the queue|waits for its turn"),
    ("checking", r"\bvalidating\b.*\bfiles?\b|files? (?:is|are) being (?:checked|validated)"),
    ("running", r"\b(?:job|fine-?tun(?:e|ing)|training)\b(?: has)? started\b|\bresum(?:ed|ing)\b"),
)
"""What a line of a log tells of the state from then on."""


class Seen(NamedTuple):
    """A state a job was seen in, first at this time; the change came after `since`."""

    at: float
    since: float | None
    status: str
    raw_status: str


class Stay(NamedTuple):
    """A job was in one state."""

    status: str
    """Empty where nobody knows; `waiting` where it had not started."""
    since: float | None
    """None where it is not known when that began."""
    until: float | None
    """None while it goes on, or where its end is not known."""
    word: str = ""
    """The API's own word, where it had several for one state of ours."""
    is_told: bool = True
    """False where the beginning is only when it was first seen."""
    unseen_s: float = 0.0
    """For so long nobody had looked before."""


class _Mark(NamedTuple):
    """From here on a job is in a state."""

    at: float
    status: str
    word: str = ""
    is_told: bool = True
    unseen_s: float = 0.0


def stays(
    status: str,
    *,
    created_at: float | None,
    started_at: float | None = None,
    ended_at: float | None = None,
    seen: Sequence[Seen] = (),
    said: Iterable[tuple[float, str]] = (),
) -> tuple[Stay, ...]:
    """The states of a job from the first to the one it is in; `said` are the times and lines of its log."""
    if created_at is None:
        return ()
    is_final = status in FINAL
    end = ended_at if is_final else None
    told = sorted(_told(created_at, started_at, end, said))
    marks = sorted([*told, *_not_told(told, seen, created_at, end)], key=lambda mark: mark.at)
    marks = _from_the_beginning(marks, created_at)
    if is_final and end is None:
        end = next((sighting.at for sighting in seen if sighting.status == status), None)
    found = [
        Stay(mark.status, mark.at, after.at if after is not None else end, *mark[2:])
        for mark, after in zip(marks, [*marks[1:], None], strict=True)
    ]
    if not is_final and found[-1].status != status:
        # It is in another state by now, and nobody knows since when.
        found[-1] = found[-1]._replace(until=None)
        found.append(Stay(status, None, None, is_told=False))
    return tuple(found)


def _told(
    created_at: float, started_at: float | None, end: float | None, said: Iterable[tuple[float, str]]
) -> Iterable[_Mark]:
    """What the provider told, in its log and beside it."""
    if started_at is not None:
        yield _Mark(started_at, "running")
    for at, words in said:
        state = next((state for state, pattern in _patterns() if pattern.search(words)), None)
        if state is not None and at >= created_at and (end is None or at <= end):
            yield _Mark(at, state)


def _not_told(
    told: Sequence[_Mark], seen: Sequence[Seen], created_at: float, end: float | None
) -> Iterable[_Mark]:
    """What was seen and does not follow from what was told."""
    before: Seen | None = None
    for sighting in seen:
        at, since, status, raw = sighting
        same = before is not None and before.status == status
        state = next((mark.status for mark in reversed(told) if mark.at <= at + APART_S), "")
        is_late = status in _EARLY and (before is None or before.status in _EARLY)
        before = sighting
        if is_late and any(mark.status == "running" and mark.at <= at for mark in told):
            continue  # a provider tells whole seconds: it was seen in the second in which it started
        if (state == status and not same) or status in FINAL or (end is not None and at > end):
            continue
        gap = max(0.0, at - since) if since is not None else max(0.0, at - created_at)
        yield _Mark(at, status, raw if same else "", is_told=False, unseen_s=gap if gap > APART_S else 0.0)


def _from_the_beginning(marks: Sequence[_Mark], created_at: float) -> list[_Mark]:
    """One mark for each change of state, the first of them where the job was created."""
    kept: list[_Mark] = []
    for mark in marks:
        if not kept or kept[-1][1:3] != mark[1:3]:
            kept.append(mark)
    if not kept:
        return [_Mark(created_at, "")]
    first = kept[0]
    if first.at - created_at <= 5 and first.status != "running":
        kept[0] = first._replace(at=created_at)
    elif first.at > created_at:
        waiting = first.is_told and first.status == "running"
        kept.insert(0, _Mark(created_at, "waiting" if waiting else ""))
    return kept


@functools.cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((state, re.compile(words, re.IGNORECASE)) for state, words in _SAID)
