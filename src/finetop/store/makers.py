"""The jobs that made a model: no more of each than tells where a model comes from."""

# Without `from __future__ import annotations`: a NamedTuple compiles every type that is written as text.
import sqlite3
from collections.abc import Mapping
from typing import NamedTuple

from finetop.names import suffix_in
from finetop.store.job_rows import JobKey


class Maker(NamedTuple):
    """A job with a tuned model; the names are those of a job's row."""

    key: JobKey
    name: str
    model: str
    fine_tuned_model: str
    ended_at: float | None


def makers(connection: sqlite3.Connection, accounts: Mapping[int, str]) -> list[Maker]:
    """Every job of these accounts that made a model; reads every job, which takes its time."""
    marks = ",".join(map(str, accounts))
    found = connection.execute(
        f"""select account, id, json_extract(form, '$.suffix'), json_extract(form, '$.model'),
        coalesce(json_extract(form, '$.fine_tuned_model'),
            iif(status = 'succeeded', json_extract(said, '$.model'), null)) tuned,
        coalesce(json_extract(form, '$.finished_at'), json_extract(form, '$.updated_at'))
        from job where account in ({marks}) and tuned is not null"""
    )
    return [
        Maker(JobKey(account, id_), suffix or suffix_in(tuned) or id_, model or "", tuned, ended_at)
        for account, id_, suffix, model, tuned, ended_at in found
    ]
