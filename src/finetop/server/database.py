"""The server's own SQLite file: one connection, append-only migrations, short transactions."""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from finetop.errors import FinetopError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

# user_version counts the entries that were applied: append, never edit.
MIGRATIONS = [
    """
    create table file (
        n integer primary key autoincrement,
        id text not null unique,
        created_at integer not null,
        expires_at integer,
        filename text not null,
        purpose text not null,
        bytes integer not null,
        sha256 text not null
    ) strict;

    create table job (
        n integer primary key autoincrement,
        id text not null unique,
        created_at integer not null,
        finished_at integer,
        status text not null,
        model text not null,
        root text not null,
        output_model text not null,
        fine_tuned_model text,
        training_file text not null,
        validation_file text,
        requested text not null,
        resolved text,
        seed integer not null,
        suffix text,
        integrations text,
        metadata text,
        error text,
        trained_tokens integer,
        estimated_finish integer,
        idempotency_key text unique,
        request_sha256 text,
        cancelling integer not null default 0,
        pausing integer not null default 0,
        attempt integer not null default 0,
        crashes integer not null default 0,
        handle text,
        work_s real,
        running_at real,
        running_step integer
    ) strict;
    create index job_unfinished on job (n) where status in ('validating_files', 'queued', 'running');

    create table event (
        n integer primary key autoincrement,
        id text not null unique,
        job text not null references job (id),
        created_at integer not null,
        level text not null,
        message text not null,
        type text not null,
        data text not null,
        step integer
    ) strict;
    create index event_of_job on event (job, n);
    -- A worker that resumed says the same things again; once is enough.
    create unique index event_once on event (job, type, step) where step is not null;

    create table checkpoint (
        n integer primary key autoincrement,
        id text not null unique,
        job text not null references job (id),
        created_at integer not null,
        name text not null unique,
        step integer not null,
        metrics text not null,
        path text not null,
        bytes integer not null,
        sha256 text not null,
        unique (job, step)
    ) strict;

    create table model (
        n integer primary key autoincrement,
        id text not null unique,
        created_at integer not null,
        job text not null references job (id),
        root text not null,
        path text not null,
        sha256 text not null
    ) strict;

    create table artifact (
        job text not null references job (id),
        kind text not null,
        path text not null,
        bytes integer not null,
        sha256 text not null,
        primary key (job, kind)
    ) strict;

    create table result_file (
        job text not null references job (id),
        file text not null,
        primary key (job, file)
    ) strict;

    -- How far each job's events.jsonl has been read; moves in the transaction that writes its rows.
    create table tail (
        job text primary key references job (id),
        offset integer not null,
        seq integer not null,
        heard_at real not null
    ) strict;
    """,
    """
    alter table job add column method text not null default 'supervised';
    alter table job add column grader text;
    -- What only the older fine-tune object has; null for a job that was made as a fine_tuning.job.
    alter table job add column legacy text;
    alter table job add column paused_at integer;
    drop index job_unfinished;
    create index job_unfinished on job (n)
        where status in ('validating_files', 'queued', 'running', 'paused');

    create table permission (
        n integer primary key autoincrement,
        id text not null unique,
        checkpoint text not null,
        project text not null,
        created_at integer not null,
        unique (checkpoint, project)
    ) strict;

    create table upload (
        n integer primary key autoincrement,
        id text not null unique,
        created_at integer not null,
        expires_at integer not null,
        filename text not null,
        purpose text not null,
        bytes integer not null,
        status text not null,
        file_expires_s integer,
        file text
    ) strict;

    create table part (
        n integer primary key autoincrement,
        id text not null unique,
        upload text not null references upload (id),
        created_at integer not null,
        bytes integer not null
    ) strict;
    """,
    """
    alter table job add column response_format text;
    """,
    """
    -- A job that was paused lost its place in the line; this is when it queued up again.
    alter table job add column resumed_at real;
    """,
]


class DatabaseUnusable(FinetopError):
    """The server's database cannot be opened or written."""

    hint = "Move the file away to begin anew, or give another --data-dir."


class Database:
    """One connection to the server's SQLite file, used from the thread that opened it."""

    def __init__(self, path: Path) -> None:
        try:
            self._connection = sqlite3.connect(path, isolation_level=None, timeout=5.0)
        except sqlite3.Error as error:
            raise DatabaseUnusable(f"The server's database {path} cannot be opened: {error}.") from error
        try:
            self._prepare(path)
        except sqlite3.Error as error:
            self._connection.close()
            raise DatabaseUnusable(f"The server's database {path} cannot be used: {error}.") from error
        except DatabaseUnusable:
            self._connection.close()
            raise
        self.written: Callable[[], None] = lambda: None
        """Called after each transaction."""

    def _prepare(self, path: Path) -> None:
        connection = self._connection
        connection.row_factory = sqlite3.Row
        connection.execute("pragma busy_timeout = 5000")
        connection.execute("pragma journal_mode = wal")
        # An answered create or upload has to outlive a power cut.
        connection.execute("pragma synchronous = full")
        connection.execute("pragma foreign_keys = on")
        verdict = connection.execute("pragma quick_check(1)").fetchone()[0]
        if verdict != "ok":
            raise DatabaseUnusable(f"The server's database {path} is damaged: {verdict}.")
        version: int = connection.execute("pragma user_version").fetchone()[0]
        if version > len(MIGRATIONS):
            raise DatabaseUnusable(
                f"The server's database {path} was written by a newer finetop.", hint="Update finetop."
            )
        for number, migration in enumerate(MIGRATIONS[version:], start=version + 1):
            connection.executescript(f"begin immediate; {migration}; pragma user_version = {number}; commit;")

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """One transaction: everything inside happens, or nothing of it."""
        try:
            self._connection.execute("begin immediate")
            try:
                yield self._connection
                self._connection.execute("commit")
                self.written()
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.rollback()
                raise
        except (
            sqlite3.OperationalError
        ) as error:  # a full or failing disk; a mistake of ours is another class
            raise DatabaseUnusable(f"The server's database cannot be written: {error}.") from error

    def one(self, sql: str, values: Sequence[Any] | Mapping[str, Any] = ()) -> sqlite3.Row | None:
        """The first row of a question, if it has one."""
        with _readable():
            row: sqlite3.Row | None = self._connection.execute(sql, values).fetchone()
        return row

    def all(self, sql: str, values: Sequence[Any] | Mapping[str, Any] = ()) -> list[sqlite3.Row]:
        """All rows of a question."""
        with _readable():
            return self._connection.execute(sql, values).fetchall()

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()


@contextmanager
def _readable() -> Iterator[None]:
    try:
        yield
    except sqlite3.OperationalError as error:  # a failing disk; a mistake of ours is another class
        raise DatabaseUnusable(f"The server's database cannot be read: {error}.") from error
