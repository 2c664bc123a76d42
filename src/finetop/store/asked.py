"""The log of actions: every order that any process has sent to a provider, and the answer."""

# Without `from __future__ import annotations`: a NamedTuple compiles every type that is written as text.
from collections.abc import Iterable
from typing import NamedTuple

from finetop.exchange import Exchange
from finetop.store.database import Database

KEPT = 5_000
"""Orders; older ones are forgotten."""


class Asked(NamedTuple):
    """What was asked of whose account, and who asked it."""

    account: int
    who: str
    """Host and pid."""
    exchange: Exchange


class AskedLog:
    """The orders of all accounts, in the order of their answers."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def add(self, account: int, who: str, exchange: Exchange) -> None:
        """Keep one order, and forget the oldest of too many."""
        with self._db.write() as connection:
            connection.execute(
                """insert into asked (account, who, at, took_s, method, path, status, request_id, said)
                values (?, ?, ?, ?, ?, ?, ?, ?, ?)""",
                (account, who, *exchange),
            )
            connection.execute(f"delete from asked where id <= (select max(id) from asked) - {KEPT}")

    def newest(self, accounts: Iterable[int], limit: int = KEPT) -> list[Asked]:
        """The orders to these accounts, newest first."""
        marks = ", ".join(str(account) for account in accounts)
        found = self._db.connection.execute(
            f"""select account, who, at, took_s, method, path, status, request_id, said from asked
            where account in ({marks}) order by id desc limit ?""",
            (limit,),
        )
        return [Asked(account, who, Exchange(*rest)) for account, who, *rest in found]
