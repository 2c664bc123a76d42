"""`finetop jobs get, events, metrics, checkpoints`: one job, asked anew or as it is known."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from finetop import text
from finetop.cli import account, options, output, values
from finetop.cli.known import Known, stored
from finetop.errors import BadInput

if TYPE_CHECKING:
    from finetop.cli.run import Run
    from finetop.store import JobKey, Store

FORMATS = ("csv", "json", "svg", "text")
DRAWN = ("svg", "text")
"""Those of them that are pictures."""


@click.command("get")
@options.job_id
@options.field
@click.option("--judge", "judges", is_flag=True, help="Read what it measured first, for the overfit watch.")
@options.offline
@options.profile
@options.as_json
@click.pass_obj
def get_job(run: Run, job_id: str, *, field: str | None, judges: bool, offline: bool, as_json: bool) -> None:
    """Show one job."""
    from finetop.cli import shown  # noqa: PLC0415 - loads what only a person needs
    from finetop.cli.jobs import verdicts  # noqa: PLC0415 - as above

    if not offline:
        profile = account.profile_of(run, job_id)
        with account.opened(run, profile) as session:
            if judges:
                session.measure(profile.name, job_id).result()
                session.checkpoints(profile.name, job_id).result()
            job = session.get_job(profile.name, job_id).result()
            key = _key(session.accounts[profile.name], job_id)
            facts = verdicts.facts(verdicts.verdict_of(session.store, key))
            shown.tell(session, profile.name, job, as_json=as_json, field=field, facts=facts)
        return
    if judges:
        raise BadInput("--judge asks, and --offline asks nobody", hint="Leave one of them out.")
    with _known_job(run, job_id) as (known, key):
        row = known.store.jobs.row(key, known.names[key.account], now=time.time())
        stored_job = None if as_json or field else known.store.jobs.get(key)
        if stored_job is not None:
            shown.show(stored_job, verdicts.facts(verdicts.verdict_of(known.store, key)))
        elif row is not None:
            value = values.stored_value(known.store.jobs, row)
            if field is None:
                output.write_json(value)
            else:
                output.write_line([values.field_of(value, field)])


@click.command("events")
@options.job_id
@click.option("--follow", "-f", is_flag=True, help="Until the job has ended; as JSON one value a line.")
@options.offline
@options.profile
@options.as_json
@options.as_jsonl
@click.pass_obj
def list_events(run: Run, job_id: str, *, follow: bool, offline: bool, as_json: bool, as_jsonl: bool) -> None:
    """Show what a job has reported, oldest first."""
    if offline and follow:
        raise BadInput("--follow asks, and --offline asks nobody", hint="Leave one of them out.")
    if offline:
        with _known_job(run, job_id) as (known, key):
            _print_events(known.store.events.told(key), as_json=as_json, as_jsonl=as_jsonl)
        return
    profile = account.profile_of(run, job_id)
    with account.opened(run, profile) as session:
        if follow:
            from finetop.cli.jobs import following  # noqa: PLC0415 - only where it is wanted

            following.follow(session, profile.name, job_id, as_json=as_json or as_jsonl)
            return
        events = session.events(profile.name, job_id).result()
    _print_events([event.model_dump(mode="json") for event in events], as_json=as_json, as_jsonl=as_jsonl)


def _print_events(events: Sequence[Mapping[str, Any]], *, as_json: bool, as_jsonl: bool) -> None:
    if as_json or as_jsonl:
        output.write_values(events, lines=as_jsonl)
        return
    now = time.time()
    lines = [
        (
            text.clock(event["created_at"], now) if event["created_at"] else "",
            event["level"],
            event["message"],
        )
        for event in events
    ]
    if lines:
        output.write_table(("TIME", "LEVEL", "MESSAGE"), lines)
    else:
        output.talk("nothing reported yet")


@click.command("metrics")
@options.job_id
@click.option(
    "--format", "kind", type=click.Choice(FORMATS), help="Print the curves: numbers in full, or pictures."
)
@click.option("--measure", metavar="NAME", multiple=True, help="Draw only these, as in loss or reward.")
@options.offline
@options.profile
@options.as_json
@options.as_jsonl
@click.pass_obj
def list_metrics(
    run: Run,
    job_id: str,
    *,
    kind: str | None,
    measure: tuple[str, ...],
    offline: bool,
    as_json: bool,
    as_jsonl: bool,
) -> None:
    """Show what each step measured: loss, accuracy, rewards."""
    if kind is not None and (as_json or as_jsonl):
        raise BadInput("--format says how already", hint="Leave out --json and --jsonl.")
    if measure and kind not in DRAWN:
        raise BadInput("--measure is for pictures", hint=f"Add --format {' or '.join(DRAWN)}.")
    with _measured_job(run, job_id, offline=offline) as (store, key, profile):
        if kind is not None:
            from finetop.cli.jobs import curves  # noqa: PLC0415 - only where it is wanted

            output.write_text(curves.written(store, key, profile, kind, measure))
            return
        steps = store.events.measured(key)
    if as_json or as_jsonl:
        told = ({name: values.sound(number) for name, number in step.items()} for step in steps)
        output.write_values(told, lines=as_jsonl)
    elif steps:
        _print_steps(steps)
    else:
        output.talk("nothing measured yet")


@contextmanager
def _measured_job(run: Run, job_id: str, *, offline: bool) -> Iterator[tuple[Store, JobKey, str]]:
    """A job whose measurements are known, asked for anew unless `offline`; and its profile."""
    if offline:
        with _known_job(run, job_id) as (known, key):
            yield known.store, key, known.names[key.account]
        return
    profile = account.profile_of(run, job_id)
    with account.opened(run, profile) as session:
        session.measure(profile.name, job_id).result()
        yield session.store, _key(session.accounts[profile.name], job_id), profile.name


def _print_steps(steps: Sequence[Mapping[str, float]]) -> None:
    """A column for each series that has a value anywhere."""
    names = list(dict.fromkeys(name for step in steps for name in step))
    output.write_table(
        [name.replace("_", " ").upper() for name in names],
        [[f"{step[name]:.6g}" if name in step else "" for name in names] for step in steps],
    )


@click.command("checkpoints", short_help="Show the states of the model that were saved on the way.")
@options.job_id
@options.offline
@options.profile
@options.as_json
@options.as_jsonl
@click.pass_obj
def list_checkpoints(run: Run, job_id: str, *, offline: bool, as_json: bool, as_jsonl: bool) -> None:
    """Show the states of the model that were saved on the way, oldest first."""
    from finetop.cli.jobs import verdicts  # noqa: PLC0415 - loads what help does not need

    if offline:
        with _known_job(run, job_id) as (known, key):
            points = known.store.jobs.checkpoints(key)
            verdict = verdicts.verdict_of(known.store, key)
    else:
        profile = account.profile_of(run, job_id)
        with account.opened(run, profile) as session:
            points = session.checkpoints(profile.name, job_id).result()
            verdict = verdicts.verdict_of(session.store, _key(session.accounts[profile.name], job_id))
        points.sort(key=lambda point: point.step_number or 0)
    best = verdicts.advised(points, verdict)
    if as_json or as_jsonl:
        told = [point.model_dump(mode="json") | {"advised": point is best} for point in points]
        output.write_values(told, lines=as_jsonl)
        return
    lines = [
        (
            "" if point.step_number is None else str(point.step_number),
            point.fine_tuned_model_checkpoint or "",
            ", ".join(f"{name} {value:.4g}" for name, value in sorted(point.metrics.items())),
            point.id,
        )
        for point in points
    ]
    if lines:
        output.write_table(("STEP", "MODEL", "MEASURED", "CHECKPOINT"), lines)
        for label, words in verdicts.facts(verdict):
            output.talk(f"{label}: {words}")
    else:
        output.talk("no checkpoint yet")


@contextmanager
def _known_job(run: Run, job_id: str) -> Iterator[tuple[Known, JobKey]]:
    """A job that the store knows. Raises BadInput where it does not."""
    with stored(run, account.chosen_profiles(run)) as known:
        key = known.job(job_id)
        if key is None:
            raise BadInput(
                f"nothing is known of {job_id}",
                hint="Ask for it without --offline, or see finetop jobs list --offline.",
            )
        yield known, key


def _key(account_: int, job_id: str) -> JobKey:
    from finetop.store import JobKey  # noqa: PLC0415 - loads SQLite, which help must not

    return JobKey(account_, job_id)
