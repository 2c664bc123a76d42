"""What rules of alerts are judged by: small questions about jobs, asked often."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from finetop.store.held import given
from finetop.store.rows import JobKey, Series

if TYPE_CHECKING:
    from finetop.store.database import Database

LAST_EVENTS = 60
"""So many tell a job's rhythm."""
FEWEST_CHECKS = 4
"""A validation measured less often, as once at each end of an epoch, tells less than a denser one."""
_CHECKS = (
    # What is looked at, and whether more of it is better.
    ("full_valid_loss", False),
    ("valid_loss", False),
    ("json_extract(more, '$.full_valid_reward')", True),
    ("json_extract(more, '$.valid_reward')", True),
    ("json_extract(more, '$.train_reward')", True),
)


@dataclass(frozen=True, slots=True)
class Working:
    """A job that works just now, and its signs of life besides its log, by the server's clock."""

    key: JobKey
    seq: int
    started_at: float | None
    moved_at: float | None


@dataclass(frozen=True, slots=True)
class Checks:
    """How validation has gone."""

    series: Series
    higher_is_better: bool


class Evidence:
    """Reads what the rules ask for; writes nothing."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def working(self, account: int) -> list[Working]:
        """The jobs that run; who waits in a queue or is paused owes nobody news."""
        found = self._db.connection.execute(
            """select id, seq, started_at,
            max(coalesce(last_step_at, 0), coalesce(json_extract(form, '$.updated_at'), 0)) from job
            indexed by job_status where account = ? and status in ('running', 'stopping') and not gone
            and id not like 'unreadable-%'""",
            (account,),
        )
        return [
            Working(JobKey(account, id_), seq, started, moved or None) for id_, seq, started, moved in found
        ]

    def told_at(self, key: JobKey) -> list[float]:
        """The times of a job's last events, newest first."""
        found = self._db.connection.execute(
            """select created_at from event where account = ? and job = ? and created_at is not null
            order by rowid desc limit ?""",
            (*key, LAST_EVENTS),
        )
        return [row[0] for row in found]

    def checks(self, key: JobKey) -> Checks | None:
        """A job's validation: over the whole set where that is measured, else in part, else its reward."""
        for name, higher in _CHECKS:
            found = self._db.connection.execute(
                f"""select step, {name} from metric where account = ? and job = ?
                and {name} is not null order by step""",
                key,
            ).fetchall()
            if len(found) >= FEWEST_CHECKS:
                steps, values = zip(*found, strict=True)
                return Checks(Series(steps, tuple(_number(value) for value in values)), higher)
        return None

    def cancel_ordered(self, key: JobKey) -> bool:
        """True where the user has asked here for the job to be cancelled."""
        found = self._db.connection.execute(
            """select 1 from intent where account = ? and kind = 'cancel' and file = ?
            and state in ('sent', 'created', 'unsure') limit 1""",
            key,
        ).fetchone()
        return found is not None

    def ends(self, account: int) -> Mapping[str, float]:
        """The account's tuned models whose last day is known and that are there still, and that day."""
        return dict(
            self._db.connection.execute(
                """select model.id, ends_at from job indexed by job_ends
                join model on model.account = job.account
                and model.id = json_extract(job.form, '$.fine_tuned_model')
                where job.account = ? and ends_at is not null""",
                (account,),
            )
        )


def _number(value: float | str) -> float:
    """JSON has no nan: there it is text."""
    number = given(float(value))
    return math.nan if number is None else number
