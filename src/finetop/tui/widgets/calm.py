"""A screen that writes no more than what changed.

Textual 8 paints the whole screen when `focused` changes, writes a changed span from the left edge of its
widget on, and paints a screen under a dialog whole at each message after its first change. Over a slow line
all are felt: 15 kB for a tab key, 400 bytes for one number, 10 kB a second while a dialog is open.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, Self, TypeVar

from rich.control import Control
from textual._compositor import ChopsUpdate, Compositor
from textual.reactive import Reactive
from textual.screen import Screen

if TYPE_CHECKING:
    from rich.console import Console
    from textual import events
    from textual._compositor import CompositorMap, ReflowResult
    from textual.geometry import Region, Size
    from textual.map_geometry import MapGeometry
    from textual.widget import Widget

Result = TypeVar("Result")


class _Spans(ChopsUpdate):
    """Writes exactly the spans."""

    def render_segments(self, console: Console) -> str:
        """The bytes for the terminal."""
        written: list[str] = []
        for y, start, end in self.spans:
            for chop_end, (x, strip) in zip(self.chop_ends[y], self.chops[y].items(), strict=False):
                left, right = max(x, start), min(chop_end, end)
                if strip is None or left >= right:
                    continue
                part = strip.crop(left - x, right - x)
                written += [Control.move_to(left, y).segment.text, part.render(console)]
        return one_style("".join(written))


_STYLE: Final = re.compile(r"(\x1b\[[0-9;]*m)")
_RESET: Final = "\x1b[0m"
_MOVES: Final = re.compile(r"(?:\x1b\[[0-9;]*H)*")


def one_style(written: str) -> str:
    """The same without styles that are given up only to be taken again after the cursor has moved.

    A line from top to bottom, such as a crosshair's, is one style and as many moves as it has rows.
    """
    kept: list[str] = []
    style, is_over = "", False
    for place, part in enumerate(_STYLE.split(written)):
        if place % 2 == 0:  # what is written
            if is_over and not _MOVES.fullmatch(part):
                kept.append(_RESET)
                style, is_over = "", False
            kept.append(part)
        elif part == _RESET:
            is_over = True
        else:
            if is_over and part != style:
                kept.append(_RESET)
            if not is_over or part != style:
                kept.append(part)
            style, is_over = part, False
    return "".join([*kept, _RESET] if is_over else kept)


class _SpanCompositor(Compositor):
    """Textual's compositor with updates that write only their spans."""

    def __init__(self) -> None:
        super().__init__()
        self._laid_out: CompositorMap = {}
        """What the last layout has painted: after a scroll Textual's own map may be ahead of the screen."""

    def reflow(self, parent: Widget, size: Size) -> ReflowResult:
        """Lay out anew; who only got another number in the order of painting is not painted for it."""
        before, dirty = self._laid_out, set(self._dirty_regions)
        result = super().reflow(parent, size)
        after = self._laid_out = self._full_map
        if size.region not in dirty and _order(before, after) == _order(after, before):
            self._dirty_regions = dirty | {
                region
                for one, other in ((before, after), (after, before))
                for widget, place in one.items()
                if not _stands(place, other.get(widget)) and (region := place.clip.intersection(place.region))
            }
        return result

    def render_partial_update(self) -> ChopsUpdate | None:
        """What changed since the last update."""
        update = super().render_partial_update()
        return None if update is None else _Spans(update.chops, update.spans, update.chop_ends)


def _order(shown: CompositorMap, known: CompositorMap) -> list[Widget]:
    """The widgets that are known too, as they are painted over each other."""
    return sorted((widget for widget in shown if widget in known), key=lambda widget: shown[widget].order)


def _stands(place: MapGeometry, other: MapGeometry | None) -> bool:
    """Whether two places are one, whatever their numbers in the order of painting."""
    return other is not None and place._replace(order=other.order) == other


class CalmScreen(Screen[Result]):
    """The base of our screens; the panes show the focus themselves."""

    focused: Reactive[Widget | None] = Reactive(None, repaint=False)

    def __init__(self, name: str | None = None, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(name, id, classes)
        self._compositor = _SpanCompositor()

    def refresh(
        self, *regions: Region, repaint: bool = True, layout: bool = False, recompose: bool = False
    ) -> Self:
        """With a layout only what that has moved is painted; Textual would paint all."""
        repaint = repaint and not (layout and not regions)
        return super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)

    def _on_screen_resume(self, event: events.ScreenResume) -> None:
        """Who was laid out just now has been painted with that; Textual would paint it once more."""
        event.prevent_default()
        is_laid_out = self._size == self.app.size
        super()._on_screen_resume(event)
        if not is_laid_out:
            self._repaint_required = False

    def _compositor_refresh(self) -> None:
        """Under a dialog, hand what changed to the screens above, and nothing else."""
        stack = self.app.screen_stack
        if self is stack[-1] or not self.is_current:
            super()._compositor_refresh()
            return
        dirty = self._compositor._dirty_regions  # noqa: SLF001 - Textual has no other way
        changed = tuple(dirty)
        dirty.clear()
        self._dirty_widgets.clear()
        over = stack[stack.index(self) + 1 :]
        # What is not a dialog hides all that is below it.
        for above in over if changed and all(screen.is_modal for screen in over) else ():
            above.refresh(*changed)
