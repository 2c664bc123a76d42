"""The models an account has: listed ones and tuned ones, which job each came from, and when it ends. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from finetop.shutdown import Shutdowns, base_of, days_left

if TYPE_CHECKING:
    from finetop.store.job_rows import JobKey

CHECKPOINT = ":ckpt-step-"


class Maker(Protocol):
    """What has to be known of a job to tell which model it made."""

    @property
    def key(self) -> JobKey: ...
    @property
    def name(self) -> str: ...
    @property
    def model(self) -> str: ...
    @property
    def fine_tuned_model(self) -> str | None: ...
    @property
    def ended_at(self) -> float | None: ...


@dataclass(frozen=True, slots=True)
class Holding:
    """One model. Times are Unix seconds."""

    profile: str
    id: str
    owner: str = ""
    created: float | None = None
    base: str = ""
    """What it was tuned from; empty for a model nobody tuned."""
    job: str = ""
    """The id of the job that made it, where that is known."""
    job_name: str = ""
    ends_at: float | None = None
    told_of: str = ""
    """The model whose entry in the list tells its end: itself, or its base."""
    shutdown_date: str = ""
    """What the list says of itself."""
    is_listed: bool = True
    """False for one that only its job tells of."""

    @property
    def is_tuned(self) -> bool:
        """True for one's own."""
        return bool(self.base)

    def days_left(self, now: float) -> int | None:
        """Whole days until it ends; None where nobody says."""
        return None if self.ends_at is None else days_left(self.ends_at, now)


def holdings(profile: str, listed: Iterable[Mapping[str, Any]], jobs: Iterable[Maker]) -> list[Holding]:
    """The models of one account by its list, and by its jobs: not every provider lists tuned models."""
    entries = {str(entry.get("id")): entry for entry in listed}
    made = {job.fine_tuned_model: job for job in jobs if job.fine_tuned_model}
    shutdowns = Shutdowns({id_: entry.get("shutdown_date") for id_, entry in entries.items()})
    found = []
    for id_ in dict.fromkeys([*entries, *made]):
        entry = entries.get(id_)
        job = made.get(id_) or made.get(id_.partition(CHECKPOINT)[0])
        base = (job.model if job is not None else "") or base_of(id_) or ""
        ending = shutdowns.of(id_, base or None)
        said = entry or {}
        found.append(
            Holding(
                profile=profile,
                id=id_,
                owner=said.get("owned_by") or "",
                created=said.get("created") or (job.ended_at if job is not None else None),
                base=base,
                job=job.key.id if job is not None else "",
                job_name=job.name if job is not None else "",
                ends_at=ending.at if ending is not None else None,
                told_of=ending.told_of if ending is not None else "",
                shutdown_date=said.get("shutdown_date") or "",
                is_listed=entry is not None,
            )
        )
    return found


def in_order(found: Iterable[Holding]) -> list[Holding]:
    """Those that end first before all others, one's own before the provider's, then the newest."""
    return sorted(
        found,
        key=lambda one: (
            math.inf if one.ends_at is None else one.ends_at,
            not one.is_tuned,
            -(one.created or 0.0),
            one.id,
        ),
    )


def summary(found: Sequence[Holding], now: float) -> str:
    """What is worth knowing of one's own models in a sentence; empty where no day is known."""
    own = [one for one in found if one.is_tuned and one.ends_at is not None and CHECKPOINT not in one.id]
    to_come = sorted(days for one in own if (days := one.days_left(now)) is not None and days >= 0)
    ended = len(own) - len(to_come)
    parts = []
    if to_come:
        days = to_come[0]
        count = to_come.count(days)
        when = "today" if days == 0 else f"in {days:,} day{'' if days == 1 else 's'}"
        parts.append(f"{count:,} of your models {'end' if count > 1 else 'ends'} {when}")
        if len(to_come) > count:
            parts.append(f"{len(to_come) - count:,} later")
    if ended:
        parts.append(f"{ended:,} {'have' if ended > 1 else 'has'} ended")
    return ", ".join(parts)
