"""What the overfit watch says of each job, kept on its row: a list must not read what was measured."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from typing import TYPE_CHECKING

from finetop.store import measured
from finetop.store.rows import JobKey
from finetop.turning import MOST_CHECKS

if TYPE_CHECKING:
    from finetop.models import Metric

_WATCHED = frozenset({"full_valid_loss", "valid_loss", "full_valid_reward", "valid_reward", "train_reward"})
"""What a verdict is made of."""


def watched(metrics: Iterable[Metric]) -> int:
    """How many of these steps tell of validation."""
    return sum(not _WATCHED.isdisjoint(metric.values) for metric in metrics)


def note(connection: sqlite3.Connection, key: JobKey, checks: int) -> None:
    """So many checks are new: judge again once they may change the verdict.

    Of a long series neighbours are taken together, so that judging each time would read it over and over.
    """
    if not checks:
        return
    found = connection.execute(
        "update job set unjudged = unjudged + ? where account = ? and id = ? returning unjudged, judged",
        (checks, *key),
    ).fetchone()
    if found is not None and found[0] * MOST_CHECKS >= found[1]:
        judge(connection, key)


def settle(connection: sqlite3.Connection, key: JobKey) -> bool:
    """Judge a job of which all is known now; True where checks had waited for more."""
    found = connection.execute(
        "select 1 from job where account = ? and id = ? and unjudged > 0", key
    ).fetchone()
    if found is not None:
        judge(connection, key)
    return found is not None


def judge(connection: sqlite3.Connection, key: JobKey) -> None:
    """Judge a job by all that was measured; its row is not marked as changed."""
    from finetop.overfit import judge_curves  # noqa: PLC0415 - a look at what is known needs none of it

    verdict = judge_curves(measured.curves(connection, key))
    connection.execute(
        "update job set overfit = ?, judged = judged + unjudged, unjudged = 0 where account = ? and id = ?",
        (None if verdict is None else verdict.sureness, *key),
    )


def waiting(connection: sqlite3.Connection, account: int, limit: int) -> list[JobKey]:
    """Jobs that nobody has judged yet: they were measured before there was an overfit watch."""
    found = connection.execute(
        """select id from job indexed by job_unjudged where account = ? and unjudged > 0 and judged = 0
        order by created_at desc limit ?""",
        (account, limit),
    )
    return [JobKey(account, id_) for (id_,) in found]
