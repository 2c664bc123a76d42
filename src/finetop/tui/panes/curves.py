"""The curves pane: loss, accuracy, reward and rate of the job under the cursor.

CurvesPane(glyphs=UNICODE)
pane.show(curves, row)      Curves and JobRow from the store; None, None without a job
"""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING, ClassVar, Final

from textual.binding import Binding, BindingType

from finetop import text
from finetop.plot import SMOOTHING, Best, Chart, Curve, Marks, Points, Request, best_point, chart
from finetop.tui.panes.detail_model import epoch_words, step_words
from finetop.tui.panes.pane import TAB_BINDINGS, Pane
from finetop.tui.widgets.runs import Line, Run

if TYPE_CHECKING:
    from finetop.store.rows import Curves, JobRow, Series

_HIGHER_IS_BETTER: Final = {"Accuracy", "Reward"}
_PLURALS: Final = {
    "Loss": "losses",
    "Accuracy": "accuracies",
    "Reward": "rewards",
    "Rate": "learning rates",
}
_NEXT_SMOOTHING: Final = dict(zip(SMOOTHING, [*list(SMOOTHING)[1:], "off"], strict=True))


class CurvesPane(Pane):
    """One chart, drawn anew only when its data, its size or its settings change."""

    NAME = "Curves"
    NUMBER = 3
    PLACE = "the curves"
    TABS = ("Loss", "Accuracy", "Rate")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("h,left", "point(-1)", "Point", key_display="h", id="curve.back", tooltip="One point back"),
        Binding("l,right", "point(1)", "Point", key_display="l", id="curve.forward", tooltip="One point on"),
        Binding(
            "H", "point(-10)", "Ten points back", show=False, id="curve.back_ten", tooltip="Ten points back"
        ),
        Binding(
            "L", "point(10)", "Ten points on", show=False, id="curve.forward_ten", tooltip="Ten points on"
        ),
        Binding("b", "best", "Best", id="curve.best", tooltip="To the best validation point"),
        Binding("s", "smooth", "Smooth", id="curve.smooth", tooltip="Smoothing off, low, mid, high"),
        Binding(
            "0", "everything", "All", show=False, id="curve.everything", tooltip="Show the first steps too"
        ),
        Binding(
            "escape",
            "leave_point",
            "Leave point",
            show=False,
            id="curve.leave",
            tooltip="Put the crosshair away",
        ),
        *TAB_BINDINGS,
    ]

    def __init__(self, *, glyphs: text.Glyphs = text.UNICODE, id: str | None = "curves") -> None:  # noqa: A002 - Textual's name
        super().__init__(glyphs=glyphs, id=id)
        self._curves: Curves | None = None
        self._row: JobRow | None = None
        self._smoothing = "mid"
        self._everything = False
        self._point: float | None = None
        self._drawn_for: tuple[object, ...] | None = None
        self._picture: list[Line] = []
        g = glyphs
        self._marks = Marks(g.plot, g.best, g.up, g.down, g.epoch, g.crosshair, g.crosshair_point, g.rule)

    def show(self, curves: Curves | None, row: JobRow | None) -> None:
        """Take the measurements of a job."""
        before = self._curves.key if self._curves is not None else None
        if curves is None or curves.key != before:
            self._point, self._everything = None, False
        self._curves, self._row = curves, row
        self.redraw()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002 - Textual's
        """A key works only where it has something to work on."""
        if action in ("step", "page", "edge"):
            return False  # the picture always fits
        if action == "leave_point":
            return self._point is not None
        if action in ("point", "best", "everything") and not self._series()[0].steps:
            return None
        return True

    # --- the points -------------------------------------------------------------------------------------

    def _series(self) -> tuple[Points, Points]:
        curves = self._curves
        if curves is None:
            return Points(), Points()
        return _series_of(curves, self.tab)

    @property
    def tabs(self) -> tuple[str, ...]:
        """A job that earns rewards has a tab for them, and none for what it has not measured."""
        curves = self._curves
        if curves is None or not _has(curves, "Reward"):
            return self.TABS
        return tuple(
            tab for tab in ("Loss", "Accuracy", "Reward", "Rate") if tab == "Rate" or _has(curves, tab)
        )

    @property
    def _line_name(self) -> str:
        """What the first line measures."""
        return {"Rate": "rate", "Reward": "reward"}.get(self.tab, "train")

    def _request(self, train: Points, valid: Points) -> Request:
        rate = self.tab == "Rate"
        return Request(
            [Curve(train, "train", self._line_name), Curve(valid, "valid", "valid", True, False, False)],
            best=self._best_of(valid),
            epochs=self._curves.epoch_steps if self._curves is not None else (),
            smoothing="off" if rate else self._smoothing,
            everything=self._everything or rate,
            crosshair=self._point,
            marks=self._marks,
            value=text.loss,
        )

    def _best_of(self, valid: Points) -> Best | None:
        return best_point(valid, lower_is_better=self.tab not in _HIGHER_IS_BETTER)

    # --- lines ------------------------------------------------------------------------------------------

    def facts(self) -> tuple[Run, ...]:
        """How far the job is."""
        if self._row is None:
            return ()
        words = ", ".join(part for part in (step_words(self._row), epoch_words(self._row, of=False)) if part)
        if self.group:
            words = step_words(self._row)
        return ((words, "muted"),) if words else ()

    def body_count(self) -> int:
        """The picture fills the pane."""
        return self.body_height

    def body_line(self, index: int, width: int) -> Line:
        """A line of the picture."""
        picture = self._drawn_picture(width, self.body_height)
        return picture[index] if index < len(picture) else Line()

    def _drawn_picture(self, width: int, height: int) -> list[Line]:
        curves = self._curves
        key = (
            width,
            height,
            self.tab,
            self._smoothing,
            self._everything,
            self._point,
            None if curves is None else (curves.key, curves.seq, len(curves.train_loss.steps)),
            self._row.status if self._row is not None else "",
        )
        if key != self._drawn_for:
            self._picture = self._draw(width, height)
            self._drawn_for = key
        return self._picture

    def _draw(self, width: int, height: int) -> list[Line]:
        train, valid = self._series()
        if not train.steps and not valid.steps:
            return [Line(((" ", "text"), (self._nothing(), "faint")))]
        request = self._request(train, valid)
        drawn = chart(request, width, max(2, height - 1))
        over = (
            self._readout(train, valid)
            if self._point is not None
            else self._sentence(drawn, self._best_of(valid))
        )
        return [Line(((" " * 6, "text"), *over)), *(Line(tuple(line)) for line in drawn.lines)]

    def _nothing(self) -> str:
        if self._row is None:
            return "No job yet."
        what = _PLURALS[self.tab]
        return f"This job sent no {what}." if self._row.is_final else f"No {what} yet."

    def _sentence(self, drawn: Chart, best: Best | None) -> list[Run]:
        runs: list[Run] = []
        if best is not None:
            words = f"best valid {text.loss(best.value)} at step {best.step:.0f}"
            runs += [(f"{self.glyphs.best} ", "bright"), (words, "text")]
            if best.worse_since:
                turned = "falling" if self.tab in _HIGHER_IS_BETTER else "rising"
                runs.append((f"   ! {turned} since", "warn"))
        elif self.tab != "Rate":
            ended = self._row is not None and self._row.is_final
            runs.append(("validation was not measured" if ended else "no validation yet", "faint"))
        if drawn.gaps:
            runs.append((f"   {drawn.gaps} gap{'s' * (drawn.gaps != 1)}", "warn"))
        if self._smoothing != "mid" and self.tab != "Rate":
            runs.append((f"   smoothing {self._smoothing}", "muted"))
        return runs

    def _readout(self, train: Points, valid: Points) -> list[Run]:
        """The values under the crosshair, on columns that do not move."""
        point = self._point or 0.0
        runs: list[Run] = [("step ", "muted"), (f"{point:<7.0f}", "bright")]
        name = self._line_name
        at = bisect_left(train.steps, point)
        here = train.values[at] if at < len(train.steps) and train.steps[at] == point else None
        runs += [(f"{name} ", "train"), (f"{text.loss(here):<8}", "bright")]
        place = bisect_left(valid.steps, point + 1) - 1
        if place >= 0:
            runs += [
                ("valid ", "valid"),
                (f"{text.loss(valid.values[place]):<8}", "bright"),
                (f"at {valid.steps[place]:.0f}", "muted"),
            ]
        return runs

    # --- keys -------------------------------------------------------------------------------------------

    def action_point(self, points: int) -> None:
        """Move the crosshair along the measurements; it begins at the last one."""
        steps = self._series()[0].steps or self._series()[1].steps
        if not steps:
            return
        if self._point is None:
            self._set_point(steps[-1])
            return
        at = bisect_left(steps, self._point)
        self._set_point(steps[max(0, min(len(steps) - 1, at + points))])

    def action_best(self) -> None:
        """Put the crosshair on the best validation point."""
        best = self._best_of(self._series()[1])
        if best is not None:
            self._set_point(best.step)

    def _set_point(self, step: float | None) -> None:
        self._point = step
        self.refresh_bindings()
        self.redraw()

    def action_leave_point(self) -> None:
        """Put the crosshair away."""
        self._set_point(None)

    def action_smooth(self) -> None:
        """Smooth more, then not at all."""
        self._smoothing = _NEXT_SMOOTHING[self._smoothing]
        self.redraw()

    def action_everything(self) -> None:
        """Show the first steps too, or leave them out again."""
        self._everything = not self._everything
        self.redraw()


def _series_of(curves: Curves, tab: str) -> tuple[Points, Points]:
    """What a tab draws: the training's line and the validation's points."""
    if tab == "Reward":
        # The whole validation counts, unless a part of it was measured more often and so shows more.
        full, part = _more(curves, "full_valid_reward"), _more(curves, "valid_reward")
        return _more(curves, "train_reward"), part if len(part.steps) > len(full.steps) else full
    train, valid = {
        "Loss": (curves.train_loss, curves.valid_loss),
        "Accuracy": (curves.train_accuracy, curves.valid_accuracy),
        "Rate": (curves.rate, None),
    }[tab]
    return _points(train), Points() if valid is None else _points(valid)


def _has(curves: Curves, tab: str) -> bool:
    return any(points.steps for points in _series_of(curves, tab))


def _points(series: Series) -> Points:
    return Points(series.steps, series.values)


def _more(curves: Curves, name: str) -> Points:
    found = curves.more.get(name)
    return Points() if found is None else _points(found)
