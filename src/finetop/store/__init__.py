"""What finetop knows, in one SQLite file; the only client-side code that knows sqlite3."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from finetop.lazily import names_of
from finetop.store.database import Database

if TYPE_CHECKING:
    from finetop.store.alerts import Delivery, Raised
    from finetop.store.asked import Asked
    from finetop.store.contacts import Contact
    from finetop.store.job_rows import JobKey, JobRow
    from finetop.store.journal import Intent
    from finetop.store.locks import Asker, Held
    from finetop.store.pacing import Pacing
    from finetop.store.rows import Curves, ProfileState, Series, Turn

__all__ = [
    "Asked",
    "Asker",
    "Contact",
    "Curves",
    "Delivery",
    "Held",
    "Intent",
    "JobKey",
    "JobRow",
    "Pacing",
    "ProfileState",
    "Raised",
    "Series",
    "Store",
    "Turn",
]


class Store:
    """One file, seen through the doors of its tables; safe to use from any thread."""

    def __init__(self, path: Path) -> None:
        from finetop.store.accounts import Accounts  # noqa: PLC0415 - a look needs only `jobs`
        from finetop.store.alerts import Alerts  # noqa: PLC0415
        from finetop.store.asked import AskedLog  # noqa: PLC0415
        from finetop.store.events import Events  # noqa: PLC0415
        from finetop.store.evidence import Evidence  # noqa: PLC0415
        from finetop.store.jobs import Jobs  # noqa: PLC0415
        from finetop.store.journal import Journal  # noqa: PLC0415
        from finetop.store.kept import KeptFiles  # noqa: PLC0415
        from finetop.store.library import Library  # noqa: PLC0415
        from finetop.store.locks import Locks  # noqa: PLC0415
        from finetop.store.log import Log  # noqa: PLC0415
        from finetop.store.pacing import Pacings  # noqa: PLC0415
        from finetop.store.roster import Roster  # noqa: PLC0415
        from finetop.store.sightings import Sightings  # noqa: PLC0415
        from finetop.store.turns import Turns  # noqa: PLC0415
        from finetop.store.visits import Visits  # noqa: PLC0415
        from finetop.store.vocabulary import Vocabulary  # noqa: PLC0415

        self.database = Database(path)
        self.accounts = Accounts(self.database)
        self.events = Events(self.database)
        self.log = Log(self.database)
        self.jobs = Jobs(self.database, self.events.save)
        self.library = Library(self.database)
        self.sightings = Sightings(self.database)
        self.roster = Roster(self.database)
        self.turns = Turns(self.database)
        self.visits = Visits(self.database)
        self.vocabulary = Vocabulary(self.database)
        self.evidence = Evidence(self.database)
        self.asked = AskedLog(self.database)
        self.kept = KeptFiles(self.database)
        self.pacing = Pacings(self.database)
        self.locks = Locks(path.parent / "locks")
        self.alerts = Alerts(self.database, owner=self.locks.owner, is_alive=self.locks.is_alive)
        self.journal = Journal(self.database, owner=self.locks.owner, is_alive=self.locks.is_alive)

    def ask(self, last: int | None = None) -> int:
        """Number a question; its answer loses to that of any younger one.

        One who has all answers to his question `last` may ask under that number again while nobody
        else has asked or written, so that asking in vain writes nothing.
        """
        if last is not None and last == self.now():
            return last
        return self.database.tick()

    def now(self) -> int:
        """Where the store's one clock stands."""
        found: tuple[int] = self.database.connection.execute("select n from clock").fetchone()
        return found[0]

    def uploading(self) -> list[str]:
        """The names of files that this process is sending."""
        sent = [intent for intent in self.journal.open(kind="upload") if intent.state == "sent"]
        return [intent.name for intent in sent if intent.owner == self.locks.owner()]

    def data_version(self) -> int:
        """Changes when another connection has written. Call it with no open cursor."""
        found: tuple[int] = self.database.connection.execute("pragma data_version").fetchone()
        return found[0]

    def is_newer(self) -> bool:
        """True once a newer finetop has changed what the tables are; nothing is written to them any more."""
        return self.database.is_newer()

    def close(self) -> None:
        """Close every connection, and let go of every lock."""
        self.locks.close()
        self.database.close()

    def release_thread(self) -> None:
        """Close the calling thread's connection, for the thread is about to end."""
        self.database.release_thread()


__getattr__ = names_of(
    __name__,
    contacts="Contact",
    alerts="Delivery Raised",
    asked="Asked",
    job_rows="JobKey JobRow",
    journal="Intent",
    locks="Asker Held",
    pacing="Pacing",
    rows="Curves ProfileState Series Turn",
)
