"""The facts of a job's checkpoints: in one line, and one by one; pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from finetop import text
from finetop.tui.panes.entry import Entry

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from finetop.models import Checkpoint
    from finetop.tui.widgets.runs import Run


def _loss(checkpoint: Checkpoint) -> float | None:
    metrics = checkpoint.metrics
    for name in ("full_valid_loss", "valid_loss", "train_loss"):
        if name in metrics:
            return metrics[name]
    return None


def checkpoint_runs(checkpoints: Sequence[Checkpoint], glyphs: text.Glyphs) -> tuple[Run, ...]:
    """The last four in one line, the best marked."""
    runs: list[Run] = []
    best = _best(checkpoints)
    for checkpoint in sorted(checkpoints, key=lambda item: item.step_number or 0)[-4:]:
        runs += [
            ("   " if runs else "", "text"),
            (f"{checkpoint.step_number}", "text"),
            (f"  {text.loss(_loss(checkpoint))}", "muted"),
        ]
        if checkpoint is best:
            runs.append((f"  {glyphs.best} best", "bright"))
    return tuple(runs)


def _best(checkpoints: Sequence[Checkpoint]) -> Checkpoint | None:
    measured = [(loss, item) for item in checkpoints if (loss := _loss(item)) is not None]
    return min(measured, key=lambda pair: pair[0])[1] if len(measured) > 1 else None


def checkpoint_entries(checkpoints: Sequence[Checkpoint], glyphs: text.Glyphs) -> Iterable[Entry]:
    """All of them, the newest first, with their measurements and the name to use them by."""
    best = _best(checkpoints)
    for checkpoint in sorted(checkpoints, key=lambda item: -(item.step_number or 0)):
        if checkpoint.unreadable:
            yield Entry("Unreadable", ((text.clean(checkpoint.unreadable), "warn"),), wraps=True)
            continue
        metrics: list[Run] = [
            (f"{text.clean(name).replace('_', ' ')} {text.loss(value)}  ", "muted")
            for name, value in checkpoint.metrics.items()
        ]
        if checkpoint is best:
            metrics.append((f"{glyphs.best} best", "bright"))
        yield Entry(
            f"Step {checkpoint.step_number or '?'}",
            tuple(metrics) or (("no measurements", "faint"),),
            wraps=True,
        )
        model = text.clean(checkpoint.fine_tuned_model_checkpoint or checkpoint.id)
        yield Entry("", ((model, "text"),), wraps=True)
