"""One line of a list of files: light, for there may be many thousands of them."""

# Without `from __future__ import annotations`: a NamedTuple compiles every type that is written as text.
import sqlite3
from collections.abc import Mapping
from typing import NamedTuple

from finetop.names import suffix_in


class FileRow(NamedTuple):
    """A file at a provider. Times are Unix seconds; a missing value is None or empty."""

    account: int
    id: str
    profile: str
    name: str = ""
    size_bytes: int | None = None
    purpose: str = ""
    status: str = ""
    """The provider's own word."""
    problem: str = ""
    """What the provider says is wrong with it."""
    created_at: float | None = None
    expires_at: float | None = None
    kept: str = ""
    """Where its bytes lie on this machine, from the folder of results on."""
    gone: bool = False
    """True where the provider no longer lists it, and only its bytes here are left."""


def file_rows(connection: sqlite3.Connection, names: Mapping[int, str]) -> list[FileRow]:
    """The files of these accounts, newest first: those at the provider, and those that are left here."""
    marks = ",".join(map(str, names))
    found = connection.execute(
        f"""select file.account, file.id, json_extract(form, '$.filename'), json_extract(form, '$.bytes'),
        json_extract(form, '$.purpose'), json_extract(form, '$.status'),
        coalesce(json_extract(form, '$.unreadable'), json_extract(form, '$.status_details')),
        json_extract(form, '$.created_at') created, json_extract(form, '$.expires_at'), kept.path, gone
        from file left join kept on kept.account = file.account and kept.file = file.id and kept.problem = ''
        where file.account in ({marks}) and (not gone or kept.path is not null)
        order by created desc, file.id"""
    )
    return [
        FileRow(
            account,
            id_,
            names[account],
            name or "",
            size_bytes,
            purpose or "",
            status or "",
            problem or "",
            created_at,
            expires_at,
            kept or "",
            bool(gone),
        )
        for (
            account, id_, name, size_bytes, purpose, status, problem, created_at, expires_at, kept, gone,
        ) in found
    ]  # fmt: skip


class Use(NamedTuple):
    """The jobs that name a file."""

    job: str
    """The name of the newest."""
    jobs: int
    """How many there are."""


def file_uses(connection: sqlite3.Connection, names: Mapping[int, str]) -> dict[tuple[int, str], Use]:
    """The jobs that name each known file of these accounts; reads every job, which takes its time."""
    marks = ",".join(map(str, names))
    parts = " union ".join(  # a job that names a file twice uses it once
        f"""select job.account, job.id, created_at, coalesce(json_extract(job.form, '$.suffix'), '') suffix,
        json_extract(job.form, '$.fine_tuned_model') tuned, json_extract(used.value, '$.id') file
        from job, json_each(job.form, '$.{part}') used where job.account in ({marks}) and gone < 2"""
        for part in ("training_files", "validation_files", "result_files")
    )
    found = connection.execute(  # beside max() SQLite tells the other columns of the same row
        f"""select file.account, file.id, count(*), max(used.created_at), suffix, tuned, used.id
        from ({parts}) used join file on file.account = used.account and file.id = used.file group by 1, 2"""
    )
    return {
        (account, file): Use(suffix or suffix_in(tuned) or job, count)
        for account, file, count, _, suffix, tuned, job in found
    }


def users_of(connection: sqlite3.Connection, account: int, file: str) -> list[str]:
    """The names of the jobs that name a file, the newest first."""
    found = connection.execute(
        """select json_extract(form, '$.suffix'), json_extract(form, '$.fine_tuned_model'), id
        from job where account = :account and gone < 2 and exists (
            select 1 from json_each(json_array(
                json_extract(form, '$.training_files'), json_extract(form, '$.validation_files'),
                json_extract(form, '$.result_files'))) part, json_each(part.value) used
            where json_extract(used.value, '$.id') = :file)
        order by created_at desc""",
        {"account": account, "file": file},
    )
    return [suffix or suffix_in(tuned) or id_ for suffix, tuned, id_ in found]
