"""What stands over the first question: the name, and beside it a curve where there is room for it; pure."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from finetop.plot.axes import Axis
from finetop.plot.buckets import bucket
from finetop.plot.grid import Grid
from finetop.plot.raster import DOTS, RAW, raster_for
from finetop.plot.series import Points
from finetop.plot.strokes import stalks, stroke

if TYPE_CHECKING:
    from finetop import text
    from finetop.plot.nodes import Node
    from finetop.tui.widgets.runs import Run

NAME: tuple[Run, Run] = (("finetop", "bright"), ("top for fine-tuning jobs", "muted"))
KEYBOARD: Run = ("Everything here works with the keyboard.", "faint")
QUESTION: tuple[Run, Run] = (("How do you want to start?", "bright"), ("  This is asked once.", "faint"))
CURVE_CELLS = 36
CURVE_ROWS = 5
STEPS = 90
"""Of the curve, which is decoration and shows no job."""


def tall(glyphs: text.Glyphs) -> list[list[Run]]:
    """The name beside the curve."""
    beside: list[list[Run]] = [[NAME[0]], [NAME[1]], [], [KEYBOARD], []]
    drawn = curve(glyphs)
    return [*([*cells, ("  ", "text"), *words] for cells, words in zip(drawn, beside, strict=True)),
            [], [], [*QUESTION], []]  # fmt: skip


def plain() -> list[list[Run]]:
    """The same without the curve."""
    return [[NAME[0], ("  ", "text"), NAME[1]], [KEYBOARD], [], [*QUESTION], []]


def short() -> list[list[Run]]:
    """The question alone."""
    return [[*QUESTION]]


def curve(glyphs: text.Glyphs) -> list[list[Run]]:
    """A loss that falls, with its measurements."""
    steps = range(STEPS)
    smooth = [0.1 + 0.9 * math.exp(-step / 18) for step in steps]
    # Waves that never meet look uneven and are the same at each start.
    measured = [
        value + 0.3 * value**0.5 * math.sin(step * 1.9) ** 3 * math.sin(step * 0.61 + 1) ** 2
        for step, value in zip(steps, smooth, strict=True)
    ]
    columns = CURVE_CELLS * DOTS[glyphs.plot][0]
    raster = raster_for(None, CURVE_CELLS, CURVE_ROWS, glyphs.plot, (RAW, "train"))
    y = Axis(0.05, 1.1, 0.5)
    scale = (columns - 1) / (STEPS - 1)
    line: list[Node] = [(step * scale, value) for step, value in zip(steps, smooth, strict=True)]
    buckets = bucket(Points([*steps], measured), 0, STEPS - 1, columns)
    raster.draw(0, stalks(buckets, line, y, columns, raster.height)[0])
    raster.draw(1, stroke(line, y, columns, raster.height).masks)
    grid = Grid(raster, 0)
    return [grid.runs(row, "", {})[0] for row in range(CURVE_ROWS)]
