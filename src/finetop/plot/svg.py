"""A chart as SVG: the lines, window, smoothing and ticks of `chart()`, in light and dark, without a script.

It stands alone as a file and within a page: what is inside a page has no ids that could meet.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from html import escape
from typing import TYPE_CHECKING, Final, NamedTuple

from finetop.plot.lines import Line, Lines, named, x_of, y_of
from finetop.plot.strokes import stalk_ends
from finetop.plot.svg_style import DASHES, style
from finetop.plot.ticks import x_point, x_tick, y_words

if TYPE_CHECKING:
    from finetop.plot.axes import Axis
    from finetop.plot.nodes import Node
    from finetop.plot.request import Curve, Request
    from finetop.plot.series import Best

LETTER: Final = 7.2
"""Pixels of a letter, as wide as the widest of the fonts that may be used."""
LINE: Final = 16
"""Pixels between two lines of text."""
TOP: Final = 10
BOTTOM: Final = 30
GUTTER: Final = 64
"""Pixels for the words of the y axis."""
HEADING: Final = 28
"""Pixels for the title of a chart."""
EPOCH: Final = 40
"""Epoch lines nearer than this are a fence, and are left out."""

_KIND: Final = 'xmlns="http://www.w3.org/2000/svg" class="finetop-plot" role="img"'
_DASHED: Final = "5 3"


class Plan(NamedTuple):
    """What is drawn, and where."""

    x: Axis
    y: Axis
    lines: list[Line]
    x_words: list[tuple[float, str]]
    y_words: list[tuple[float, str]]


class Frame(NamedTuple):
    """The rectangle of the plot, and its two axes."""

    left: float
    width: float
    height: float
    columns: int
    x: Axis
    y: Axis

    def across(self, place: float) -> float:
        """Where a place of the x axis is."""
        return self.left + self.x.place(place) * self.width

    def at_column(self, column: float) -> float:
        """Where a column is."""
        return self.left + column / (self.columns - 1) * self.width

    def down(self, value: float) -> float:
        """Where a value is; far outside of the picture it is just outside."""
        share = 1.0 - self.y.place(value)
        return TOP + max(-1.0, min(2.0, share)) * self.height


def svg(request: Request, *, width: int = 720, height: int = 300, title: str = "", letters: int = 0) -> str:
    """The chart in so many pixels; `title` is what it is called for who cannot see it.

    `letters` is for how long a name there has to be room, for charts that stand below each other.
    """
    names = [named(curve, request) for curve in request.curves]
    right = max(letters, *map(len, names), 0) * LETTER + 12
    columns = max(16, int(width - right - GUTTER))
    plan = _plan(request, columns, height)
    frame = Frame(GUTTER, width - GUTTER - right, height - TOP - BOTTOM, columns, plan.x, plan.y)
    inside = f'x="{GUTTER}" y="{TOP}" width="{_px(frame.width)}" height="{_px(frame.height)}"'
    box = f"{GUTTER} {TOP} {_px(frame.width)} {_px(frame.height)}"
    said = _said(request)
    return "\n".join(
        [
            f'<svg {_KIND} viewBox="0 0 {width} {height}" width="{width}" height="{height}">',
            f"<title>{escape(f'{title}: {said}' if title else said)}</title>",
            f"<style>{style(curve.role for curve in request.curves)}</style>",
            '<rect class="ground" width="100%" height="100%"/>',
            *_axes(frame, plan, request),
            # What lies within another svg is cut off at its edges.
            f'<svg {inside} viewBox="{box}">',
            *_curves(frame, plan.lines),
            "</svg>",
            *_marks(frame, request),
            *_names(frame, plan.lines, names),
            "</svg>",
        ]
    )


def sheet(charts: Sequence[tuple[str, Request]], *, width: int = 720, height: int = 300) -> str:
    """Several charts below each other, each under its title, as one file."""
    whole = len(charts) * (height + HEADING)
    letters = max((len(named(curve, chart)) for _, chart in charts for curve in chart.curves), default=0)
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {whole}" width="{width}">']
    for place, (title, request) in enumerate(charts):
        y = place * (height + HEADING)
        drawn = svg(request, width=width, height=height, title=title, letters=letters)
        parts += [
            f'<svg class="finetop-plot" y="{y}" width="{width}" height="{HEADING}">',
            '<rect class="ground" width="100%" height="100%"/>',
            f'<text x="{GUTTER}" y="{HEADING - 8}">{escape(title)}</text>',
            "</svg>",
            f'<g transform="translate(0,{y + HEADING})">{drawn}</g>',
        ]
    return "\n".join([*parts, "</svg>"]) + "\n"


def _said(request: Request) -> str:
    """For who cannot see it: each line with its last value, and the best."""
    told = [named(curve, request) for curve in request.curves if curve.points.steps]
    if request.best is not None:
        told.append(_best(request.best, request))
    return ", ".join(told) or "nothing measured"


def _best(best: Best, request: Request) -> str:
    return f"best {request.value(best.value)} at {_at(best.step, request)}"


def _at(place: float, request: Request) -> str:
    """A place on the x axis in words."""
    return request.x_words(place) if request.x_words else x_point(place, request.x_unit)


def _plan(request: Request, columns: int, height: int) -> Plan:
    cells, rows = columns // 8, max(2, (height - TOP - BOTTOM) // LINE)
    x = x_of(request, cells)
    lines = Lines().over(request, x, columns)
    y = y_of(request, lines, x, columns, rows)
    words = request.x_words or (lambda tick: x_tick(tick, request.x_unit, x.step))
    return Plan(
        x, y, lines, [(tick, words(tick)) for tick in x.ticks], [*zip(y.ticks, y_words(y), strict=True)]
    )


def _axes(frame: Frame, plan: Plan, request: Request) -> Iterator[str]:
    bottom = TOP + frame.height
    for value, words in plan.y_words:
        at = f'x="{_px(frame.left - 8)}" y="{_px(frame.down(value) + 4)}"'
        yield f'<text {at} text-anchor="end">{escape(words)}</text>'
    yield f'<path class="grid" d="M{_px(frame.left)},{_px(bottom)}h{_px(frame.width)}"/>'
    epochs = [place for place in request.epochs if frame.x.low < place < frame.x.high]
    if len(epochs) * EPOCH <= frame.width:
        for place in epochs:
            begins = f"M{_px(frame.across(place))},{TOP}"
            yield f'<path class="grid" stroke-dasharray="3 5" d="{begins}V{_px(bottom)}"/>'
    yield from _x_words(frame, plan, request, bottom + 20)


def _x_words(frame: Frame, plan: Plan, request: Request, y: float) -> Iterator[str]:
    """The words below the axis; one that would touch the one before is left out."""
    end = -LETTER
    for place, words in plan.x_words:
        half = len(words) * LETTER / 2
        x = max(0.0, frame.across(place) - half)
        if x < end + LETTER:
            continue
        end = x + 2 * half
        said = f"{words} {request.x_name}".rstrip() if place == plan.x_words[-1][0] else words
        yield f'<text x="{_px(x)}" y="{_px(y)}">{escape(said)}</text>'


def _curves(frame: Frame, lines: Sequence[Line]) -> Iterator[str]:
    """The measurements of each column from least to greatest, then the lines over all of them."""
    for line in lines:
        if line.has_stalks:
            yield from _path(line.curve, "raw", _stalks(line, frame))
    for line in lines:
        yield from _path(line.curve, "line", _through(line.nodes, frame), _dash(line.curve))


def _path(curve: Curve, kind: str, steps: Iterable[str], more: str = "") -> Iterator[str]:
    drawn = "".join(steps)
    if drawn:
        yield f'<path class="{kind} {curve.role}"{more} d="{drawn}"/>'


def _dash(curve: Curve) -> str:
    dash = _DASHED if curve.dashed else DASHES.get(curve.role, "")
    return f' stroke-dasharray="{dash}"' if dash else ""


def _stalks(line: Line, frame: Frame) -> Iterator[str]:
    lows, highs = stalk_ends(line.buckets, line.nodes)
    for column, low, high in zip(line.buckets.columns, lows, highs, strict=True):
        top = frame.down(high)
        bottom = max(frame.down(low), top + 1.5)  # one that stands alone is a short stroke
        yield f"M{_px(frame.at_column(column))},{_px(top)}V{_px(bottom)}"


def _through(nodes: Iterable[Node], frame: Frame) -> Iterator[str]:
    """A line through the nodes; one that has no neighbours is a dot."""
    begins = True
    alone = ""
    for node in nodes:
        if node is None:
            yield alone
            begins, alone = True, ""
            continue
        x, y = _px(frame.at_column(node[0])), _px(frame.down(node[1]))
        yield f"{'M' if begins else 'L'}{x},{y}"
        begins, alone = False, "h.1" if begins else ""
    yield alone


def _marks(frame: Frame, request: Request) -> Iterator[str]:
    """The best point, and the checkpoints on the axis."""
    best = request.best
    if best is not None and frame.x.low <= best.step <= frame.x.high:
        x, y = frame.across(best.step), frame.down(best.value)
        yield (
            f'<path class="best" d="M{_px(x)},{_px(y - 6)}l5,6l-5,6l-5,-6z">'
            f"<title>{escape(_best(best, request))}</title></path>"
        )
    bottom = TOP + frame.height
    for place in request.checkpoints:
        if frame.x.low <= place <= frame.x.high:
            yield (
                f'<path class="kept" d="M{_px(frame.across(place))},{_px(bottom - 6)}l4,6h-8z">'
                f"<title>checkpoint at {escape(_at(place, request))}</title></path>"
            )


def _names(frame: Frame, lines: Sequence[Line], names: Sequence[str]) -> Iterator[str]:
    """Each line's name behind its end, as near to its height as the others leave room."""
    pairs = zip(lines, names, strict=True)
    ends = [(line, words, end) for line, words in pairs if words and (end := _end(line, frame))]
    wanted = sorted((frame.down(end[1]), place) for place, (_, _, end) in enumerate(ends))
    low, high = TOP + 4.0, TOP + frame.height - LINE / 2
    rows = [min(max(y, low + LINE * at), high) for at, (y, _) in enumerate(wanted)]
    for at in reversed(range(len(rows) - 1)):
        rows[at] = min(rows[at], rows[at + 1] - LINE)
    for at in range(1, len(rows)):
        rows[at] = max(rows[at], rows[at - 1] + LINE)
    for y, (_, place) in zip(rows, wanted, strict=True):
        line, words, end = ends[place]
        x = frame.at_column(end[0]) + 8
        said = f'x="{_px(x)}" y="{_px(y + 4)}">{escape(words)}</text>'
        yield f'<text class="halo" aria-hidden="true" {said}'
        yield f'<text class="{line.curve.role}" {said}'


def _end(line: Line, frame: Frame) -> tuple[float, float] | None:
    """The last node of a line that is in sight."""
    return next((node for node in reversed(line.nodes) if node and -0.5 <= node[0] < frame.columns), None)


def _px(length: float) -> str:
    """A length with a tenth of a pixel, no longer than it must be."""
    return f"{length:.1f}".removesuffix(".0")
