"""Accounts, how their provider is doing, and the wishes that cross from one process to another."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from finetop.store.contacts import Contact
    from finetop.store.database import Database


_FIND = """select id from account where dialect = ? and base_url = ? and organization = ?
    and project = ? and key_hash = ?"""


class Accounts:
    """An account is a place and a key: two profiles with equal ones share their rows."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._db = database
        self._clock = clock
        self._salt: str | None = None

    def ensure(
        self, *, dialect: str, base_url: str, organization: str = "", project: str = "", key: str = ""
    ) -> int:
        """The number of this account, made on first sight. Of the key only a salted hash is kept."""
        known = self.find(
            dialect=dialect, base_url=base_url, organization=organization, project=project, key=key
        )
        if known is not None:
            return known
        place = (dialect, base_url, organization, project, self._hash(key))
        with self._db.write() as connection:
            connection.execute(
                """insert or ignore into account (dialect, base_url, organization, project, key_hash, since)
                values (?, ?, ?, ?, ?, ?)""",
                (*place, self._clock()),
            )
            found: tuple[int] = connection.execute(_FIND, place).fetchone()
        return found[0]

    def find(
        self, *, dialect: str, base_url: str, organization: str = "", project: str = "", key: str = ""
    ) -> int | None:
        """The number of this account; None where it was never seen. Nothing is written."""
        place = (dialect, base_url, organization, project, self._hash(key))
        found: tuple[int] | None = self._db.connection.execute(_FIND, place).fetchone()
        return None if found is None else found[0]

    def remember(self, profile: str, account: int) -> None:
        """Keep which account a profile has, for when its key is not at hand."""
        known = self._db.connection.execute(
            "select account from profile where name = ?", (profile,)
        ).fetchone()
        if known != (account,):
            with self._db.write() as connection:
                connection.execute("insert or replace into profile values (?, ?)", (profile, account))

    def at(self, *, dialect: str, base_url: str, organization: str = "", project: str = "") -> list[int]:
        """The accounts at a place, whatever their keys."""
        found = self._db.connection.execute(
            """select id from account where dialect = ? and base_url = ? and organization = ?
            and project = ? order by id""",
            (dialect, base_url, organization, project),
        )
        return [row[0] for row in found]

    def last_of(
        self, profile: str, *, dialect: str, base_url: str, organization: str = "", project: str = ""
    ) -> int | None:
        """The account that a profile had last, if that was at this place."""
        found: tuple[int] | None = self._db.connection.execute(
            """select id from profile join account on id = account where name = ? and dialect = ?
            and base_url = ? and organization = ? and project = ?""",
            (profile, dialect, base_url, organization, project),
        ).fetchone()
        return None if found is None else found[0]

    def _hash(self, key: str) -> str:
        if self._salt is None:
            self._salt = self._db.salt()
        import hashlib  # noqa: PLC0415 - a look knows most accounts by their places

        return hashlib.sha256(f"{self._salt}:{key}".encode()).hexdigest()

    def contact(self, account: int) -> Contact:
        """How asking this account went last."""
        found = self._db.connection.execute(
            """select state, message, failures, last_ok_at, poller, requests_left, requests_limit
            from contact where account = ?""",
            (account,),
        ).fetchone()
        from finetop.store.contacts import Contact  # noqa: PLC0415 - a look asks nobody

        return Contact() if found is None else Contact(*found)

    def save_contact(self, account: int, contact: Contact) -> None:
        """Keep how asking goes. It moves no clock: screens look at all contacts at once when told to."""
        from dataclasses import astuple  # noqa: PLC0415 - as above

        with self._db.write() as connection:
            connection.execute(
                "insert or replace into contact (account, state, message, failures, last_ok_at, poller,"
                " requests_left, requests_limit) values (?, ?, ?, ?, ?, ?, ?, ?)",
                (account, *astuple(contact)),
            )

    def edition(self, account: int) -> str:
        """Which edition of an archive is in the store whole; empty where none is."""
        found = self._db.connection.execute("select edition from account where id = ?", (account,)).fetchone()
        return "" if found is None else str(found[0])

    def keep_edition(self, account: int, edition: str) -> None:
        """An archive's list has been read to its end; logs of an earlier edition are read again."""
        with self._db.write() as connection:
            if self.edition(account):
                connection.execute("update job set whole = 0 where account = ? and whole", (account,))
            connection.execute("update account set edition = ? where id = ?", (edition, account))

    def mark_unable(self, account: int, action: str, since: float) -> None:
        """Remember that the provider has no route for an action; `since` is a Unix time."""
        with self._db.write() as connection:
            connection.execute("insert or replace into unable values (?, ?, ?)", (account, action, since))

    def unable(self, account: int) -> dict[str, float]:
        """The actions the provider turned out to have no route for, and since when that is known."""
        return dict(
            self._db.connection.execute("select action, since from unable where account = ?", (account,))
        )

    def forget_unable(self, account: int, action: str | None = None) -> None:
        """Take it that the provider may have learned an action, or all of them."""
        known = self.unable(account)
        if not known or (action is not None and action not in known):
            return  # most often there is nothing to forget, and nothing is written
        with self._db.write() as connection:
            connection.execute(
                "delete from unable where account = ? and (? is null or action = ?)",
                (account, action, action),
            )

    def wish(self, account: int, kind: str, job: str = "") -> None:
        """Ask whoever polls this account for something: `refresh`, or `watch` one job."""
        with self._db.write() as connection:
            connection.execute("insert or ignore into wish values (?, ?, ?)", (account, kind, job))

    def take_wishes(self, account: int) -> list[tuple[str, str]]:
        """All wishes for this account, (kind, job), taken off the list."""
        pending = self._db.connection.execute(
            "select 1 from wish where account = ? limit 1", (account,)
        ).fetchone()
        if pending is None:
            return []
        with self._db.write() as connection:
            return connection.execute(
                "delete from wish where account = ? returning kind, job", (account,)
            ).fetchall()
