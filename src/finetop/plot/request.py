"""What a chart is asked for, and what comes of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from finetop.plot.raster import Marks, Run

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from finetop.plot.series import Best, Points


@dataclass(frozen=True, slots=True)
class Curve:
    """One line of a chart."""

    points: Points
    role: str
    """train, valid, rate, or run0 to run7 where jobs are overlaid."""
    name: str
    """Stands with its last value at the line's end; an overlay begins with its letter."""
    dashed: bool = False
    smooth: bool = True
    """Smoothed as the request says; else every measurement is on the line."""
    raw: bool = True
    """The measurements are faint behind the smoothed line."""


@dataclass(frozen=True, slots=True)
class Request:
    """What to draw; later curves lie before earlier ones."""

    curves: Sequence[Curve] = ()
    best: Best | None = None
    epochs: Sequence[float] = ()
    """Where an upright line stands behind the curves."""
    checkpoints: Sequence[float] = ()
    """Where a short mark stands on the axis."""
    window: tuple[float, float] | None = None
    """The range of x to show; None for everything, from 0 to the next round number."""
    everything: bool = False
    """Do not leave the first tenth out of the range of values."""
    log: bool = False
    smoothing: str = "mid"
    """A key of SMOOTHING."""
    crosshair: float | None = None
    marks: Marks = field(default_factory=Marks)
    value: Callable[[float], str] = "{:.3f}".format
    """A value in words."""
    x_name: str = "step"
    """Stands after the last label of the axis."""
    x_unit: str = "count"
    """Which ticks are round: count (steps, tokens: whole numbers), seconds, or number (epochs)."""
    x_words: Callable[[float], str] | None = None
    """Words of a place on the axis; None leaves them to `x_unit`."""
    margins: tuple[int, int] = (0, 0)
    """The least cells at the left and at the right of the plot, so that several below each other line up."""


@dataclass(frozen=True, slots=True)
class Chart:
    """The drawn lines, from the upper edge to the axis, and what the picture rests on."""

    lines: list[list[Run]]
    gaps: int = 0
    """Values that are no number; nothing is drawn for them."""
    window: tuple[float, float] = (0.0, 1.0)
    """The range of x that is shown."""
    whole: tuple[float, float] = (0.0, 1.0)
    """The range of x without a window."""
    margins: tuple[int, int] = (0, 0)
    """The cells at the left and at the right of the plot."""
