"""A pane drawn line by line: only lines that changed are painted again, and the mouse can select text.

Subclasses say what stands where (`head_line`, `body_count`, `body_line`) and call `redraw` after their
data changed; nothing else repaints. The first `head_count` lines stay while the body scrolls under them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.segment import Segment
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Offset, Region
from textual.scroll_view import ScrollView
from textual.strip import Strip

from finetop.text import UNICODE, Glyphs
from finetop.tui.palette import Palette, palette_of
from finetop.tui.widgets.marked import marked
from finetop.tui.widgets.runs import Line, changed_spans, fit, in_glyphs, plain

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual.selection import Selection

WHEEL_LINES = 3
COPY_LINES_AT_MOST = 20_000  # "select all" on a million events must not stop the screen


class LineView(ScrollView, can_focus=True, inherit_bindings=False):
    """Lines under a fixed head, scrolled at once and without animation."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j,down", "step(1)", "Down", show=False, id="move.down", tooltip="One line down"),
        Binding("k,up", "step(-1)", "Up", show=False, id="move.up", tooltip="One line up"),
        Binding("g,home", "edge(-1)", "Top", show=False, id="move.top", tooltip="To the first line"),
        Binding("G,end", "edge(1)", "Bottom", show=False, id="move.bottom", tooltip="To the last line"),
        Binding(
            "pagedown,ctrl+d",
            "page(1)",
            "Page down",
            show=False,
            id="move.page_down",
            tooltip="One page down",
        ),
        Binding("pageup,ctrl+u", "page(-1)", "Page up", show=False, id="move.page_up", tooltip="One page up"),
    ]
    PLACE: ClassVar[str] = ""
    """How help and palette call it, as in "the events"; empty where it has no keys of its own."""
    # A list of lines has nothing to say beyond them; assistive tools read the selection.
    ALLOW_SELECT = True

    def __init__(self, *, glyphs: Glyphs = UNICODE, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self.glyphs = glyphs
        self._drawn: dict[int, Line] = {}
        self._drawn_width = 0
        self._ready: set[int] = set()
        """Lines that `redraw` has just made: the compositor need not make them again."""
        self._palette: Palette | None = None

    # --- what a subclass says ---------------------------------------------------------------------------

    @property
    def head_count(self) -> int:
        """How many lines stand still at the top."""
        return 0

    def head_line(self, y: int, width: int) -> Line:
        """One of the lines that stand still."""
        raise NotImplementedError

    def body_count(self) -> int:
        """How many lines scroll."""
        raise NotImplementedError

    def body_line(self, index: int, width: int) -> Line:
        """One of the lines that scroll."""
        raise NotImplementedError

    # --- scrolling: one offset, no scrollbars, no layout ------------------------------------------------

    @property
    def body_height(self) -> int:
        """How many body lines are seen at once."""
        return max(0, self.size.height - self.head_count)

    @property
    def top(self) -> int:
        """The first body line seen."""
        return round(self.scroll_y)

    @property
    def max_scroll_y(self) -> int:
        """As far as the body goes; Textual's own figure would need a layout for every new line."""
        return max(0, self.body_count() - self.body_height)

    @property
    def allow_vertical_scroll(self) -> bool:
        """True while there is more than fits."""
        return self.max_scroll_y > 0

    def scroll_to_line(self, top: int) -> None:
        """Show the body from this line on."""
        self.scroll_target_y = self.scroll_y = max(0, min(top, self.max_scroll_y))

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Paint only what differs; Textual would paint the whole pane."""
        if round(old_value) != round(new_value):
            self.redraw()

    def action_step(self, lines: int) -> None:
        """Move by lines."""
        self.scroll_to_line(self.top + lines)

    def action_page(self, pages: int) -> None:
        """Move by pages, one line of which stays in sight."""
        self.scroll_to_line(self.top + pages * max(1, self.body_height - 1))

    def action_edge(self, side: int) -> None:
        """Move to the beginning or the end."""
        self.scroll_to_line(0 if side < 0 else self.max_scroll_y)

    def _on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        self._wheel(event, WHEEL_LINES)

    def _on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        self._wheel(event, -WHEEL_LINES)

    def _wheel(self, event: events.MouseEvent, lines: int) -> None:
        event.stop()
        event.prevent_default()
        self.scroll_to_line(self.top + lines)

    # --- drawing ----------------------------------------------------------------------------------------

    @property
    def palette(self) -> Palette:
        """The styles of the active theme."""
        if self._palette is None:
            self._palette = palette_of(self.app.theme_variables)
        return self._palette

    def notify_style_update(self) -> None:
        """Forget the styles of the old theme."""
        super().notify_style_update()
        self._palette = None

    def on_mount(self) -> None:
        """Two themes may differ in nothing but our roles, which Textual would not notice."""
        self.app.theme_changed_signal.subscribe(self, lambda _theme: self._repaint())

    def _repaint(self) -> None:
        self._palette = None
        self.refresh()

    def on_resize(self) -> None:
        """Textual has painted the new size by now; what depends on the height may have moved since."""
        self.scroll_to_line(self.top)
        self.redraw()

    def _on_focus(self, event: events.Focus) -> None:
        """Paint the rule and the cursor; Textual's own handler paints the whole widget."""
        event.prevent_default()
        self.has_focus = True
        self.redraw()
        if self.parent is not None:
            self.parent.post_message(events.DescendantFocus(self))

    def _on_blur(self, event: events.Blur) -> None:
        """Paint the rule and the cursor; Textual's own handler paints the whole widget."""
        event.prevent_default()
        self.has_focus = False
        self.redraw()
        if self.parent is not None:
            self.parent.post_message(events.DescendantBlur(self))

    def redraw(self, lines: Iterable[int] | None = None) -> None:
        """Paint again exactly what differs from the last painting, in these lines of the screen or in all."""
        if not self.is_attached:
            return
        self.scroll_y = min(self.top, self.max_scroll_y)
        width, height = self.size
        self._ready.clear()
        if not self.display:
            # Regions that a hidden pane asks for are painted with its next change after it is shown.
            self._styles_cache.clear()
            return
        if width != self._drawn_width:
            self.refresh()
            return
        regions: list[Region] = []
        for y in range(height) if lines is None else lines:
            old = self._drawn.get(y)
            if old is None:
                continue  # not painted yet, so it will be
            new = self._line_at(y, width)
            self._drawn[y] = new
            if new != old:
                self._ready.add(y)
            regions += [Region(start, y, end - start, 1) for start, end in changed_spans(old, new, width)]
        if regions:
            self.refresh(*regions)

    def document_line(self, y: int, width: int) -> Line:
        """A line by its place in the whole document: the head, then the body."""
        if y < self.head_count:
            return self.head_line(y, width)
        index = y - self.head_count
        return self.body_line(index, width) if index < self.body_count() else Line()

    def _document_y(self, y: int) -> int:
        return y if y < self.head_count else y + self.top

    def _line_at(self, y: int, width: int) -> Line:
        runs, ground = self.document_line(self._document_y(y), width)
        glyphs = getattr(self.app, "glyphs", self.glyphs)
        return Line(fit(in_glyphs(runs, glyphs), width), ground)

    def render_line(self, y: int) -> Strip:
        """One line for the compositor."""
        width = self.size.width
        if y in self._ready and width == self._drawn_width:
            line = self._drawn[y]  # `redraw` made it a moment ago
        else:
            line = self._drawn[y] = self._line_at(y, width)
        self._ready.discard(y)
        self._drawn_width = width
        style = self.palette.style
        document_y = self._document_y(y)
        segments = [Segment(words, style(role, line.ground)) for words, role in line.runs]
        selection = self.text_selection
        if selection is not None and (span := selection.get_span(document_y)) is not None:
            segments = marked(segments, span, self.screen.get_component_rich_style("screen--selection"))
        return Strip(segments, width).apply_offsets(0, document_y)

    # --- selecting text ---------------------------------------------------------------------------------

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """The text under the mouse selection."""
        last = self.head_count + self.body_count() - 1
        start, end = selection.start or Offset(0, 0), selection.end
        end_y = last if end is None else min(end.y, last)
        end_y = min(end_y, start.y + COPY_LINES_AT_MOST)
        lines = [plain(self.document_line(y, self.size.width).runs) for y in range(start.y, end_y + 1)]
        if not lines:
            return None
        if end is not None and end.y == end_y:
            lines[-1] = lines[-1][: end.x]
        lines[0] = lines[0][start.x :]
        return "\n".join(line.rstrip() for line in lines), "\n"
