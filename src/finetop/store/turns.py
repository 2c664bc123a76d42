"""Which jobs have changed their status, and since when: what alerts and the news of a visit are made of."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from finetop.store.listing import DELETED, PAST
from finetop.store.rows import JobKey, Turn

if TYPE_CHECKING:
    from finetop.store.database import Database


class Turns:
    """The changes of status of all jobs, one for each job: the last."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def since(self, accounts: Iterable[int], number: int) -> list[Turn]:
        """The jobs of these accounts that turned after this number of the clock, oldest turn first."""
        wanted = tuple(accounts)
        marks = ", ".join("?" * len(wanted))
        found = self._db.connection.execute(
            f"""select account, job.id, status, was, turned, coalesce(turned_at, 0), {PAST}
            from job join account on account.id = account
            where turned > ? and gone < {DELETED} and +account in ({marks}) order by turned""",
            (number, *wanted),
        )
        return [
            Turn(JobKey(account, id_), status, was, turned, at, bool(past))
            for account, id_, status, was, turned, at, past in found
        ]
