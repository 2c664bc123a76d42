"""A widget of one line of runs, painted again only where it changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.segment import Segment
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from finetop.text import UNICODE, Glyphs
from finetop.tui.palette import palette_of
from finetop.tui.widgets.marked import marked
from finetop.tui.widgets.runs import Line, Run, changed_spans, fit, in_glyphs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.selection import Selection
    from textual.theme import Theme


class OneLine(Widget):
    """Subclasses give the runs for a width; `redraw` paints what differs."""

    GROUND: ClassVar[str] = "bar"

    def __init__(self, *, glyphs: Glyphs = UNICODE, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self.glyphs = glyphs
        self._drawn: Line | None = None

    def line_runs(self, width: int) -> Sequence[Run]:
        """What the line says in so many cells."""
        raise NotImplementedError

    def _line(self) -> Line:
        width = self.size.width
        glyphs = getattr(self.app, "glyphs", self.glyphs)
        return Line(fit(in_glyphs(tuple(self.line_runs(width)), glyphs), width), self.GROUND)

    def redraw(self) -> None:
        """Paint again exactly what differs from the last painting."""
        if not self.is_attached or self._drawn is None:
            return
        new = self._line()
        spans = changed_spans(self._drawn, new, self.size.width)
        self._drawn = new
        if spans:
            self.refresh(*(Region(start, 0, end - start, 1) for start, end in spans))

    def on_mount(self) -> None:
        """Two themes may differ in nothing but our roles, which Textual would not notice."""
        self.app.theme_changed_signal.subscribe(self, self._theme_changed)

    def _theme_changed(self, _theme: Theme) -> None:
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """The line for the compositor."""
        if y:
            return Strip.blank(
                self.size.width, palette_of(self.app.theme_variables).style("text", self.GROUND)
            )
        self._drawn = line = self._line()
        style = palette_of(self.app.theme_variables).style
        segments = [Segment(words, style(role, line.ground)) for words, role in line.runs]
        if self.text_selection is not None and (span := self.text_selection.get_span(0)) is not None:
            mark = self.screen.get_component_rich_style("screen--selection")
            segments = marked(segments, span, mark)
        return Strip(segments, self.size.width).apply_offsets(0, 0)

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """The text under the mouse selection."""
        return selection.extract("".join(words for words, _ in self._line().runs).rstrip()), "\n"
