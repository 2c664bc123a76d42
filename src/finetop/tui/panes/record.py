"""One record of a file, whole: a conversation, the cells of a row, or a line however long.

RecordPane(glyphs=UNICODE)
pane.show(records, 16, needle="refund")
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType

from finetop import text
from finetop.tui.panes.record_lines import RecordLine, words_of
from finetop.tui.screens.ruled import Head
from finetop.tui.widgets.finding import Finding, LineText
from finetop.tui.widgets.lines import LineView
from finetop.tui.widgets.runs import Line, plain

if TYPE_CHECKING:
    from finetop.tui.panes.record_kinds import Records


class RecordPane(Finding, LineView):
    """Laid out for its width when that, or the record, is another one."""

    PLACE: ClassVar[str] = "a record"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "left_square_bracket,h,left",
            "screen.record(-1)",
            "Next",
            key_display="[",
            id="record.previous",
            tooltip="The record before",
        ),
        Binding(
            "right_square_bracket,l,right",
            "screen.record(1)",
            "Next",
            key_display="]",
            id="record.next",
            tooltip="The next record",
        ),
    ]

    def __init__(self, *, glyphs: text.Glyphs = text.UNICODE, id: str | None = "record") -> None:  # noqa: A002 - Textual's name
        super().__init__(glyphs=glyphs, id=id)
        self._records: Records | None = None
        self._number = 0
        self._lines: list[RecordLine] = []
        self._lines_for: tuple[int, int] | None = None
        self._given = ""
        """What is looked for in the whole file."""

    def show(self, records: Records, number: int, needle: str = "") -> None:
        """Show a record from its beginning, or from where the words stand."""
        if (records, number) != (self._records, self._number):
            self._records, self._number = records, number
            self._lines_for = None
            self.scroll_to_line(0)
        self._given = needle
        self.find(needle)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What is looked for in the whole file is forgotten there."""
        if action == "find_no_more" and self.needle == self._given:
            return False
        return super().check_action(action, parameters)

    @property
    def words(self) -> str:
        """What is shown, as text."""
        return words_of(self._laid_out())

    def _laid_out(self) -> list[RecordLine]:
        records, wanted = self._records, (self._number, self.size.width)
        if records is None or self._number >= records.count:
            return []  # not yet: a first line without end is known once the file was measured
        if self._lines_for != wanted:
            self._lines = records.whole(*wanted)
            self._lines_for = wanted
        return self._lines

    @property
    def head_count(self) -> int:
        """The rule."""
        return 1

    def head_line(self, y: int, width: int) -> Line:  # noqa: ARG002 - there is one
        """Which it is, and how much of it is seen."""
        records = self._records
        known = records is not None and self._number < records.count
        title = records.title(self._number) if records is not None and known else "Record"
        found = plain(self.find_fact())
        lines = len(self._laid_out())
        last = min(lines, self.top + self.body_height)
        place = f"to line {last} of {lines}" if lines > self.body_height else ""
        fact = "   ".join(filter(None, (found, place)))
        return Head(title, fact=(fact, "muted"), here=self.has_focus).line(width, self.glyphs)

    def body_count(self) -> int:
        """As many as it takes."""
        return len(self._laid_out())

    def body_line(self, index: int, width: int) -> Line:  # noqa: ARG002 - they are laid out for it
        """One of them."""
        lines = self._laid_out()
        return Line(lines[index].runs) if index < len(lines) else Line()

    def line_text(self, index: int) -> LineText:
        """What was wrapped is found as if it were not."""
        line = self._laid_out()[index]
        return LineText(plain(line.runs), line.begins, line.glue)
