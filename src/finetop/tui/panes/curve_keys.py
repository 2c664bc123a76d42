"""What the keys of the curves do: crosshair, zoom, smoothing, axes, what is shown, the table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar, Final

from textual.binding import Binding, BindingType

from finetop.plot import SMOOTHING
from finetop.plot.window import Window, panned, zoomed
from finetop.tui.messages import Said
from finetop.tui.panes.curve_axes import AXES
from finetop.tui.panes.curve_drawing import Look, Picture
from finetop.tui.panes.curve_words import nearest
from finetop.tui.panes.pane import TAB_BINDINGS, WORST_BINDING, Pane

if TYPE_CHECKING:
    from collections.abc import Mapping

    from finetop.measures import Measure

_NEXT_SMOOTHING: Final = dict(zip(SMOOTHING, [*list(SMOOTHING)[1:], "off"], strict=True))
ZOOM: Final = 0.5
"""What is left of the axis by one key."""
PAN: Final = 0.25
NARROWEST: Final = 4
"""Points that are still a curve."""


def _bind(key: str, action: str, word: str, name: str, says: str, *, show: bool = False) -> Binding:
    return Binding(key, action, word, show=show, id=f"curve.{name}", tooltip=says)


class CurveKeys(Pane):
    """The part of the curves pane that keys change."""

    BINDINGS: ClassVar[list[BindingType]] = [
        _bind("h,left", "point(-1)", "Point", "back", "One point back", show=True),
        _bind("l,right", "point(1)", "Point", "forward", "One point on", show=True),
        _bind("H", "point(-10)", "Ten points back", "back_ten", "Ten points back"),
        _bind("L", "point(10)", "Ten points on", "forward_ten", "Ten points on"),
        _bind("plus", "zoom(1)", "Zoom", "zoom_in", "Zoom in around the crosshair", show=True),
        _bind("minus", "zoom(-1)", "Zoom", "zoom_out", "Zoom out", show=True),
        _bind("less_than_sign", "pan(-1)", "Earlier", "earlier", "Move the part that is seen back"),
        _bind("greater_than_sign", "pan(1)", "Later", "later", "Move the part that is seen on"),
        _bind("0", "everything", "All", "everything", "Show all of it, then the first steps too"),
        _bind("b", "best", "Best", "best", "To the best validation point", show=True),
        _bind("s", "smooth", "Smooth", "smooth", "Smoothing off, low, mid, high", show=True),
        _bind("Y", "log", "Log", "log", "Logarithmic values, or linear ones"),
        _bind("i", "axis", "Axis", "axis", "Draw along steps, epochs, time or tokens"),
        _bind("m", "measure", "Measure", "measure", "Choose what is shown, one curve or several"),
        _bind("t", "table", "Numbers", "table", "The numbers as a table, or the picture", show=True),
        _bind("escape", "leave_point", "Leave point", "leave", "Put the crosshair away"),
        *TAB_BINDINGS,
        WORST_BINDING,
    ]

    look: Look = Look()
    is_table = False
    chosen: tuple[str, ...] = ()
    """What was chosen besides what has a tab anyhow; several are drawn side by side."""

    # --- what a subclass says ---------------------------------------------------------------------------

    def picture(self) -> Picture | None:
        """What is drawn now, the first of several; None where there is nothing."""
        raise NotImplementedError

    def seen_window(self) -> tuple[float, float] | None:
        """The part of the axis that was drawn last."""
        raise NotImplementedError

    def measured(self) -> Mapping[str, Measure]:
        """All that can be chosen."""
        raise NotImplementedError

    def shown_measures(self) -> Sequence[str]:
        """What is shown of it."""
        raise NotImplementedError

    def show_measures(self, names: Sequence[str]) -> None:
        """Show these."""
        raise NotImplementedError

    # --- which keys work --------------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A key works only where it has something to work on."""
        if action in {"step", "page", "edge"}:
            return self.is_table  # a picture always fits
        if action == "leave_point":
            return self.look.point is not None
        if action == "measure":
            return bool(self.measured()) or None
        if action in {"point", "best", "everything", "zoom", "pan", "log", "axis", "table"}:
            picture = self.picture()
            if picture is None or not picture.steps:
                return None
            if action == "pan":
                return self.look.window is not None or None
            if action in {"zoom", "pan", "everything", "log", "axis"} and self.is_table:
                return None
            return (action != "best" or picture.best is not None) or None
        return super().check_action(action, parameters)

    def look_so(self, look: Look) -> None:
        """Draw it another way."""
        if look != self.look:
            before, self.look = self.look, look
            if _without_places(before) != _without_places(look):
                self.refresh_bindings()  # a crosshair that moves on changes no key, and the footer is dear
            self.redraw()

    # --- the crosshair ----------------------------------------------------------------------------------

    def action_point(self, points: int) -> None:
        """Move the crosshair along the measurements; it begins at the last one."""
        picture = self.picture()
        if picture is None or not (steps := picture.steps):
            return
        if self.look.point is None:
            self.put_point(self._last_seen(picture))
            return
        at = nearest(steps, self.look.point)
        self.put_point(steps[max(0, min(len(steps) - 1, at + points))])

    def _last_seen(self, picture: Picture) -> float:
        """The last step in sight."""
        steps = picture.steps
        if self.look.window is None or self.is_table:
            return steps[-1]
        axis, end = picture.along(picture.jobs[0]), self.look.window[1]
        return next((step for step in reversed(steps) if axis.place(step) <= end), steps[-1])

    def put_point(self, step: float | None) -> None:
        """Put the crosshair on a step, and have it in sight."""
        look, picture = replace(self.look, point=step), self.picture()
        if look.window is not None and step is not None and picture is not None:
            place = picture.along(picture.jobs[0]).place(step)
            look = replace(look, window=_around(look.window, self._whole(picture), place))
        self.look_so(look)

    def action_best(self) -> None:
        """Put the crosshair on the best validation point."""
        picture = self.picture()
        if picture is not None and (best := picture.best) is not None:
            self.put_point(best.step)

    def action_leave_point(self) -> None:
        """Put the crosshair away."""
        self.look_so(replace(self.look, point=None))

    # --- the part that is seen --------------------------------------------------------------------------

    def action_zoom(self, steps: int) -> None:
        """See less of the axis, or more; what the crosshair is on stays where it is."""
        picture, seen = self.picture(), self.seen_window()
        if picture is None or seen is None:
            return
        low, high = seen
        centre = (low + high) / 2
        if self.look.point is not None:
            centre = picture.along(picture.jobs[0]).place(self.look.point)
        window = zoomed(seen, self._whole(picture), centre, ZOOM if steps > 0 else 1 / ZOOM, least=0.0)
        if window is None or steps < 0 or self._has_points(picture, window):
            self.look_so(replace(self.look, window=window))

    def _has_points(self, picture: Picture, window: tuple[float, float]) -> bool:
        axis = picture.along(picture.jobs[0])
        return sum(window[0] <= place <= window[1] for place in axis.places(picture.steps)) >= NARROWEST

    def _whole(self, picture: Picture) -> tuple[float, float]:
        ends = [job.points(picture.name, line, picture.axis).steps for job in picture.jobs for line in LINES]
        return 0.0, max((steps[-1] for steps in ends if steps), default=1.0)

    def action_pan(self, steps: int) -> None:
        """Move the part that is seen."""
        picture, window = self.picture(), self.look.window
        if picture is not None and window is not None:
            moved = panned(window, self._whole(picture), PAN * steps)
            self.look_so(replace(self.look, window=moved))

    def action_everything(self) -> None:
        """From a part to the whole; then show the first steps too, or leave them out again."""
        if self.look.window is not None:
            self.look_so(replace(self.look, window=None))
        else:
            self.look_so(replace(self.look, everything=not self.look.everything))

    # --- how it is drawn --------------------------------------------------------------------------------

    def action_smooth(self) -> None:
        """Smooth more, then not at all."""
        self.look_so(replace(self.look, smoothing=_NEXT_SMOOTHING[self.look.smoothing]))

    def action_log(self) -> None:
        """Logarithmic, or linear."""
        self.look_so(replace(self.look, is_log=not self.look.is_log))

    def action_axis(self) -> None:
        """The next axis of which enough is known."""
        picture = self.picture()
        if picture is None:
            return
        known = [name for name in AXES if all(job.along(name) is not None for job in picture.jobs)]
        if len(known) < 2:
            self.post_message(Said("Only the steps are known of this job, no epochs and no times."))
            return
        name = known[(known.index(picture.axis) + 1) % len(known)]
        self.look_so(replace(self.look, axis=name, window=None))

    async def action_measure(self) -> None:
        """Choose what is shown."""
        from finetop.tui.screens.choose_measures import ChooseMeasures  # noqa: PLC0415 - after the first paint

        def take(names: tuple[str, ...] | None) -> None:
            if names:
                self.show_measures(names)

        self.app.push_screen(ChooseMeasures(self.measured(), self.shown_measures()), take)

    def action_table(self) -> None:
        """The numbers, or the picture."""
        raise NotImplementedError


LINES: Final = ("train", "valid")


def _without_places(look: Look) -> Look:
    """What keys depend on: whether there is a crosshair and a window, not where."""
    return replace(
        look,
        point=None if look.point is None else 0.0,
        window=None if look.window is None else (0.0, 1.0),
    )


def _around(window: Window, whole: Window, place: float) -> Window:
    """The window with a place in it: turned by half where it is out of sight, cheaper than at each key."""
    low, high = window
    if low <= place <= high:
        return window
    return panned(window, whole, (place - (low + high) / 2) / (high - low))
