"""What became of jobs while nobody looked, most important first."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from finetop.alerts.rules import ending
from finetop.text import clean

if TYPE_CHECKING:
    from finetop.store import Delivery, JobKey, JobRow, Store

ORDER = ("failed", "silent", "overfit", "rising", "shutdown", "cancelled", "done")
WORDS = {
    "failed": "Failed",
    "silent": "Silent",
    "overfit": "Validation has turned",
    "rising": "Validation became worse",
    "shutdown": "Models that end",
    "cancelled": "Cancelled",
    "done": "Done",
}


@dataclass(frozen=True, slots=True)
class News:
    """One thing that happened."""

    event: str
    key: JobKey
    """Of what is about no job, the account's word for it."""
    name: str
    said: str
    """What there is to say beside the name; may be empty."""
    at: float
    """When it was noticed here."""
    profile: str


def news(
    store: Store, names: Mapping[int, str], seen: Mapping[int, int], *, now: float | None = None
) -> list[News]:
    """What happened in these accounts after what was seen, worst first and then newest first.

    An account that nobody has looked at before has no news: all of it would be.
    """
    moment = time.time() if now is None else now
    found: list[News] = []
    for account, number in seen.items():
        found += _ends(store, account, names[account], number, moment)
        found += _alerts(store, account, names[account], number, moment)
    return sorted(found, key=lambda one: (ORDER.index(one.event), -one.at))


def summary(found: Sequence[News]) -> str:
    """How many of each, in one line: `2 failed, 1 silent, 5 done`."""
    counts = Counter(one.event for one in found)
    words = {
        "overfit": "with validation past its best",
        "rising": "with worse validation",
        "shutdown": "with models that end",
    }
    return ", ".join(f"{counts[event]} {words.get(event, event)}" for event in ORDER if counts[event])


def _ends(store: Store, account: int, profile: str, number: int, now: float) -> Iterator[News]:
    for turn in store.turns.since([account], number):
        ordered = turn.status == "cancelled" and store.evidence.cancel_ordered(turn.key)
        event = ending(turn, ordered=ordered)
        row = store.jobs.row(turn.key, profile, now=now) if event is not None else None
        if event is not None and row is not None:
            yield News(event, turn.key, clean(row.name), _said(event, row), turn.at, profile)


def _said(event: str, row: JobRow) -> str:
    if event == "failed":
        return clean(row.reason or "")
    return clean(row.fine_tuned_model or "") if event == "done" else ""


def _alerts(store: Store, account: int, profile: str, number: int, now: float) -> Iterator[News]:
    """What was raised of jobs that still run: a silence that was broken, or a job that ended, is over."""
    working = {job.key for job in store.evidence.working(account)}
    last = {
        (delivery.key, delivery.event): delivery
        for delivery in store.alerts.since(account, number)
        if delivery.event not in {"done", "failed", "cancelled"} and delivery.event in ORDER
    }
    for (key, event), delivery in last.items():
        facts = json.loads(delivery.facts)
        if event == "shutdown":
            yield News(event, key, clean(facts["text"]), "", delivery.raised_at, profile)
        elif key in working and not (event == "silent" and _spoke_after(store, delivery)):
            row = store.jobs.row(key, profile, now=now)
            name = clean(row.name) if row is not None else key.id
            said = clean(facts["text"]).removeprefix(name).removeprefix(":").strip()
            yield News(event, key, name, said, delivery.raised_at, profile)


def _spoke_after(store: Store, silence: Delivery) -> bool:
    """Whether a job has broken its silence, whose turn is the second of its last word."""
    return max(store.evidence.told_at(silence.key), default=0.0) >= silence.turn + 1
