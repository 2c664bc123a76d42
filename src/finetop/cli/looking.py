"""`finetop jobs list, get, events`: what a provider says of jobs, asked anew."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import click

from finetop.cli import account, following, options, output, shown
from finetop.errors import FinetopError

if TYPE_CHECKING:
    from finetop.cli.run import Run
    from finetop.models import Job


@click.command("list")
@click.option("--limit", type=click.IntRange(1, 10_000), default=100, show_default=True, help="Newest first.")
@options.metadata("Only jobs that bear this pair; may be given several times.")
@options.profile
@options.as_json
@click.pass_obj
def list_jobs(run: Run, limit: int, metadata: dict[str, str], *, as_json: bool) -> int:
    """List the jobs of all profiles, or of one."""
    profiles = account.chosen_profiles(run)
    found: list[tuple[str, Job]] = []
    code = 0
    with account.opened(run, *profiles) as session:
        asked = [(profile, session.list_jobs(profile.name, limit, metadata)) for profile in profiles]
        for profile, answer in asked:
            try:
                found += [(profile.name, job) for job in answer.result()]
            except FinetopError as error:  # one silent provider must not hide the others
                if len(profiles) == 1:
                    raise
                output.complain(error)
                code = code or error.exit_code
    if as_json:
        output.write_json([{"profile": name, **shown.plain(job)} for name, job in found])
    elif found:
        now = time.time()
        output.write_table(
            ("STATUS", "NAME", "BASE MODEL", "METHOD", "AGE", "PROFILE", "JOB"),
            [shown.line(name, job, now) for name, job in found],
        )
    elif not code and metadata:
        output.talk("no job bears this metadata")
    elif not code:
        output.talk("no jobs yet; finetop jobs create FILE --model NAME makes one")
    return code


@click.command("get")
@click.argument("job_id")
@options.profile
@options.as_json
@click.pass_obj
def get_job(run: Run, job_id: str, *, as_json: bool) -> None:
    """Show one job."""
    profile = account.one_profile(run)
    with account.opened(run, profile) as session:
        job = session.get_job(profile.name, job_id).result()
    shown.show(job, as_json=as_json)


@click.command("events")
@click.argument("job_id")
@click.option("--follow", "-f", is_flag=True, help="Until the job has ended; as JSON one value a line.")
@options.profile
@options.as_json
@click.pass_obj
def list_events(run: Run, job_id: str, *, follow: bool, as_json: bool) -> None:
    """Show what a job has reported, oldest first."""
    profile = account.one_profile(run)
    with account.opened(run, profile) as session:
        if follow:
            following.follow(session, profile.name, job_id, as_json=as_json)
            return
        events = session.events(profile.name, job_id).result()
    if as_json:
        output.write_json([event.model_dump(mode="json") for event in events])
    elif events:
        now = time.time()
        output.write_table(("TIME", "LEVEL", "MESSAGE"), [shown.event_line(event, now) for event in events])
