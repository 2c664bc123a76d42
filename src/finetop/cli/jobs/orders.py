"""`finetop jobs cancel, pause, resume, delete`: orders to jobs, one after another."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from finetop.cli import account, opening, options, output, shown
from finetop.errors import BadInput, FinetopError

if TYPE_CHECKING:
    from finetop.cli.run import Run
    from finetop.models import Job
    from finetop.session import Session


@click.command("cancel", short_help="Ask the provider to stop jobs.")
@options.job_ids
@options.profile
@options.as_json
@click.pass_obj
def cancel(run: Run, job_ids: tuple[str, ...], *, as_json: bool) -> int:
    """Ask the provider to stop jobs, and show them as they then are."""
    return _order(run, "cancel", job_ids, as_json=as_json)


@click.command("pause", short_help="Ask the provider to hold jobs.")
@options.job_ids
@options.profile
@options.as_json
@click.pass_obj
def pause(run: Run, job_ids: tuple[str, ...], *, as_json: bool) -> int:
    """Ask the provider to hold jobs so that they can go on later, and show them as they then are."""
    return _order(run, "pause", job_ids, as_json=as_json)


@click.command("resume", short_help="Ask the provider to go on with paused jobs.")
@options.job_ids
@options.profile
@options.as_json
@click.pass_obj
def resume(run: Run, job_ids: tuple[str, ...], *, as_json: bool) -> int:
    """Ask the provider to go on with paused jobs, and show them as they then are."""
    return _order(run, "resume", job_ids, as_json=as_json)


@click.command("delete", short_help="Ask the provider to forget jobs, where it can.")
@options.job_ids
@click.option("--yes", is_flag=True, help="Do not ask.")
@options.profile
@click.pass_obj
def delete(run: Run, job_ids: tuple[str, ...], *, yes: bool) -> int:
    """Ask the provider to forget jobs, where it can; this cannot be taken back."""
    many = f"{len(job_ids)} jobs" if len(job_ids) > 1 else job_ids[0]
    if not yes:
        if not opening.is_terminal():
            raise BadInput(f"nobody can be asked whether to delete {many}", hint="Say it with --yes.")
        click.confirm(f"Delete {many} for good?", abort=True, err=True)
    return _order(run, "delete", job_ids, as_json=False)


def _order(run: Run, kind: str, job_ids: tuple[str, ...], *, as_json: bool) -> int:
    """Give one order to each job; one that cannot follow keeps no other from it. The first failure's code."""
    profile = account.one_profile(run)
    found: list[Job] = []
    code = 0
    with account.opened(run, profile) as session:
        for job_id in dict.fromkeys(job_ids):
            try:
                job = _carry_out(session, profile.name, kind, job_id)
            except FinetopError as error:
                if len(job_ids) == 1:
                    raise
                output.complain(error)
                code = code or error.exit_code
                continue
            if job is not None:
                found.append(job)
        if as_json and len(job_ids) > 1:
            output.write_json([shown.value(session, profile.name, job) for job in found])
        else:
            for job in found:
                shown.tell(session, profile.name, job, as_json=as_json)
    return code


def _carry_out(session: Session, profile: str, kind: str, job_id: str) -> Job | None:
    """The job after the order; None where there is none any more."""
    from finetop.store import JobKey  # noqa: PLC0415 - loads SQLite

    key = JobKey(session.accounts[profile], job_id)
    orders = {"cancel": session.cancel, "pause": session.pause, "resume": session.resume}
    if kind == "delete":
        session.delete(key).result()
        output.talk(f"deleted {job_id} at {profile}")
        return None
    orders[kind](key).result()
    return session.get_job(profile, job_id).result()
