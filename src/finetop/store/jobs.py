"""Jobs and their checkpoints as the providers last reported them."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from finetop.store import listing
from finetop.store.database import Database, tick
from finetop.store.job_rows import ACTIVE, JobKey, JobRow

if TYPE_CHECKING:
    from finetop.models import Checkpoint, Event, Job
    from finetop.query import Condition


class Jobs:
    """The job table and what hangs on a job."""

    def __init__(
        self,
        database: Database,
        keep_log: Callable[[JobKey, Sequence[Event]], int],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._db = database
        self._keep_log = keep_log
        self._clock = clock

    def save(self, account: int, jobs: Iterable[tuple[Job, bytes]], asked: int) -> list[str]:
        """Keep what a question numbered `asked` brought; returns the ids whose content changed.

        A job that a younger question has already answered is left alone. A log that came inside its job
        goes where logs are: a listing leaves it out, which is no news.
        """
        from finetop.store import endings  # noqa: PLC0415 - a look at what is known needs none of it

        changed = []
        now = self._clock()
        logs: dict[str, Sequence[Event]] = {}
        with self._db.write() as connection:
            ends = endings.Endings(connection, account)
            for job, raw in jobs:
                if job.events:
                    logs[job.id] = job.events
                bare = job.model_copy(update={"events": ()}) if job.events else job
                if _save(connection, account, (bare, raw), asked, now):
                    ends.keep(job)
                    changed.append(job.id)
        for id_, log in logs.items():
            if self._keep_log(JobKey(account, id_), log) and id_ not in changed:
                changed.append(id_)
        return changed

    def get(self, key: JobKey) -> Job | None:
        """The whole job; None when the store has never seen it."""
        from finetop.models import Job  # noqa: PLC0415 - pydantic must not load before the first paint

        found = self._one("select form from job where account = ? and id = ?", key)
        return None if found is None else Job.model_validate_json(found)

    def raw(self, key: JobKey) -> bytes | None:
        """The provider's own bytes for this job."""
        found: tuple[bytes] | None = self._db.connection.execute(
            "select raw from job where account = ? and id = ?", key
        ).fetchone()
        return None if found is None else found[0]

    def form(self, key: JobKey) -> dict[str, Any] | None:
        """The whole job in our normal form, as plain values; None when the store has never seen it."""
        import json  # noqa: PLC0415 - a table without it is there 1 ms sooner

        found = self._one("select form from job where account = ? and id = ?", key)
        return None if found is None else json.loads(found)

    def overfit(self, key: JobKey) -> dict[str, Any] | None:
        """What the overfit watch says of a job, as `overfit.told` puts it; None where it says nothing."""
        import json  # noqa: PLC0415 - as in `form`

        found = self._one("select overfit from job where account = ? and id = ?", key)
        return None if found is None else json.loads(found)

    def rows(
        self,
        profiles: Mapping[int, str],
        *,
        since: int = 0,
        now: float | None = None,
        condition: Condition | None = None,
    ) -> list[JobRow]:
        """The rows of these accounts (account -> profile name) whose content changed after `since`.

        Times left that a provider tells as a moment are reckoned from `now`, a Unix time. Creates that
        are no jobs yet are among them whatever the condition.
        """
        now = time.time() if now is None else now
        return listing.rows(self._db.connection, profiles, since, now, condition)

    def newest(
        self,
        profiles: Mapping[int, str],
        condition: Condition | None = None,
        *,
        ids: Sequence[str] | None = None,
        now: float | None = None,
    ) -> Iterator[JobRow]:
        """The jobs that a condition means, newest first, read as they are asked for; of `ids` where given."""
        now = time.time() if now is None else now
        return listing.newest(self._db.connection, profiles, now, condition, ids)

    def find(
        self, condition: Condition, profiles: Mapping[int, str], *, now: float | None = None
    ) -> list[JobKey]:
        """The keys of the jobs that a condition means, newest first."""
        return [row.key for row in self.newest(profiles, condition, now=now)]

    def matches(self, condition: Condition, key: JobKey, profile: str, *, now: float | None = None) -> bool:
        """Whether a condition means this one job; False for one the store has never seen."""
        return any(self.newest({key.account: profile}, condition, ids=[key.id], now=now))

    def row(self, key: JobKey, profile: str, *, now: float) -> JobRow | None:
        """The row of one job; None for one the store has never seen."""
        return listing.one(self._db.connection, key, profile, now)

    def left(self, since: int) -> list[JobKey]:
        """Rows to take away since then: creates that are jobs now or were put away, and deleted jobs."""
        found = self._db.connection.execute(
            """select account, 'intent:' || uuid from intent where kind = 'create' and seq > ?
            and (job is not null or state = 'dismissed')
            union all select account, id from job where gone = ? and seq > ?""",
            (since, listing.DELETED, since),
        )
        return [JobKey(account, id_) for account, id_ in found]

    def unfinished(self, account: int) -> list[str]:
        """The ids of jobs that may still change, newest first."""
        # Unanalysed, SQLite would walk the whole account at each round.
        found = self._db.connection.execute(
            """select id from job indexed by job_status where account = ? and not gone
            and id not like 'unreadable-%'
            and status in ('checking', 'queued', 'running', 'stopping', 'paused', 'unknown')
            order by created_at desc""",
            (account,),
        )
        return [row[0] for row in found]

    def active(self, account: int) -> dict[str, str]:
        """The jobs that wait or work and their status, newest first; a paused one does neither.

        One in a state new to us may well work, and is counted among them.
        """
        asked_for = sorted(ACTIVE | {"unknown"})
        marks = ", ".join("?" * len(asked_for))
        return dict(
            self._db.connection.execute(
                f"""select id, status from job indexed by job_status
                where account = ? and status in ({marks}) and not gone
                and id not like 'unreadable-%' order by created_at desc""",
                (account, *asked_for),
            )
        )

    def status(self, key: JobKey) -> str | None:
        """One of the nine words; None for a job the store has never seen."""
        return self._one("select status from job where account = ? and id = ?", key)

    def incomplete(self, account: int, limit: int, *, at_work: bool = False) -> list[str]:
        """Jobs that ended or paused and whose log has not been fetched to its end since, newest first.

        Those that wait or work come after them where `at_work` is wanted.
        """
        found = self._db.connection.execute(
            """select id from job where account = ? and not whole and not gone
            and status in ('succeeded', 'failed', 'cancelled', 'paused')
            order by created_at desc limit ?""",
            (account, limit),
        )
        ids = [row[0] for row in found]
        if at_work and len(ids) < limit:
            found = self._db.connection.execute(
                """select id from job indexed by job_status where account = ? and not whole and not gone
                and status in ('checking', 'queued', 'running', 'stopping', 'unknown')
                and id not like 'unreadable-%' limit ?""",
                (account, limit - len(ids)),
            )
            ids += [row[0] for row in found]
        return ids

    def recorded(self, account: int) -> list[str]:
        """Every job that could be read and that nobody had deleted, newest first."""
        found = self._db.connection.execute(
            """select id from job where account = ? and gone < ? and id not like 'unreadable-%'
            order by created_at desc""",
            (account, listing.DELETED),
        )
        return [row[0] for row in found]

    def mark_whole(self, key: JobKey) -> None:
        """Everything that a job has to tell until it changes is in the store."""
        from finetop.store import judged  # noqa: PLC0415 - a look at what is known needs none of it

        with self._db.write() as connection:
            connection.execute("update job set whole = 1 where account = ? and id = ?", key)
            if judged.settle(connection, key):
                touch(connection, key)

    def mark_gone(self, key: JobKey, *, deleted: bool = False) -> None:
        """The provider no longer knows this job; it is kept, and no longer asked for.

        One that was deleted at the user's word leaves the list; an older answer does not bring it back.
        """
        gone = listing.DELETED if deleted else 1
        with self._db.write() as connection:
            touch(connection, key)
            connection.execute(
                "update job set gone = ?, asked = max(asked, seq) where account = ? and id = ?", (gone, *key)
            )

    def counts(self) -> dict[int, int]:
        """How many jobs each account has."""
        return dict(
            self._db.connection.execute("select account, sum(n) from tally where n > 0 group by account")
        )

    def known(self, account: int) -> dict[str, str]:
        """Every id of the account and its status."""
        return dict(self._db.connection.execute("select id, status from job where account = ?", (account,)))

    def known_status(self, account: int, job_id: str) -> dict[str, str]:
        """As `known`, of one job."""
        found = self.status(JobKey(account, job_id))
        return {} if found is None else {job_id: found}

    def save_checkpoints(self, key: JobKey, checkpoints: Sequence[Checkpoint]) -> bool:
        """Keep a job's checkpoints as now listed; True when that changed anything."""
        from finetop.store import judged  # noqa: PLC0415 - a look at what is known needs none of it

        forms = {point.id: (point.id, point.step_number, point.model_dump_json()) for point in checkpoints}
        new = [forms[id_] for id_ in sorted(forms)]
        with self._db.write() as connection:
            old = connection.execute(
                "select id, step, form from checkpoint where account = ? and job = ? order by id", key
            ).fetchall()
            if old == new:
                return False
            connection.execute("delete from checkpoint where account = ? and job = ?", key)
            connection.executemany(
                "insert into checkpoint values (?, ?, ?, ?, ?)", [(*key, *row) for row in new]
            )
            judged.advise(connection, key)
            touch(connection, key)
        return True

    def checkpoints(self, key: JobKey) -> list[Checkpoint]:
        """A job's checkpoints, oldest first."""
        from finetop.models import Checkpoint  # noqa: PLC0415 - as in `get`

        found = self._db.connection.execute(
            "select form from checkpoint where account = ? and job = ? order by step", key
        )
        return [Checkpoint.model_validate_json(row[0]) for row in found]

    def _one(self, query: str, bound: tuple[object, ...]) -> str | None:
        found: tuple[str] | None = self._db.connection.execute(query, bound).fetchone()
        return None if found is None else found[0]


