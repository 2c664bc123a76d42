"""Jobs and events as a person reads them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from finetop import text
from finetop.cli import output
from finetop.errors import Failed

if TYPE_CHECKING:
    from finetop.models import Event, Integration, Job


def plain(job: Job) -> dict[str, Any]:
    """A job's JSON, without the marker that is ours alone."""
    return job.model_dump(mode="json", by_alias=True) | {"metadata": _own_metadata(job)}


def _own_metadata(job: Job) -> dict[str, str]:
    from finetop.models import MARKER  # noqa: PLC0415 - loads pydantic, which help must not

    return {name: value for name, value in job.metadata.items() if name != MARKER}


def show(job: Job, *, as_json: bool) -> None:
    if as_json:
        output.write_json(plain(job))
        return
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
            ("Metadata", ", ".join(f"{name}={value}" for name, value in _own_metadata(job).items())),
            ("Queue", text.in_line(place) if job.status == "queued" and place is not None else ""),
            ("Cost", "" if said.cost is None else text.dollars(said.cost)),
            ("Error", job.reason or ((job.error.message or job.error.code or "") if job.error else "")),
        ]
    )


def _integration(found: Integration) -> str:
    told = {name: value for name, value in found.settings.items() if value is not None}
    return f"{found.type} {output.in_json(told)}" if told else found.type


def line(profile: str, job: Job, now: float) -> tuple[str, ...]:
    return (
        job.status.value if job.status != "unknown" else job.raw_status or "unknown",
        job.name,
        job.model or "",
        job.method,
        text.age(now - job.created_at) if job.created_at else "",
        profile,
        job.id,
    )


def fail_unless_succeeded(job: Job) -> None:
    """Raise Failed with the reason, for a script to see by the exit code."""
    if job.status != "succeeded":
        raise Failed(f"{job.id} {job.status.value}{f': {job.reason}' if job.reason else ''}")


def event_line(event: Event, now: float) -> tuple[str, ...]:
    return (text.clock(event.created_at, now) if event.created_at else "", event.level, event.message)


def _moment(seconds: float | None) -> str:
    return text.day_clock(seconds) if seconds else ""
