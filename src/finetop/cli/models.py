"""`finetop models`: what can be tuned and what was, where each came from, and when it ends."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from finetop.cli import options, output, queries

if TYPE_CHECKING:
    from finetop.cli.run import Run
    from finetop.config import Profile
    from finetop.holdings import Holding
    from finetop.query import Condition
    from finetop.store import Store

HEADS = ("MODEL", "OWNER", "AGE", "TUNED FROM", "JOB", "ENDS", "DAYS", "PROFILE")
MOST_JOBS = 10_000
"""Of an account, the newest, that are looked through for what made a model."""


@click.command(
    "models", cls=queries.QueryCommand, short_help="List models: which job made each, and when it ends."
)
@queries.argument
@options.offline
@options.patience
@options.profile
@options.as_json
@options.as_jsonl
@click.pass_obj
def models(
    run: Run, query: tuple[str, ...], *, offline: bool, timeout: float, as_json: bool, as_jsonl: bool
) -> int:
    """List models: which job made each, and when it ends.

    A tuned model ends with its base, on the day that the provider's list of models tells. With a QUERY
    such as 'ends_in<30d model:mini' only models made by the jobs it means; put it in quotes.
    """
    from finetop.cli import account, asking  # noqa: PLC0415 - help shall not load the settings
    from finetop.holdings import in_order, summary  # noqa: PLC0415 - as above

    profiles = account.chosen_profiles(run)
    condition = queries.condition(run, query, profiles)
    is_for_people = not (as_json or as_jsonl)
    table = output.Table(HEADS)
    found: list[Holding] = []
    code = 0
    together_s = asking.TOGETHER_S if is_for_people else timeout  # programs get all in one order
    known = [(_known(run, profiles, condition), 0)] if offline else None
    for part, code_so_far in known or _asked(run, profiles, condition, timeout, together_s):
        found += part
        code = code_so_far
        now = time.time()
        if is_for_people:
            table.write([_line(one, now) for one in in_order(part)])
    now = time.time()
    if not is_for_people:
        if found or not code or len(profiles) > 1:
            output.write_values([_value(one, now) for one in in_order(found)], lines=as_jsonl)
        return code
    if not found and not code:
        output.talk(f"no job that matches {condition.text} made a model" if condition else "no models")
    if said := summary(found, now):
        output.talk(said)
    return code


def _known(run: Run, profiles: Sequence[Profile], condition: Condition | None) -> list[Holding]:
    """As the store has it."""
    from finetop.cli.known import stored  # noqa: PLC0415 - opens the store

    found: list[Holding] = []
    with stored(run, profiles) as known:
        for account, name in known.names.items():
            found += _held(known.store, account, name, condition)
    return found


def _asked(
    run: Run,
    profiles: Sequence[Profile],
    condition: Condition | None,
    timeout_s: float,
    together_s: float,
) -> Iterator[tuple[list[Holding], int]]:
    """As the providers tell it now, and the exit code so far; last what is known of those that failed."""
    from finetop.cli import account, asking  # noqa: PLC0415 - help shall not load the settings

    with account.opened(run, *profiles) as session:
        told: set[int] = set()

        def held(names: Iterable[str]) -> list[Holding]:
            found: list[Holding] = []
            for name in names:
                if (of := session.accounts[name]) not in told:  # two profiles may have one account
                    told.add(of)
                    found += _held(session.store, of, name, condition)
            return found

        answers = {
            one.name: asking.together(session.list_jobs(one.name, MOST_JOBS), session.models(one.name))
            for one in profiles
        }
        asked = asking.Asked(answers, timeout_s, one_raises=False)
        for wave in asked.waves(together_s):
            for name in wave:
                del answers[name]
            yield held(wave), asked.code
        yield held(answers), asked.code


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
