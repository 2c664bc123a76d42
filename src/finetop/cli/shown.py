"""Jobs and events as a person reads them."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from finetop import text
from finetop.cli import output
from finetop.cli.values import field_of, job_value
from finetop.errors import Failed
from finetop.store import JobKey

if TYPE_CHECKING:
    from finetop.models import Event, Integration, Job
    from finetop.session import Session


def tell(
    session: Session,
    profile: str,
    job: Job,
    *,
    as_json: bool,
    field: str | None = None,
    facts: Sequence[tuple[str, str]] = (),
) -> None:
    """Show a job that was just asked for, or one field; programs also learn how far it is.

    `facts` are what else a person is told.
    """
    if field is not None:
        output.write_line([field_of(value(session, profile, job), field)])
    elif as_json:
        output.write_json(value(session, profile, job))
    else:
        show(job, facts)


def value(session: Session, profile: str, job: Job) -> dict[str, Any]:
    """A job's JSON."""
    key = JobKey(session.accounts[profile], job.id)
    row = session.store.jobs.row(key, profile, now=time.time())
    verdict = session.store.jobs.overfit(key)
    return job_value(profile, job.model_dump(mode="json", by_alias=True), row, verdict)


def show(job: Job, facts: Sequence[tuple[str, str]] = ()) -> None:
    """Every fact that is known, one a line; `facts` come after those of its course."""
    tuned = ", ".join(f"{name} {value}" for name, value in job.hyperparameters.items())
    said = job.said
    place = said.place if job.queue_position is None else job.queue_position
    output.write_facts(
        [
            ("Job", job.id),
            ("Status", job.status.value if job.status != "unknown" else job.raw_status),
            ("Object", job.kind),
            ("Base model", job.model or ""),
            ("Tuned model", job.fine_tuned_model or ""),
            ("Suffix", job.suffix or ""),
            ("Method", job.method),
            ("Hyperparameters", tuned),
            ("Grader", "" if job.grader is None else output.in_json(job.grader)),
            ("Answer form", "" if job.response_format is None else output.in_json(job.response_format)),
            ("Evaluation", job.eval_id or ""),
            ("Seed", "" if job.seed is None else str(job.seed)),
            ("Training file", ", ".join(file.id for file in job.training_files)),
            ("Validation file", ", ".join(file.id for file in job.validation_files)),
            ("Result files", ", ".join(file.id for file in job.result_files)),
            ("Trained tokens", "" if job.trained_tokens is None else f"{job.trained_tokens:,}"),
            ("Created", _moment(job.created_at)),
            ("Updated", _moment(job.updated_at)),
            ("Expected end", _moment(job.estimated_finish)),
            ("Ended", _moment(job.ended_at)),
            ("Organisation", job.organization_id or ""),
            ("Integrations", ", ".join(_integration(found) for found in job.integrations)),
            ("Usage", "" if job.usage_metrics is None else output.in_json(job.usage_metrics)),
            ("Unreadable", job.unreadable or ""),
            ("Metadata", ", ".join(f"{name}={value}" for name, value in job.user_metadata.items())),
            ("Queue", text.in_line(place) if job.status == "queued" and place is not None else ""),
            ("Cost", "" if said.cost is None else text.dollars(said.cost)),
            *facts,
            ("Error", job.reason or ((job.error.message or job.error.code or "") if job.error else "")),
        ]
    )


def _integration(found: Integration) -> str:
    told = {name: value for name, value in found.settings.items() if value is not None}
    return f"{found.type} {output.in_json(told)}" if told else found.type


def fail_unless_succeeded(job: Job) -> None:
    """Raise Failed with the reason, for a script to see by the exit code."""
    if job.status != "succeeded":
        raise Failed(f"{job.id} {job.status.value}{f': {job.reason}' if job.reason else ''}")


def event_line(event: Event, now: float) -> tuple[str, ...]:
    return (text.clock(event.created_at, now) if event.created_at else "", event.level, event.message)


def _moment(seconds: float | None) -> str:
    return text.day_clock(seconds) if seconds else ""
