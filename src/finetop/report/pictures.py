"""The curves of a report: of one job, and of several over each other; pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from finetop import text
from finetop.measures import Measure, measures, unit
from finetop.plot import Best, Curve, Points, Request, best_point, chart
from finetop.plot.svg import svg
from finetop.report.blocks import Picture

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from finetop.dossier import Dossier
    from finetop.report.blocks import Block
    from finetop.store.rows import Curves, JobRow, Series

WIDTH: Final = 78
HEIGHT: Final = 16
SMOOTHING: Final = "mid"
MOST: Final = 8
"""Pictures of one job; all else that was measured is told in numbers."""


class Drawn(NamedTuple):
    """A picture, and what it is called."""

    name: str
    title: str
    request: Request


def drawn(curves: Curves, row: JobRow | None, kept: Sequence[int] = ()) -> Iterator[Drawn]:
    """A picture of each measure; `kept` are the steps of checkpoints."""
    for name, measure in measures(curves).items():
        if measure.is_there:
            title = "Learning rate" if name == "rate" else measure.title
            title = ", ".join(part for part in (title, unit(measure, row)) if part)
            yield Drawn(name, title, _request(measure, curves, kept))


def _request(measure: Measure, curves: Curves, kept: Sequence[int]) -> Request:
    is_rate = measure.name == "rate"
    role = "rate" if is_rate else "train"
    lines = [Curve(_points(measure.train), role, measure.line_name, smooth=not is_rate, raw=not is_rate)]
    if measure.valid.steps:
        lines.append(Curve(_points(measure.valid), "valid", "valid", dashed=True, smooth=False, raw=False))
    best = None
    if measure.has_best and measure.valid.steps:
        best = best_point(_points(measure.valid), lower_is_better=not measure.higher_is_better)
    shown = [line for line in lines if line.points.steps]
    return Request(
        shown, best, curves.epoch_steps, kept, everything=is_rate, smoothing=SMOOTHING, value=text.loss
    )


def pictures(one: Dossier) -> Iterator[Block]:
    """What was measured of a job, as it went on."""
    kept = [point.step_number for point in one.checkpoints if point.step_number is not None]
    for found in [*drawn(one.curves, one.row, kept)][:MOST]:
        yield _picture(found.title, found.request, _said(found.request.best, one.curves))


def overlaid(found: Sequence[Dossier], letters: Sequence[str]) -> Iterator[Block]:
    """The losses of several jobs over each other; their letters stand at the ends of the lines."""
    losses = [measures(one.curves).get("loss", Measure("loss")) for one in found]
    for title, whole in (
        ("Training loss", [loss.train for loss in losses]),
        ("Validation loss", [loss.valid for loss in losses]),
    ):
        lines = [
            Curve(_points(series), f"run{place}", letter, smooth=title.startswith("T"), raw=False)
            for place, (series, letter) in enumerate(zip(whole, letters, strict=True))
            if series.steps
        ]
        if len(lines) > 1:
            yield _picture(title, Request(lines, smoothing=SMOOTHING, value=text.loss), "")


def _picture(title: str, request: Request, said: str) -> Picture:
    letters = chart(request, WIDTH, HEIGHT)
    lines = tuple("".join(words for words, _ in line).rstrip() for line in letters.lines)
    gaps = f"{letters.gaps:,} values are no numbers, and are left out." if letters.gaps else ""
    return Picture(title, lines, svg(request, title=title), f"{said} {gaps}".strip())


def _said(best: Best | None, curves: Curves) -> str:
    if best is None:
        return ""
    ends = [step for step in curves.epoch_steps if step < best.step]
    epoch = f", in epoch {len(ends) + 1}" if curves.epoch_steps else ""
    return f"Validation was best at step {best.step:,.0f}{epoch}: {text.loss(best.value)}."


def _points(series: Series) -> Points:
    return Points(series.steps, series.values)
