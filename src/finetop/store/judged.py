"""What the overfit watch says of each job, kept on its row: a list must not read what was measured."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from finetop.store import measured
from finetop.store.rows import JobKey
from finetop.turning import MOST_CHECKS

if TYPE_CHECKING:
    from finetop.models import Metric

_WATCHED = frozenset({"full_valid_loss", "valid_loss", "full_valid_reward", "valid_reward", "train_reward"})
"""What a verdict is made of."""


FEW = 2 * MOST_CHECKS
"""So many checks are judged anew at each."""
SELDOM = 8
"""Of more a verdict waits for this part of them to be new, and for the end of the log."""


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
    if found is not None and (found[1] <= FEW or found[0] * SELDOM >= found[1]):
        judge(connection, key)


def settle(connection: sqlite3.Connection, key: JobKey) -> bool:
    """Judge a job of which all is known now; True where checks had waited for more."""
    found = connection.execute(
        "select 1 from job where account = ? and id = ? and unjudged > 0", key
    ).fetchone()
    if found is not None:
        judge(connection, key)
    return found is not None


def advise(connection: sqlite3.Connection, key: JobKey) -> None:
    """Judge anew for other checkpoints to advise, where there is anything to advise of."""
    if connection.execute(
        "select overfit from job where account = ? and id = ? and overfit is not null", key
    ).fetchone():
        judge(connection, key)


def judge(connection: sqlite3.Connection, key: JobKey) -> None:
    """Judge a job by all that was measured; its row is not marked as changed."""
    from finetop.overfit import judge_curves, told  # noqa: PLC0415 - a look at what is known needs none of it

    found = told(judge_curves(measured.curves(connection, key), _saved(connection, key)))
    connection.execute(
        "update job set overfit = ?, judged = judged + unjudged, unjudged = 0 where account = ? and id = ?",
        (None if found is None else json.dumps(found), *key),
    )


class _Saved(NamedTuple):
    """What the watch asks of a checkpoint."""

    step_number: int | None
    fine_tuned_model_checkpoint: str | None


def _saved(connection: sqlite3.Connection, key: JobKey) -> list[_Saved]:
    """A job's checkpoints; some providers tell of them in the job itself."""
    found = connection.execute(
        """select step, json_extract(form, '$.fine_tuned_model_checkpoint') from checkpoint
        where account = ? and job = ?""",
        key,
    ).fetchall() or connection.execute(
        """select json_extract(value, '$.step_number'), json_extract(value, '$.fine_tuned_model_checkpoint')
        from job, json_each(job.form, '$.checkpoints') where account = ? and job.id = ?""",
        key,
    )
    return [_Saved(*line) for line in found]


def waiting(connection: sqlite3.Connection, account: int, limit: int) -> list[JobKey]:
    """Jobs that nobody has judged yet: they were measured before there was an overfit watch."""
    found = connection.execute(
        """select id from job indexed by job_unjudged where account = ? and unjudged > 0 and judged = 0
        order by created_at desc limit ?""",
        (account, limit),
    )
    return [JobKey(account, id_) for (id_,) in found]
