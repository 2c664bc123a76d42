"""`finetop models`: what can be tuned and what was, where each came from, and when it ends."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from finetop.cli import options, output, queries
from finetop.errors import FinetopError

if TYPE_CHECKING:
    from concurrent.futures import Future

    from finetop.cli.run import Run
    from finetop.config import Profile
    from finetop.holdings import Holding
    from finetop.query import Condition
    from finetop.session import Session
    from finetop.store import Store

MOST_JOBS = 10_000
"""Of an account, the newest, that are looked through for what made a model."""


@click.command(
    "models", cls=queries.QueryCommand, short_help="List models: which job made each, and when it ends."
)
@queries.argument
@options.offline
@options.profile
@options.as_json
@options.as_jsonl
@click.pass_obj
def models(run: Run, query: tuple[str, ...], *, offline: bool, as_json: bool, as_jsonl: bool) -> int:
    """List models: which job made each, and when it ends.

    A tuned model ends with its base, on the day that the provider's list of models tells. With a QUERY
    such as 'ends_in<30d model:mini' only models made by the jobs it means; put it in quotes.
    """
    from finetop.cli import account  # noqa: PLC0415 - help shall not load the settings
    from finetop.holdings import in_order, summary  # noqa: PLC0415 - as above

    profiles = account.chosen_profiles(run)
    condition = queries.condition(run, query, profiles)
    found, code = _known(run, profiles, condition) if offline else _asked(run, profiles, condition)
    now = time.time()
    if as_json or as_jsonl:
        output.write_values([_value(one, now) for one in in_order(found)], lines=as_jsonl)
        return code
    if found:
        output.write_table(
            ("MODEL", "OWNER", "AGE", "TUNED FROM", "JOB", "ENDS", "DAYS", "PROFILE"),
            [_line(one, now) for one in in_order(found)],
        )
    elif not code:
        output.talk(f"no job that matches {condition.text} made a model" if condition else "no models")
    if said := summary(found, now):
        output.talk(said)
    return code


def _known(run: Run, profiles: Sequence[Profile], condition: Condition | None) -> tuple[list[Holding], int]:
    """As the store has it."""
    from finetop.cli.known import stored  # noqa: PLC0415 - opens the store

    found: list[Holding] = []
    with stored(run, profiles) as known:
        for account, name in known.names.items():
            found += _held(known.store, account, name, condition)
    return found, 0


def _asked(run: Run, profiles: Sequence[Profile], condition: Condition | None) -> tuple[list[Holding], int]:
    """As the providers tell it now, and the first failure's exit code."""
    from finetop.cli import account  # noqa: PLC0415 - help shall not load the settings

    found: list[Holding] = []
    problems: list[FinetopError] = []
    with account.opened(run, *profiles) as session:
        asked = [(profile.name, _ask(session, profile.name)) for profile in profiles]
        for name, answers in asked:  # one that is silent hides neither the others nor what is known of it
            problems += [error for answer in answers if (error := _failure(answer)) is not None]
            found += _held(session.store, session.accounts[name], name, condition)
    if problems and not found and len(profiles) == 1:
        raise problems[0]
    for error in problems:
        output.complain(error)
    return found, problems[0].exit_code if problems else 0


def _failure(answer: Future[Any]) -> FinetopError | None:
    try:
        answer.result()
    except FinetopError as error:
        return error
    return None


def _ask(session: Session, profile: str) -> tuple[Future[Any], ...]:
    return session.list_jobs(profile, MOST_JOBS), session.models(profile)


def _held(store: Store, account: int, profile: str, condition: Condition | None) -> list[Holding]:
    """The models of an account; with a condition only those that its jobs made."""
    from finetop.holdings import holdings  # noqa: PLC0415 - help shall not load it

    listed = store.library.listed_models(account)
    found = holdings(profile, listed, store.jobs.newest({account: profile}))
    if condition is None:
        return found
    meant = {key.id for key in store.jobs.find(condition, {account: profile})}
    return [one for one in found if one.job in meant]


def _value(one: Holding, now: float) -> dict[str, Any]:
    """What programs read: the model as listed, and what is joined to it."""
    return {
        "profile": one.profile,
        "id": one.id,
        "created": one.created,
        "owned_by": one.owner or None,
        "shutdown_date": one.shutdown_date or None,
        "listed": one.is_listed,
        "tuned_from": one.base or None,
        "job": one.job or None,
        "ends_on": None if one.ends_at is None else _day(one.ends_at),
        "ends_in_days": one.days_left(now),
        "ends_with": one.told_of or None,
    }


def _line(one: Holding, now: float) -> tuple[str, ...]:
    from finetop import text  # noqa: PLC0415 - only for people

    left = one.days_left(now)
    return (
        one.id,
        one.owner,
        text.age(now - one.created) if one.created else "",
        one.base,
        one.job,
        "" if one.ends_at is None else _day(one.ends_at),
        "" if left is None else str(left),
        one.profile,
    )


def _day(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).date().isoformat()
