"""Up to where a person has seen each account: what came later is news at his next visit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from finetop.store.database import Database


class Visits:
    """A number of the clock for each account. It is kept while he looks, so that a crash loses no visit."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def seen(self, accounts: Iterable[int]) -> Mapping[int, int]:
        """Up to where each account was seen; one that nobody has ever looked at is left out."""
        found = self._db.connection.execute("select id, seen from account where seen is not null")
        wanted = frozenset(accounts)
        return {account: seen for account, seen in found if account in wanted}

    def mark(self, accounts: Iterable[int]) -> None:
        """All that is known of these accounts was seen; nothing is written where nothing is new."""
        (now,) = self._db.connection.execute("select n from clock").fetchone()
        seen = self.seen(accounts)
        news = [account for account in accounts if seen.get(account, -1) < now]
        if not news:
            return
        with self._db.write() as connection:
            connection.executemany("update account set seen = ? where id = ?", [(now, one) for one in news])
