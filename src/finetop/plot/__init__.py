"""Pure charts: points to lines of (text, role) runs, in braille, blocks or ASCII. No colours, no terminal.

From the front to the back of a cell: crosshair point, best mark, the curves (later ones before earlier ones),
checkpoint, raw, crosshair line, epoch line. Curves share the dots of a cell; raw gives way to them.
"""

from finetop.plot.chart import Drawing, chart
from finetop.plot.nodes import SMOOTHING
from finetop.plot.raster import Marks
from finetop.plot.request import Chart, Curve, Request
from finetop.plot.series import Best, Points, best_point

__all__ = [
    "SMOOTHING", "Best", "Chart", "Curve", "Drawing", "Marks", "Points", "Request", "best_point", "chart",
]  # fmt: skip
