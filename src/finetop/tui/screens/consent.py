"""What is asked before a job is cancelled, paused, resumed or deleted: what is done, spent, kept and lost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import wrap
from typing import TYPE_CHECKING

from finetop import text
from finetop.tui.screens.dialog import facts

if TYPE_CHECKING:
    from finetop.models import Checkpoint
    from finetop.store.rows import JobRow
    from finetop.tui.widgets.runs import Run

WIDTH = 60
"""Cells inside the box."""
BESIDE = 6
"""Cells of a narrow screen beside the text of a dialog."""
Facts = Sequence[tuple[str, Sequence["Run"]]]


@dataclass(frozen=True, slots=True)
class Consent:
    """One question with its two answers."""

    question: str
    keep: str
    """The answer that changes nothing."""
    do: str
    lines: Sequence[tuple[Run, ...]]
    harmful: bool = False


def consent(
    kind: str, job: JobRow, checkpoints: Sequence[Checkpoint], now: float, *, screen: int = 80
) -> Consent:
    """The question before an order to a job, on a screen so many cells wide."""
    width = min(WIDTH, screen - BESIDE)
    keep = "Keep running" if job.status == "running" else "Keep it"
    match kind:
        case "pause":
            return Consent("Pause this job?", keep, "Pause the job", _pause_lines(job, now, width))
        case "resume":
            return Consent(
                "Resume this job?", "Keep paused", "Resume the job", _resume_lines(job, now, width)
            )
        case "delete":
            lines = _delete_lines(job, checkpoints, now, width)
            return Consent("Delete this job?", "Keep it", "Delete the job", lines, harmful=True)
        case _:
            lines = _cancel_lines(job, checkpoints, now, width)
            return Consent("Cancel this job?", keep, "Cancel the job", lines, harmful=True)


def _cancel_lines(
    job: JobRow, checkpoints: Sequence[Checkpoint], now: float, width: int
) -> list[tuple[Run, ...]]:
    pairs = (
        ("Done", _done(job, now)),
        ("Spent", _plain("the steps already done" if job.step else "nothing yet")),
        ("Kept", _kept(checkpoints)),
        ("Lost", _lost(job, checkpoints)),
    )
    return _told(job, pairs, "A cancelled job stays cancelled; its checkpoints are kept.", width)


def _pause_lines(job: JobRow, now: float, width: int) -> list[tuple[Run, ...]]:
    pairs = (
        ("Done", _done(job, now)),
        ("Kept", _plain("everything it has learned so far")),
        ("Lost", _plain("nothing; its place goes to the next in line")),
    )
    return _told(job, pairs, "It stops at its next step, saves itself, and can be resumed.", width)


def _resume_lines(job: JobRow, now: float, width: int) -> list[tuple[Run, ...]]:
    left = (
        f"{job.total_steps - job.step:,} steps" if job.step and job.total_steps else "the rest of its steps"
    )
    pairs = (
        ("Done", _done(job, now)),
        ("Spent", _plain(f"{left} more, as if it had not been paused")),
    )
    return _told(job, pairs, "It waits in line first, then goes on where it was paused.", width)


def _delete_lines(
    job: JobRow, checkpoints: Sequence[Checkpoint], now: float, width: int
) -> list[tuple[Run, ...]]:
    log = "the job and its log" + (", its checkpoints" if checkpoints else "")
    pairs = (
        ("Done", _done(job, now)),
        ("Kept", _plain("its files, and its tuned model") if job.fine_tuned_model else _plain("its files")),
        ("Lost", _plain(f"{log}, for everybody")),
    )
    return _told(job, pairs, "A deleted job cannot be brought back.", width)


def _told(job: JobRow, pairs: Facts, last: str, width: int) -> list[tuple[Run, ...]]:
    """The job, the facts, and one sentence on the milder way."""
    name = text.shorten_middle(text.clean(job.name), 30)
    left = width - text.cells(name) - text.cells(job.profile) - 4
    head: tuple[Run, ...] = (
        (name, "bright"),
        (f"  {text.clean(job.profile)}  ", "muted"),
        (text.shorten_middle(text.clean(job.key.id), left) if left > 8 else "", "muted"),
    )
    return [(), head, (), *facts(pairs), (), *[((row, "muted"),) for row in wrap(last, width)], ()]


def _plain(words: str) -> tuple[Run, ...]:
    return ((words, "text"),)


def _done(job: JobRow, now: float) -> tuple[Run, ...]:
    if job.step is None:
        return ((f"no step yet, {job.status}", "text"),)
    total = f" of {job.total_steps:,}" if job.total_steps else ""
    words = [f"{job.step:,}{total} steps"]
    begun = job.started_at or job.created_at
    if begun and job.status != "paused":  # how much of that it stood still nobody tells
        words.append(text.length((job.ended_at or now) - begun))
    if job.eta_s is not None:
        words.append(f"about {text.length(job.eta_s)} left")
    return ((", ".join(words), "text"),)


def _kept(checkpoints: Sequence[Checkpoint]) -> tuple[Run, ...]:
    """The checkpoint worth keeping: the best by validation, else the last."""
    best = best_checkpoint(checkpoints)
    if best is None or best.step_number is None:
        return (("no checkpoint yet", "text"),)
    value = validation_loss(best)
    said = f", valid {text.loss(value)} " if value is not None else ""
    mark: tuple[Run, ...] = (("◊ best", "bright"),) if value is not None and len(checkpoints) > 1 else ()
    return ((f"checkpoint {best.step_number:,}{said}", "text"), *mark)


def _lost(job: JobRow, checkpoints: Sequence[Checkpoint]) -> tuple[Run, ...]:
    if not job.step:
        return (("nothing", "text"),)
    saved = max((point.step_number or 0 for point in checkpoints), default=0)
    if saved >= job.step:
        return (("nothing", "text"),)
    return ((f"steps {saved + 1:,} to {job.step:,}", "text"),)


def validation_loss(point: Checkpoint) -> float | None:
    """The loss a checkpoint is judged by."""
    return point.metrics.get("full_valid_loss", point.metrics.get("valid_loss"))


def best_checkpoint(checkpoints: Sequence[Checkpoint]) -> Checkpoint | None:
    """The one with the lowest validation loss; without any, the last."""
    measured = [(value, point) for point in checkpoints if (value := validation_loss(point)) is not None]
    if measured:
        return min(measured, key=lambda pair: pair[0])[1]
    return max(checkpoints, key=lambda point: point.step_number or 0, default=None)


def leave_while_sending(names: Sequence[str]) -> Consent:
    """The question before finetop is left while files are on their way."""
    pairs = (
        ("Sending", _plain(text.shorten_middle(text.clean(", ".join(names)), WIDTH - 10))),
        ("Lost", _plain("what has been sent of it; its job is not made")),
    )
    last = "A file that has arrived whole is found again and not sent twice."
    lines = [(), *facts(pairs), (), ((last, "muted"),), ()]
    return Consent("Leave while a file is sent?", "Stay", "Leave", lines, harmful=True)
