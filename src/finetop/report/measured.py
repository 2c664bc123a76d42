"""What was measured of a job: each series in numbers, and its checkpoints; pure."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from finetop import text
from finetop.plot import Best, Points, best_point
from finetop.report.blocks import Table

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from finetop.dossier import Dossier
    from finetop.models import Checkpoint
    from finetop.report.blocks import Block
    from finetop.report.leaving_out import LeavingOut
    from finetop.store.rows import Curves, Series

_FIRST: Final = (
    "train_loss",
    "valid_loss",
    "full_valid_loss",
    "train_reward",
    "valid_reward",
    "full_valid_reward",
    "train_accuracy",
    "valid_accuracy",
    "full_valid_accuracy",
)
"""What stands first, in this order."""
_COLUMNS: Final = 5
"""So many measurements of a checkpoint stand beside each other."""


def words_of(name: str) -> str:
    """What a series is called."""
    said = "learning rate" if name == "rate" else text.clean(name).replace("_", " ")
    return said.replace("train ", "training ").replace("valid ", "validation ")


def is_higher_better(name: str) -> bool | None:
    """Which way a series should go; None where nobody can tell."""
    if "loss" in name or "error" in name or "perplexity" in name:
        return False
    return True if "accuracy" in name or "reward" in name else None


def series_of(curves: Curves) -> dict[str, Series]:
    """Everything measured, by name."""
    named = curves.series or {
        "train_loss": curves.train_loss,
        "valid_loss": curves.valid_loss,
        "train_accuracy": curves.train_accuracy,
        "valid_accuracy": curves.valid_accuracy,
        "rate": curves.rate,
        **curves.more,
    }
    found = {name: series for name, series in named.items() if series.steps}
    return {name: found[name] for name in [*(n for n in _FIRST if n in found), *found]}


def best_of(name: str, series: Series) -> Best | None:
    """The best point, as pictures mark it; None where no way is better."""
    higher = is_higher_better(name)
    if higher is None:
        return None
    return best_point(Points(series.steps, series.values), lower_is_better=not higher)


def in_numbers(curves: Curves) -> Iterator[Block]:
    """Each series by its last and its best value."""
    rows = []
    for name, series in series_of(curves).items():
        finite = sum(map(math.isfinite, series.values))
        best = best_of(name, series)
        rows.append(
            (
                words_of(name),
                text.loss(series.values[-1]),
                "" if best is None else text.loss(best.value),
                "" if best is None else f"{best.step:,}",
                f"{finite:,}",
                f"{len(series.values) - finite:,}",
            )
        )
    if rows:
        heads = ("Measured", "Last", "Best", "At step", "Points", "Not a number")
        yield Table(heads, tuple(rows), frozenset(range(1, 6)))


def checkpoints(found: Dossier, advised: int | None, out: LeavingOut) -> Iterator[Block]:
    """The states of the model that were kept, the one to use marked; `advised` is its step."""
    points = sorted(found.checkpoints, key=lambda point: point.step_number or 0)
    if not points:
        return
    names = _columns(points)
    with_models = out.shows("names", "ids") and any(point.fine_tuned_model_checkpoint for point in points)
    rows = []
    for point in points:
        numbers = [text.loss(point.metrics.get(name)) for name in names]
        model = [out.tuned(point.fine_tuned_model_checkpoint)] if with_models else []
        rows.append((_step(point), *numbers, *model, _note(point, points, names, advised)))
    heads = ("Step", *map(words_of, names), *(["Model"] if with_models else []), "Note")
    yield Table(heads, tuple(rows), frozenset(range(len(names) + 1)))


def _columns(points: Sequence[Checkpoint]) -> list[str]:
    measured = {name for point in points for name in point.metrics}
    return [name for name in [*_FIRST, *sorted(measured.difference(_FIRST))] if name in measured][:_COLUMNS]


def _note(point: Checkpoint, points: Sequence[Checkpoint], names: Sequence[str], advised: int | None) -> str:
    said = []
    if advised is not None and point.step_number == advised:
        said.append("the one to use")
    judged = next((name for name in ("full_valid_loss", "valid_loss") if name in names), None)
    if judged is not None:
        values = [value for other in points if (value := _finite(other.metrics, judged)) is not None]
        if len(values) > 1 and _finite(point.metrics, judged) == min(values):
            said.append(f"best {words_of(judged)}")
    return ", ".join(said)


def _finite(metrics: Mapping[str, float], name: str) -> float | None:
    value = metrics.get(name)
    return value if value is not None and math.isfinite(value) else None


def _step(point: Checkpoint) -> str:
    return "?" if point.step_number is None else f"{point.step_number:,}"