def touch(connection: sqlite3.Connection, key: JobKey) -> None:
    """Mark a job's row as changed, inside the caller's transaction."""
    connection.execute("update job set seq = ? where account = ? and id = ?", (tick(connection), *key))


def _save(
    connection: sqlite3.Connection, account: int, sent: tuple[Job, bytes], asked: int, now: float
) -> bool:
    job, raw = sent
    form = job.model_dump_json(by_alias=True)
    old = connection.execute(
        "select form, raw, asked, gone, status, autos from job where account = ? and id = ?",
        (account, job.id),
    ).fetchone()
    if old is not None and old[2] > asked:
        return False
    if old is not None and old[0] == form and old[1] == raw and not old[3]:
        if not job.status.is_final and old[2] < asked:
            connection.execute(
                "update job set asked = ? where account = ? and id = ?", (asked, account, job.id)
            )
        return False
    from finetop.store import sightings  # noqa: PLC0415 - a look at what is known needs none of it

    seq = tick(connection)
    chosen = sightings.autos(job.hyperparameters.items(), "[]" if old is None else old[5])
    connection.execute(
        """insert into job (account, id, seq, asked, status, created_at, form, raw, turned, turned_at, autos)
        values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        on conflict do update set seq = excluded.seq, asked = excluded.asked, status = excluded.status,
        created_at = excluded.created_at, form = excluded.form, raw = excluded.raw, gone = 0,
        autos = excluded.autos,
        whole = whole and job.status = excluded.status,
        was = iif(job.status = excluded.status, job.was, job.status),
        turned = iif(job.status = excluded.status, job.turned, excluded.turned),
        turned_at = iif(job.status = excluded.status, job.turned_at, excluded.turned_at)""",
        (account, job.id, seq, asked, job.status.value, job.created_at, form, raw, seq, now, chosen),
    )
    sightings.note(
        connection, JobKey(account, job.id), job, was=None if old is None else old[4], seq=seq, now=now
    )
    _note_arrival(connection, JobKey(account, job.id), job.status.value)
    return True


_ARRIVES = {"pause": frozenset({"paused"}), "resume": ACTIVE}
"""The statuses by which an order shows to have come about."""


def _note_arrival(connection: sqlite3.Connection, key: JobKey, status: str) -> None:
    """An accepted order is done once the job shows it, or its words would come back with the next change."""
    for kind, statuses in _ARRIVES.items():
        if status in statuses:
            connection.execute(
                """update intent set state = 'created', job = file where account = ? and kind = ?
                and file = ? and state in ('created', 'unsure') and job is null""",
                (key.account, kind, key.id),
            )
