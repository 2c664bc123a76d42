"""Which result files were brought to this machine, and which could not be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from finetop.store.database import Database

AGAIN_S = 86_400.0
"""A file that could not be had is asked for again after so long."""


class Result(NamedTuple):
    """A result file of a job, as the job names it."""

    job: str
    file: str


@dataclass(frozen=True, slots=True)
class Kept:
    """A result file on this machine; one that could not be had has a problem and no path."""

    job: str
    file: str
    path: str = ""
    """From the folder of results on."""
    size_bytes: int | None = None
    sha256: str | None = None
    tried_at: float = 0.0
    problem: str = ""


class KeptFiles:
    """The result files of every account."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def missing(self, account: int, since: int, now: float) -> list[Result]:
        """Result files of ended jobs that changed after `since` and are not here; oldest jobs first."""
        found = self._db.connection.execute(
            """select job.id, json_extract(result.value, '$.id') file_id
            from job, json_each(job.form, '$.result_files') result
            where job.account = ? and job.seq > ? and not job.gone
            and job.status in ('succeeded', 'failed', 'cancelled') and file_id is not null
            and not exists (select 1 from kept where kept.account = job.account and kept.file = file_id
                and (kept.problem = '' or kept.tried_at > ?))
            order by job.created_at""",
            (account, since, now - AGAIN_S),
        )
        return [Result(*line) for line in found]

    def save(self, account: int, kept: Kept) -> None:
        """Write down that a file is here, or why it is not."""
        with self._db.write() as connection:
            connection.execute(
                """insert or replace into kept
                (account, file, job, path, size_bytes, sha256, tried_at, problem)
                values (?, ?, ?, ?, ?, ?, ?, ?)""",
                (
                    account,
                    kept.file,
                    kept.job,
                    kept.path,
                    kept.size_bytes,
                    kept.sha256,
                    kept.tried_at,
                    kept.problem,
                ),
            )

    def of(self, account: int, file_id: str) -> Kept | None:
        """What is here of one file; None for one that was never brought."""
        found = self._db.connection.execute(
            """select job, file, path, size_bytes, sha256, tried_at, problem from kept
            where account = ? and file = ? and problem = ''""",
            (account, file_id),
        ).fetchone()
        return None if found is None else Kept(*found)

    def all(self, account: int) -> list[Kept]:
        """Every file that was tried, in the order of their jobs' names."""
        found = self._db.connection.execute(
            """select job, file, path, size_bytes, sha256, tried_at, problem from kept
            where account = ? order by job, file""",
            (account,),
        )
        return [Kept(*line) for line in found]
