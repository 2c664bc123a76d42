"""The curves of a report: of one job, and of several over each other; pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from finetop import text
from finetop.plot import Best, Curve, Points, Request, best_point, chart
from finetop.plot.svg import svg
from finetop.report.blocks import Picture

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from finetop.dossier import Dossier
    from finetop.report.blocks import Block
    from finetop.store.rows import Curves, Series

WIDTH: Final = 78
HEIGHT: Final = 16
SMOOTHING: Final = "mid"
_TITLES: Final = {"loss": "Loss", "accuracy": "Accuracy", "reward": "Reward", "rate": "Learning rate"}
_HIGHER: Final = ("accuracy", "reward")


def pictures(one: Dossier) -> Iterator[Block]:
    """What was measured of a job, as it went on."""
    curves = one.curves
    kept = [point.step_number for point in one.checkpoints if point.step_number is not None]
    for name, title in _TITLES.items():
        train, valid = _measured(curves, name)
        drawn = [Curve(train, "train", "rate" if name == "rate" else "train", smooth=name != "rate")]
        if valid.steps:
            drawn.append(Curve(valid, "valid", "valid", dashed=True, smooth=False, raw=False))
        best = best_point(valid, lower_is_better=name not in _HIGHER) if valid.steps else None
        if train.steps or valid.steps:
            request = Request(drawn, best, curves.epoch_steps, kept, smoothing=SMOOTHING, value=text.loss)
            yield _picture(title, request, _said(best, curves))


def overlaid(found: Sequence[Dossier], letters: Sequence[str]) -> Iterator[Block]:
    """The losses of several jobs over each other; their letters stand at the ends of the lines."""
    for title, place in (("Training loss", 0), ("Validation loss", 1)):
        drawn = [
            Curve(points, f"run{number}", letter, smooth=place == 0, raw=False)
            for number, (one, letter) in enumerate(zip(found, letters, strict=True))
            if (points := _measured(one.curves, "loss")[place]).steps
        ]
        if len(drawn) > 1:
            yield _picture(title, Request(drawn, smoothing=SMOOTHING, value=text.loss), "")


def _picture(title: str, request: Request, said: str) -> Picture:
    drawn = chart(request, WIDTH, HEIGHT)
    lines = tuple("".join(words for words, _ in line).rstrip() for line in drawn.lines)
    gaps = f"{drawn.gaps:,} values are no numbers and are left out." if drawn.gaps else ""
    return Picture(title, lines, svg(request, title=title), f"{said} {gaps}".strip())


def _said(best: Best | None, curves: Curves) -> str:
    if best is None:
        return ""
    ends = [step for step in curves.epoch_steps if step < best.step]
    epoch = f", in epoch {len(ends) + 1}" if curves.epoch_steps else ""
    return f"Validation was best at step {best.step:,.0f}{epoch}: {text.loss(best.value)}."


def _measured(curves: Curves, name: str) -> tuple[Points, Points]:
    """What training measured, and validation; of two validations the one that was measured more often."""
    own = {
        "train_loss": curves.train_loss,
        "valid_loss": curves.valid_loss,
        "train_accuracy": curves.train_accuracy,
        "valid_accuracy": curves.valid_accuracy,
        "rate": curves.rate,
    }
    known: dict[str, Series] = {**curves.more, **own}
    part, full = _points(known.get(f"valid_{name}")), _points(known.get(f"full_valid_{name}"))
    train = _points(known.get(name if name == "rate" else f"train_{name}"))
    return train, part if len(part.steps) >= len(full.steps) else full


def _points(series: Series | None) -> Points:
    return Points() if series is None else Points(series.steps, series.values)
