"""What is told: one sentence for people, and the facts for programs."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from finetop import overfit, text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from finetop.alerts.rules import Silence, Worse
    from finetop.overfit import Verdict
    from finetop.store import JobRow

LONGEST = 300
"""Characters of a sentence; a reason may be a whole page."""
LATE_S = 3600.0
ROLES = {
    "done": "good",
    "failed": "bad",
    "cancelled": "warn",
    "silent": "warn",
    "rising": "warn",
    "overfit": "warn",
}


def of_end(event: str, row: JobRow, now: float) -> dict[str, Any]:
    """A job has come to its end; where that is told late, it says so."""
    name = text.clean(row.name)
    match event:
        case "done":
            made = text.clean(row.fine_tuned_model or "")
            said = f"{name} is done" + (f": {made}" if made else "")
        case "failed":
            said = f"{name} failed" + (f": {text.clean(row.reason)}" if row.reason else "")
        case _:
            said = f"{name} was cancelled"
    if row.ended_at is not None and now - row.ended_at > LATE_S:
        said = f"{said[: LONGEST - 20]} ({text.age(now - row.ended_at)} ago)"
    return _facts(event, said, row)


def of_silence(row: JobRow, found: Silence) -> dict[str, Any]:
    """A running job tells nothing."""
    said = f"{text.clean(row.name)} has said nothing for {text.length(found.length_s)}"
    return _facts("silent", said, row, silent_s=round(found.length_s), last_news_at=_moment(found.since))


def of_worse(row: JobRow, found: Worse) -> dict[str, Any]:
    """Validation has turned."""
    said = (
        f"{text.clean(row.name)}: validation became worse {found.checks} times in a row since step"
        f" {found.step:,} ({text.loss(found.best).strip()} to {text.loss(found.last).strip()})"
    )
    return _facts(
        "rising", said, row, best_step=found.step, best=found.best, last=found.last, checks=found.checks
    )


def of_overfit(row: JobRow, verdict: Verdict) -> dict[str, Any]:
    """Validation has turned, by more than chance."""
    advice = overfit.advice(verdict)
    said = f"{text.clean(row.name)}: validation has turned at step {verdict.turned_step:,} ({verdict.why})"
    kept = verdict.checkpoint
    return _facts(
        "overfit",
        said + (f"; {advice}" if advice else ""),
        row,
        sureness=verdict.sureness,
        turned_step=verdict.turned_step,
        best_step=round(verdict.best.step),
        best=verdict.best.value,
        last=verdict.last,
        why=verdict.why,
        checkpoint=None if kept is None else {"step": kept.step, "model": kept.model},
    )


def of_shutdown(profile: str, models: Sequence[str], at: float, days_left: int) -> dict[str, Any]:
    """Tuned models come to their last day."""
    when = f"{text.in_days(days_left)}, on {text.day(at)}"
    first = text.clean(models[0])
    said = f"{first} ends {when}" if len(models) == 1 else f"{len(models)} of your models end {when}"
    return {
        "event": "shutdown",
        "text": said[:LONGEST],
        "profile": profile,
        "models": list(models),
        "ends_on": _moment(at),
        "days_left": days_left,
    }


def _facts(event: str, said: str, row: JobRow, **more: Any) -> dict[str, Any]:
    return {
        "event": event,
        "text": said[:LONGEST],
        "profile": row.profile,
        "job": {
            "id": row.key.id,
            "name": row.name,
            "status": row.status,
            "model": row.model,
            "fine_tuned_model": row.fine_tuned_model,
            "reason": row.reason,
            "created_at": _moment(row.created_at),
            "ended_at": _moment(row.ended_at),
            "step": row.step,
            "total_steps": row.total_steps,
            "train_loss": _finite(row.train_loss),
            "valid_loss": _finite(row.valid_loss),
        },
        **more,
    }


def _moment(at: float | None) -> str | None:
    """A moment as every language reads it."""
    try:
        return None if at is None else datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds")
    except (ValueError, OverflowError, OSError):
        return None


def _finite(number: float | None) -> float | None:
    """JSON knows no nan."""
    return number if number is not None and abs(number) < float("inf") else None
