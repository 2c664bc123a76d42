"""The checkpoints of a job: in one line, and as a table whose rows unfold; pure."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from finetop import text
from finetop.tui.panes.entry import Entry, Fact

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from finetop.models import Checkpoint
    from finetop.tui.widgets.runs import Run

_JUDGED_BY: Final = (
    # What tells which is best, and whether more of it is better.
    ("full_valid_loss", False),
    ("valid_loss", False),
    ("full_valid_reward", True),
    ("valid_reward", True),
    ("train_reward", True),
    ("train_loss", False),
)
_HEADS: Final = {
    "train_loss": "LOSS",
    "valid_loss": "VALID",
    "full_valid_loss": "FULL VALID",
    "train_reward": "REWARD",
    "valid_reward": "VALID",
    "full_valid_reward": "FULL VALID",
    "train_accuracy": "ACCURACY",
    "valid_accuracy": "VALID ACC",
    "full_valid_accuracy": "FULL ACC",
}
"""What has a column, in this order; all else stands below the row."""
STEP: Final = 7
NUMBER: Final = 6
GAP: Final = "  "


def checkpoint_runs(checkpoints: Sequence[Checkpoint], glyphs: text.Glyphs) -> tuple[Run, ...]:
    """The last four in one line, the best marked."""
    runs: list[Run] = []
    best, name = best_of(checkpoints)
    for checkpoint in _by_step(checkpoints)[-4:]:
        runs += [
            ("   " if runs else "", "text"),
            (f"{_step(checkpoint)}", "text"),
            (f"  {text.loss(checkpoint.metrics.get(name))}", "muted"),
        ]
        if checkpoint is best:
            runs.append((f"  {glyphs.best} best", "bright"))
    return tuple(runs)


def passed_by(checkpoints: Sequence[Checkpoint]) -> Checkpoint | None:
    """The last one where another was better: people take the tuned model for the best."""
    best, name = best_of(checkpoints)
    last = _by_step(checkpoints)[-1] if checkpoints else None
    if best is None or last is None or last.metrics.get(name) in {None, best.metrics[name]}:
        return None
    return last


def best_of(checkpoints: Sequence[Checkpoint]) -> tuple[Checkpoint | None, str]:
    """The best of several that were measured alike, and by what; None where that cannot be told."""
    for name, more_is_better in _JUDGED_BY:
        measured = [
            (value, point)
            for point in checkpoints
            if (value := point.metrics.get(name)) is not None and math.isfinite(value)
        ]
        if len(measured) > 1:
            pick = max if more_is_better else min
            return pick(measured, key=lambda pair: pair[0])[1], name
        if measured:
            return None, name
    return None, ""


def checkpoint_head(checkpoints: Sequence[Checkpoint]) -> tuple[Run, ...]:
    """The names of the columns but the last, whose width is what is left."""
    heads = (GAP + _HEADS[name].rjust(NUMBER) for name in _columns(checkpoints))
    return ((" " + "STEP".rjust(STEP), "faint"), *((head, "faint") for head in heads))


def checkpoint_entries(checkpoints: Sequence[Checkpoint], glyphs: text.Glyphs) -> Iterable[Entry]:
    """All of them, the newest first; each tells all its measurements and the name to use it by."""
    best, _ = best_of(checkpoints)
    columns = _columns(checkpoints)
    for checkpoint in reversed(_by_step(checkpoints)):
        if checkpoint.unreadable:
            yield Entry("Unreadable", ((text.clean(checkpoint.unreadable), "warn"),), checkpoint.unreadable)
            continue
        is_best = checkpoint is best
        mark: Run = (
            (glyphs.best if is_best else " ") + _step(checkpoint).rjust(STEP - 1),
            "bright" if is_best else "text",
        )
        numbers = (
            GAP + text.loss(checkpoint.metrics.get(name)).rjust(max(NUMBER, len(_HEADS[name])))
            for name in columns
        )
        name = checkpoint.fine_tuned_model_checkpoint or checkpoint.id
        facts = tuple(_facts(checkpoint, is_passed_by=is_best and passed_by(checkpoints) is not None))
        yield Entry(
            f"Step {_step(checkpoint)}",
            (mark, *((number, "text") for number in numbers)),
            name,
            facts,
            is_row=True,
        )


def _facts(checkpoint: Checkpoint, *, is_passed_by: bool) -> Iterable[Fact]:
    """Everything known of one."""
    if checkpoint.fine_tuned_model_checkpoint:
        name = checkpoint.fine_tuned_model_checkpoint
        yield Fact("model", ((text.clean(name), "text"),), name)
    yield Fact("id", ((text.clean(checkpoint.id), "text"),), checkpoint.id)
    for name, value in checkpoint.metrics.items():
        yield Fact(text.clean(name).replace("_", " "), ((text.loss(value), "text"),), repr(value))
    if not checkpoint.metrics:
        yield Fact("", (("no measurements", "faint"),))
    if checkpoint.created_at is not None:
        yield Fact("created", ((text.day_clock(checkpoint.created_at), "text"),))
    if is_passed_by:
        yield Fact(
            "", (("the best one, and not the last: the tuned model bears the last one's weights", "warn"),)
        )


def _columns(checkpoints: Sequence[Checkpoint]) -> list[str]:
    measured = {name for point in checkpoints for name in point.metrics}
    return [name for name in _HEADS if name in measured]


def _by_step(checkpoints: Sequence[Checkpoint]) -> list[Checkpoint]:
    return sorted(checkpoints, key=lambda point: point.step_number or 0)


def _step(checkpoint: Checkpoint) -> str:
    return "?" if checkpoint.step_number is None else str(checkpoint.step_number)
