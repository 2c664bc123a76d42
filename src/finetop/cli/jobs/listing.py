"""`finetop jobs list`: the jobs that a query means, asked anew or as they are known."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import click

from finetop.cli import options, output, queries, values
from finetop.cli.jobs import columns

if TYPE_CHECKING:
    from finetop.cli.asking import Asked
    from finetop.cli.run import Run
    from finetop.config import Profile
    from finetop.models import Job
    from finetop.query import Condition
    from finetop.session import Session
    from finetop.store import JobKey, JobRow
    from finetop.store.jobs import Jobs

MOST = 1_000_000
UNREADABLE = "unreadable"
"""Stands for the state of what is no job, or none that can be read."""


@click.command("list", cls=queries.QueryCommand)
@queries.argument
@click.option(
    "--limit", type=click.IntRange(1, MOST), default=100, show_default=True, help="The newest so many."
)
@options.metadata("Only jobs that bear this pair; may be given several times.")
@options.offline
@options.patience
@click.option("--columns", "shown", metavar="NAME,...", help=f"What to show: {', '.join(columns.COLUMNS)}.")
@options.profile
@options.as_json
@options.as_jsonl
@click.pass_obj
def list_jobs(
    run: Run,
    query: tuple[str, ...],
    metadata: dict[str, str],
    *,
    limit: int,
    timeout: float,
    shown: str | None,
    offline: bool,
    as_json: bool,
    as_jsonl: bool,
) -> int:
    """List the jobs of all profiles, or of one.

    A QUERY such as 'status:failed model:mini lr>1 age<7d -profile:openai' says which; put it in quotes,
    for < and > mean something to the shell.
    """
    from finetop.cli import account  # noqa: PLC0415 - help shall not load the settings

    profiles = account.chosen_profiles(run)
    condition = queries.condition(run, query, profiles, metadata)
    names = columns.chosen(shown)
    if offline:
        from finetop.cli.known import listed  # noqa: PLC0415 - opens the store

        with listed(run, profiles) as (jobs, accounts):
            rows = itertools.islice(jobs.newest(accounts, condition), limit)
            found = _print(jobs, rows, names, as_json=as_json, as_jsonl=as_jsonl)
        code = 0
    else:
        with account.opened(run, *profiles) as session:
            asked = _ask(session, profiles, condition, limit, timeout)
            if as_json or as_jsonl:
                newest = _newest(session, asked.all(), limit)
                found = _print(session.store.jobs, newest, names, as_json=as_json, as_jsonl=as_jsonl)
            else:
                found = _print_as_they_come(session, asked, names, limit)
        code = asked.code
    if not found and not code and not (as_json or as_jsonl):
        output.talk(_nothing(condition, profiles, offline=offline))
    return code


def _ask(
    session: Session, profiles: Sequence[Profile], condition: Condition | None, limit: int, timeout_s: float
) -> Asked[list[Job]]:
    from finetop.cli.asking import Asked  # noqa: PLC0415 - who asks nobody waits for none of it

    pairs = condition.pairs if condition else None
    answers = {one.name: session.list_jobs(one.name, limit, pairs, condition) for one in profiles}
    return Asked(answers, timeout_s)


def _print_as_they_come(session: Session, asked: Asked[list[Job]], names: Sequence[str], limit: int) -> bool:
    """A person sees at once what was answered, and late rows below; whether there was anything."""
    answers: dict[str, list[Job]] = {}
    shown: set[JobKey] = set()
    unread = 0
    table = output.Table(columns.heads(names))
    for wave in asked.waves():
        answers |= wave
        rows = [row for row in _newest(session, answers, limit) if row.key not in shown]
        shown |= {row.key for row in rows}
        now = time.time()
        table.write([columns.cells(names, row, now) for row in rows])
        unread += sum(row.raw_status == UNREADABLE for row in rows)
    if unread and "error" not in names:
        output.talk(f"{unread} of these could not be read; --columns job,error says why")
    return bool(shown)


def _newest(session: Session, answers: Mapping[str, list[Job]], limit: int) -> Sequence[JobRow]:
    """The newest of what was answered; of one second in the provider's order.

    Where two profiles have one account its jobs stand there once, as they do in the store.
    """
    found: dict[JobKey, JobRow] = {}
    for name, jobs in answers.items():
        ids = [job.id for job in jobs]
        rows = {row.key.id: row for row in session.store.jobs.newest({session.accounts[name]: name}, ids=ids)}
        for row in (rows[id_] for id_ in ids if id_ in rows):
            found.setdefault(row.key, row)
    return sorted(found.values(), key=lambda row: -(row.created_at or 0.0))[:limit]


def _print(
    jobs: Jobs, rows: Iterable[JobRow], names: Sequence[str], *, as_json: bool, as_jsonl: bool
) -> bool:
    """Whether there was anything to print."""
    if as_json or as_jsonl:
        output.write_values((values.stored_value(jobs, row) for row in rows), lines=as_jsonl)
        return True
    now = time.time()
    table = [columns.cells(names, row, now) for row in rows]
    if table:
        output.write_table(columns.heads(names), table)
    return bool(table)


def _nothing(condition: Condition | None, profiles: Sequence[Profile], *, offline: bool) -> str:
    if condition:
        return f"no job matches {condition.text}"
    if offline:
        return "nothing is known yet; without --offline providers are asked"
    if all(profile.dialect == "archive" for profile in profiles):
        return f"no jobs in {', '.join(profile.path for profile in profiles)}"
    return "no jobs yet; finetop jobs create FILE --model NAME makes one"
