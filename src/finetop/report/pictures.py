"""The curves of a report; pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from finetop import text
from finetop.plot import Curve, Points, Request, chart
from finetop.report.blocks import Picture

if TYPE_CHECKING:
    from collections.abc import Iterator

    from finetop.report.blocks import Block
    from finetop.store.rows import Curves, Series

WIDTH: Final = 78
HEIGHT: Final = 16


def pictures(curves: Curves) -> Iterator[Block]:
    """What was measured, as it went on."""
    for title, train, valid in (
        ("Loss", curves.train_loss, curves.valid_loss),
        ("Accuracy", curves.train_accuracy, curves.valid_accuracy),
        ("Reward", curves.more.get("train_reward"), curves.more.get("valid_reward")),
        ("Learning rate", curves.rate, None),
    ):
        curves_of = [
            Curve(_points(train), "train", "train"),
            Curve(_points(valid), "valid", "valid", dashed=True, smooth=False, raw=False),
        ]
        request = Request(curves_of, epochs=curves.epoch_steps, value=text.loss)
        if any(curve.points.steps for curve in curves_of):
            drawn = chart(request, WIDTH, HEIGHT)
            lines = tuple("".join(words for words, _ in line).rstrip() for line in drawn.lines)
            yield Picture(title, lines, "")


def _points(series: Series | None) -> Points:
    return Points() if series is None else Points(series.steps, series.values)
