"""A screen that writes no more than what changed.

Textual 8 paints the whole screen when `focused` changes, writes a changed span from the left edge of its
widget on, and paints a screen under a dialog whole at each message after its first change. Over a slow line
all are felt: 15 kB for a tab key, 400 bytes for one number, 10 kB a second while a dialog is open.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Self, TypeVar

from rich.control import Control
from textual._compositor import ChopsUpdate, Compositor
from textual.reactive import Reactive
from textual.screen import Screen

if TYPE_CHECKING:
    from rich.console import Console
    from textual import events
    from textual.geometry import Region
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
        return "".join(written)


class _SpanCompositor(Compositor):
    """Textual's compositor with updates that write only their spans."""

    def render_partial_update(self) -> ChopsUpdate | None:
        """What changed since the last update."""
        update = super().render_partial_update()
        return None if update is None else _Spans(update.chops, update.spans, update.chop_ends)


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
