"""`finetop jobs list`: the jobs that a query means, asked anew or as they are known."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import click

from finetop.cli import columns, options, output, queries, values
from finetop.errors import FinetopError, TryLater

if TYPE_CHECKING:
    from finetop.cli.run import Run
    from finetop.config import Profile
    from finetop.query import Condition
    from finetop.session import Session
    from finetop.store import JobRow
    from finetop.store.jobs import Jobs

MOST = 1_000_000


@click.command("list", cls=queries.QueryCommand)
@queries.argument
@click.option(
    "--limit", type=click.IntRange(1, MOST), default=100, show_default=True, help="The newest so many."
)
@options.metadata("Only jobs that bear this pair; may be given several times.")
@options.offline
@click.option(
    "--timeout", type=options.DURATION, default=30.0, show_default="30s", help="Wait so long for a profile."
)
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
            ids, code = _ask(session, profiles, condition, limit, timeout)
            rows = itertools.islice(_answered(session, ids), limit)
            found = _print(session.store.jobs, rows, names, as_json=as_json, as_jsonl=as_jsonl)
    if not found and not code and not (as_json or as_jsonl):
        output.talk(_nothing(condition, offline=offline))
    return code


def _ask(
    session: Session, profiles: Sequence[Profile], condition: Condition | None, limit: int, timeout_s: float
) -> tuple[dict[str, list[str]], int]:
    """The ids that each profile answered with, and the first failure's exit code."""
    from concurrent.futures import wait  # noqa: PLC0415 - who asks nobody waits for nobody

    pairs = condition.pairs if condition else None
    asked = {profile.name: session.list_jobs(profile.name, limit, pairs, condition) for profile in profiles}
    wait(asked.values(), timeout=timeout_s)
    ids: dict[str, list[str]] = {}
    code = 0
    for name, answer in asked.items():
        try:
            if not answer.done():
                raise TryLater(
                    f"{name} has not answered within {timeout_s:g} s", hint="Wait longer with --timeout 2m."
                )
            ids[name] = [job.id for job in answer.result()]
        except FinetopError as error:  # one silent provider must not hide the others
            if len(profiles) == 1:
                raise
            output.complain(error)
            code = code or error.exit_code
    return ids, code


def _answered(session: Session, ids: dict[str, list[str]]) -> Iterable[JobRow]:
    """The rows of those that were answered with, newest first; of one second in the provider's order."""
    found: list[JobRow] = []
    for name, known in ids.items():
        rows = {
            row.key.id: row for row in session.store.jobs.newest({session.accounts[name]: name}, ids=known)
        }
        found += [rows[id_] for id_ in known if id_ in rows]
    return sorted(found, key=lambda row: -(row.created_at or 0.0))


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


def _nothing(condition: Condition | None, *, offline: bool) -> str:
    if condition:
        return f"no job matches {condition.text}"
    if offline:
        return "nothing is known yet; without --offline providers are asked"
    return "no jobs yet; finetop jobs create FILE --model NAME makes one"
