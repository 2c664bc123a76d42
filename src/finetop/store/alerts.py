"""The ledger of alerts: what was raised, by which ways it goes out, and how far each delivery has come.

An alert is written down together with its deliveries before any of them is sent, and each is settled after:
whoever dies in between leaves it to the next process, and nobody sends what another has taken up.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from finetop.store.database import Database, tick
from finetop.store.jobs import touch
from finetop.store.rows import JobKey

if TYPE_CHECKING:
    import sqlite3


@dataclass(frozen=True, slots=True)
class Raised:
    """Something to be told, once by each way."""

    job: str
    """Its id; for what is about no single job, a word of our own."""
    event: str
    turn: int
    """Tells one occurrence from the next of the same event of the same job."""
    facts: str
    """JSON of what is told."""
    ways: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Delivery:
    """One alert on its way."""

    alert: int
    key: JobKey
    event: str
    turn: int
    raised_at: float
    facts: str
    way: str
    seq: int
    state: str
    """told (each terminal tells it for itself), due, sending, delivered or failed."""
    tries: int
    next_at: float
    message: str
    """What became of the last try."""


_SHOWN = """select alert, account, job, event, turn, raised_at, facts, way, seq, state, tries,
    next_at, message from delivery join alert on alert.id = alert"""
LONGEST_WAIT_S = 86_400.0
"""Nothing is tried again so late: what seems to be was put off by a clock that was set back since."""
TERMINAL_WAYS = ("bell", "notify")
"""These belong to each terminal: nobody delivers them for another."""


class Alerts:
    """The tables `alert`, `delivery` and `watch`."""

    def __init__(
        self,
        database: Database,
        clock: Callable[[], float] = time.time,
        owner: Callable[[], str] = lambda: "",
        is_alive: Callable[[str], bool] = lambda _owner: False,
    ) -> None:
        self._db = database
        self._clock = clock
        self._owner = owner
        self._is_alive = is_alive

    def raise_(self, account: int, found: Sequence[Raised], judged: int | None = None) -> int:
        """Write down what is to be told, and up to which turn all has been judged; how much was new.

        What was told before by a way is not told by it again.
        """
        news = [raised for raised in found if self._has_news(account, raised)]
        if not news and (judged is None or judged <= self.judged(account)):
            return 0
        with self._db.write() as connection:
            for raised in news:
                self._write(connection, account, raised)
            if judged is not None:
                connection.execute(
                    "update account set judged = max(judged, ?) where id = ?", (judged, account)
                )
        return len(news)

    def judged(self, account: int) -> int:
        """Up to which number of the clock the turns of this account have been judged."""
        found = self._db.connection.execute("select judged from account where id = ?", (account,)).fetchone()
        return 0 if found is None else int(found[0])

    def due(self, accounts: Iterable[int]) -> list[Delivery]:
        """What is to be sent now, also what a process that is no more has left half done; oldest first."""
        now = self._clock()
        return [
            delivery
            for delivery, owner in self._open(accounts)
            if not now < delivery.next_at < now + LONGEST_WAIT_S
            and (delivery.state == "due" or (owner != self._owner() and not self._is_alive(owner)))
        ]

    def next_at(self, accounts: Iterable[int]) -> float | None:
        """When the next one becomes due, by our clock; None while nothing waits."""
        return min(
            (delivery.next_at for delivery, _ in self._open(accounts) if delivery.state == "due"),
            default=None,
        )

    def claim(self, delivery: Delivery) -> bool:
        """Take a delivery up; of several processes one succeeds."""
        with self._db.write() as connection:
            return bool(
                connection.execute(
                    """update delivery set state = 'sending', owner = ?, tries = tries + 1
                    where alert = ? and way = ? and state = ? and tries = ?""",
                    (self._owner(), delivery.alert, delivery.way, delivery.state, delivery.tries),
                ).rowcount
            )

    def settle(self, delivery: Delivery, state: str, message: str = "", *, again_at: float = 0.0) -> None:
        """What became of a delivery that was taken up: delivered, failed, or due again."""
        with self._db.write() as connection:
            connection.execute(
                """update delivery set state = ?, message = ?, next_at = ?, seq = ?
                where alert = ? and way = ?""",
                (state, message, again_at, tick(connection), delivery.alert, delivery.way),
            )

    def told(self, accounts: Iterable[int], since: int) -> list[Delivery]:
        """What a terminal has to tell since this number of the clock: its own ways, and failures."""
        wanted = tuple(accounts)
        marks = ", ".join("?" * len(wanted))
        found = self._db.connection.execute(
            f"""{_SHOWN} where seq > ? and state in ('told', 'failed') and account in ({marks})
            order by seq""",
            (since, *wanted),
        )
        return [_delivery(line) for line in found]

    def recent(self, accounts: Iterable[int], limit: int) -> list[Delivery]:
        """The last alerts with their deliveries, newest first."""
        wanted = tuple(accounts)
        marks = ", ".join("?" * len(wanted))
        found = self._db.connection.execute(
            f"""{_SHOWN} where alert in (select id from alert where account in ({marks})
            order by id desc limit ?) order by alert desc, way""",
            (*wanted, limit),
        )
        return [_delivery(line) for line in found]

    def last(self, key: JobKey, event: str) -> tuple[int, str] | None:
        """The turn and the facts of what was raised last of this kind for a job."""
        found: tuple[int, str] | None = self._db.connection.execute(
            "select turn, facts from alert where account = ? and job = ? and event = ? order by id desc",
            (*key, event),
        ).fetchone()
        return found

    def since(self, account: int, number: int) -> list[Delivery]:
        """What was raised for an account after this number of the clock, oldest first, once each."""
        found = self._db.connection.execute(
            f"{_SHOWN} where account = ? and seq > ? group by alert order by alert", (account, number)
        )
        return [_delivery(line) for line in found]

    def want(self, key: JobKey, wanted: bool) -> None:
        """Tell of this job whatever the rules say, or never."""
        with self._db.write() as connection:
            connection.execute("insert or replace into watch values (?, ?, ?)", (*key, int(wanted)))
            touch(connection, key)

    def is_wanted(self, key: JobKey) -> bool | None:
        """What the user himself has said of a job; None where the rules decide."""
        found = self._db.connection.execute(
            "select wanted from watch where account = ? and job = ?", key
        ).fetchone()
        return None if found is None else bool(found[0])

    def wanted(self, account: int) -> dict[str, bool]:
        """The jobs of an account for which the user has said it himself."""
        found = self._db.connection.execute("select job, wanted from watch where account = ?", (account,))
        return {job: bool(wanted) for job, wanted in found}

    def _has_news(self, account: int, raised: Raised) -> bool:
        found = self._db.connection.execute(
            """select way from delivery join alert on alert.id = alert
            where account = ? and job = ? and event = ? and turn = ?""",
            (account, raised.job, raised.event, raised.turn),
        )
        return not {way for (way,) in found}.issuperset(raised.ways)

    def _write(self, connection: sqlite3.Connection, account: int, raised: Raised) -> None:
        now = self._clock()
        what = (account, raised.job, raised.event, raised.turn)
        connection.execute(
            """insert or ignore into alert (account, job, event, turn, raised_at, facts)
            values (?, ?, ?, ?, ?, ?)""",
            (*what, now, raised.facts),
        )
        (number,) = connection.execute(
            "select id from alert where account = ? and job = ? and event = ? and turn = ?", what
        ).fetchone()
        for way in raised.ways:
            state = "told" if way in TERMINAL_WAYS else "due"
            connection.execute(
                "insert or ignore into delivery values (?, ?, ?, ?, 0, ?, '', '')",
                (number, way, tick(connection), state, now),
            )

    def _open(self, accounts: Iterable[int]) -> list[tuple[Delivery, str]]:
        wanted = frozenset(accounts)
        found = self._db.connection.execute(
            _SHOWN.replace("message from", "message, owner from")
            + " where state in ('due', 'sending') order by alert, way"
        ).fetchall()
        return [(_delivery(line[:-1]), line[-1]) for line in found if line[1] in wanted]


def _delivery(line: Sequence[object]) -> Delivery:
    alert, account, job, *rest = line
    return Delivery(alert, JobKey(account, job), *rest)  # type: ignore[arg-type]
