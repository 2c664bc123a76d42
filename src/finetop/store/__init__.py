"""What finetop knows, in one SQLite file; the only client-side code that knows sqlite3."""

from __future__ import annotations

from pathlib import Path

from finetop.store.accounts import Accounts, Contact
from finetop.store.events import Events
from finetop.store.jobs import Jobs
from finetop.store.journal import Intent, Journal
from finetop.store.rows import Curves, EventRow, JobKey, JobRow, ProfileState, Series
from finetop.store.schema import Database

__all__ = [
    "Contact",
    "Curves",
    "EventRow",
    "Intent",
    "JobKey",
    "JobRow",
    "ProfileState",
    "Series",
    "Store",
]


class Store:
    """One file, seen through its five tables' doors; safe to use from any thread."""

    def __init__(self, path: Path) -> None:
        self.database = Database(path)
        self.accounts = Accounts(self.database)
        self.jobs = Jobs(self.database)
        self.events = Events(self.database)
        self.journal = Journal(self.database)

    def ask(self) -> int:
        """Number a question; its answer loses to that of any younger one."""
        return self.database.tick()

    def data_version(self) -> int:
        """Changes when another connection has written. Call it with no open cursor."""
        found: tuple[int] = self.database.connection.execute("pragma data_version").fetchone()
        return found[0]

    def close(self) -> None:
        """Close every connection."""
        self.database.close()
