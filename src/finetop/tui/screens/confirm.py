"""Asking before a job is cancelled: what is done, spent, kept and lost."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Horizontal

from finetop import text
from finetop.tui.screens.dialog import Act, Dialog, Paper, facts

if TYPE_CHECKING:
    from textual.widget import Widget

    from finetop.models import Checkpoint
    from finetop.store.rows import JobRow
    from finetop.tui.widgets.runs import Run

WIDTH = 60
"""Cells inside the box."""


class ConfirmCancel(Dialog[bool]):
    """True when the job shall really be cancelled; the focus starts on the harmless answer."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "answer(True)", "Cancel the job", id="confirm.yes", tooltip="Cancel the job"),
        Binding("n", "answer(False)", "Keep running", id="confirm.no", tooltip="Keep the job running"),
    ]

    def __init__(self, job: JobRow, checkpoints: Sequence[Checkpoint], now: float) -> None:
        super().__init__()
        self._job = job
        self._lines = cancel_lines(job, checkpoints, now)

    @property
    def question(self) -> str:
        """What is asked."""
        return "Cancel this job?"

    def content(self) -> Iterable[Widget]:
        """The facts, then the buttons."""
        yield Paper(self._lines)
        with_ = "Keep running" if self._job.status == "running" else "Keep it"
        yield Horizontal(
            Act(with_, id="keep"), Act("Cancel the job", id="cancel", harmful=True), classes="acts"
        )

    def on_mount(self) -> None:
        """Enter must not harm."""
        self.query_one("#keep").focus()

    def on_act_pressed(self, event: Act.Pressed) -> None:
        """One of the two buttons."""
        event.stop()
        self.dismiss(event.act.id == "cancel")

    def action_answer(self, yes: bool) -> None:
        """The letter instead of the button."""
        self.dismiss(yes)

    def action_leave(self) -> None:
        """Leaving is keeping."""
        self.dismiss(result=False)


def cancel_lines(job: JobRow, checkpoints: Sequence[Checkpoint], now: float) -> list[tuple[Run, ...]]:
    """What the dialog says about one job, in the order done, spent, kept, lost."""
    name = text.shorten_middle(text.clean(job.name), 30)
    left = WIDTH - text.cells(name) - text.cells(job.profile) - 4
    head: tuple[Run, ...] = (
        (name, "bright"),
        (f"  {text.clean(job.profile)}  ", "muted"),
        (text.shorten_middle(text.clean(job.key.id), left) if left > 8 else "", "muted"),
    )
    pairs = (
        ("Done", _done(job, now)),
        ("Spent", (("the steps already done", "text"),) if job.step else (("nothing yet", "text"),)),
        ("Kept", _kept(checkpoints)),
        ("Lost", _lost(job, checkpoints)),
    )
    last = "A cancelled job stays cancelled; its checkpoints are kept."
    return [(), head, (), *facts(pairs), (), ((last, "muted"),), ()]


def _done(job: JobRow, now: float) -> tuple[Run, ...]:
    if job.step is None:
        return ((f"no step yet, {job.status}", "text"),)
    total = f" of {job.total_steps:,}" if job.total_steps else ""
    words = [f"{job.step:,}{total} steps"]
    begun = job.started_at or job.created_at
    if begun:
        words.append(text.length(now - begun))
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


class ConfirmLeave(Dialog[bool]):
    """True when a form with changes shall be left."""

    @property
    def question(self) -> str:
        """What is asked."""
        return "Leave without creating?"

    def content(self) -> Iterable[Widget]:
        """One sentence and two buttons."""
        yield Paper([(), (("What you entered is lost.", "text"),), ()])
        yield Horizontal(Act("Stay", id="stay"), Act("Leave", id="leave", harmful=True), classes="acts")

    def on_mount(self) -> None:
        """Enter must not harm."""
        self.query_one("#stay").focus()

    def on_act_pressed(self, event: Act.Pressed) -> None:
        """One of the two buttons."""
        event.stop()
        self.dismiss(event.act.id == "leave")

    def action_leave(self) -> None:
        """Back to the form."""
        self.dismiss(result=False)
