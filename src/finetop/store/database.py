"""The store's one SQLite file: how it is opened and brought up to date, who may write to it."""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from finetop.errors import BadInput, TryLater
from finetop.names import suffix_in
from finetop.store.schema import MIGRATIONS

BUSY_MS = 5_000
CACHE_KB = 512
"""Of pages for each thread; four times as much fills up with a long list, and makes nothing faster."""
NEEDED = (3, 37)
"""Strict tables."""

_PASSING = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
    }
)
"""What is the disk's or another process's doing, not ours."""


_SALT = "select value from meta where name = 'salt'"


class Database:
    """One file, one connection per thread, write transactions that take the lock at their start."""

    def __init__(self, path: Path) -> None:
        """Open or make the file, readable by its owner alone. Raises BadInput where it cannot be used."""
        self.path = path
        self._local = threading.local()
        self._opened: list[sqlite3.Connection] = []
        self._guard = threading.Lock()
        if sqlite3.sqlite_version_info < NEEDED:
            raise BadInput(
                f"this Python has SQLite {sqlite3.sqlite_version}, and finetop needs 3.37",
                hint="Use the Python that uv installs: uv python install 3.12.",
            )
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            descriptor = os.open(path, os.O_CREAT | os.O_RDWR | os.O_NOFOLLOW, 0o600)
            owner = os.fstat(descriptor).st_uid
            os.close(descriptor)
        except OSError as error:
            raise BadInput(
                f"{path}: the store cannot be written: {error.strerror}",
                hint="Set FINETOP_DATA to a folder of yours on a local disk.",
            ) from error
        if owner != os.getuid() and os.getuid() != 0:
            raise BadInput(
                f"{path} belongs to another user", hint="Set FINETOP_DATA to a folder of your own."
            )
        try:
            self._migrate()
        except sqlite3.DatabaseError as error:
            raise BadInput(
                f"{path}: the store cannot be read: {error}",
                hint="Move the file away; what providers still know will be read again.",
            ) from error

    @property
    def connection(self) -> sqlite3.Connection:
        """The calling thread's own connection, in autocommit until `write`."""
        found: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if found is None:
            found = sqlite3.connect(
                self.path, timeout=BUSY_MS / 1000, isolation_level=None, check_same_thread=False
            )
            _write_ahead(found)
            found.execute("pragma synchronous = normal")
            found.execute(f"pragma cache_size = -{CACHE_KB}")
            # Triggers name jobs with it; some builds of SQLite let them use no function of ours unless told.
            found.execute("pragma trusted_schema = on")
            found.create_function("suffix_in", 1, suffix_in, deterministic=True)
            self._local.connection = found
            with self._guard:
                self._opened.append(found)
        return found

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """A write transaction: all of it or nothing.

        Raises TryLater while the file cannot be written, BadInput once a newer finetop has changed it.
        """
        connection = self.connection
        try:
            connection.execute("begin immediate")
            self._refuse_newer(connection)
            yield connection
            connection.execute("commit")
        except BaseException as error:
            if connection.in_transaction:  # a full disk has rolled back already
                connection.execute("rollback")
            if isinstance(error, sqlite3.OperationalError) and error.sqlite_errorcode & 0xFF in _PASSING:
                raise TryLater(f"{self.path} cannot be written: {error}") from error
            raise

    def tick(self) -> int:
        """The next number of the store's one clock, outside a transaction."""
        with self.write() as connection:
            return tick(connection)

    def salt(self) -> str:
        """A secret of this file, so that key hashes mean nothing elsewhere."""
        known: tuple[str] | None = self.connection.execute(_SALT).fetchone()
        if known is not None:
            return known[0]
        import secrets  # noqa: PLC0415 - it loads much that a look does not need

        with self.write() as connection:
            connection.execute("insert or ignore into meta values ('salt', ?)", (secrets.token_hex(16),))
            found: tuple[str] = connection.execute(_SALT).fetchone()
        return found[0]

    def close(self) -> None:
        """Close every thread's connection."""
        with self._guard:
            for connection in self._opened:
                connection.close()
            self._opened.clear()
        self._local = threading.local()

    def release_thread(self) -> None:
        """Close the calling thread's connection, for the thread is about to end."""
        found: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if found is None:
            return
        del self._local.connection
        with self._guard:
            if found in self._opened:
                self._opened.remove(found)
        found.close()

    def _migrate(self) -> None:
        if self._applied(self.connection) == len(MIGRATIONS):
            return  # opening a store that is up to date waits for nobody
        with self.write() as connection:
            applied = self._applied(connection)
            for script in MIGRATIONS[applied:]:
                for statement in _statements(script):
                    connection.execute(statement)
            connection.execute(f"pragma user_version = {len(MIGRATIONS)}")

    def is_newer(self) -> bool:
        """True where the tables are those of a newer finetop, of which this one knows nothing."""
        return self._applied(self.connection) > len(MIGRATIONS)

    def _refuse_newer(self, connection: sqlite3.Connection) -> None:
        if self._applied(connection) > len(MIGRATIONS):
            raise BadInput(
                f"{self.path} was written by a newer finetop",
                hint="Update finetop, or set FINETOP_DATA to another folder.",
            )

    @staticmethod
    def _applied(connection: sqlite3.Connection) -> int:
        found: tuple[int] = connection.execute("pragma user_version").fetchone()
        return found[0]


def _statements(script: str) -> Iterator[str]:
    """The statements of a script; those of a trigger's body belong to the trigger."""
    held = ""
    for part in script.split(";"):
        held += f"{part};"
        if sqlite3.complete_statement(held):
            if held.strip(" \n;"):
                yield held
            held = ""


def _write_ahead(connection: sqlite3.Connection) -> None:
    """Turn the write-ahead log on. For this one switch SQLite does not wait for others, so we do."""
    deadline = time.monotonic() + BUSY_MS / 1000
    while True:
        try:
            connection.execute("pragma journal_mode = wal")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(0.005)


def tick(connection: sqlite3.Connection) -> int:
    """The next number of the clock, inside the caller's transaction."""
    found: tuple[int] = connection.execute("update clock set n = n + 1 returning n").fetchone()
    return found[0]
