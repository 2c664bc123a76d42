"""The records of a file, one a line, in however large a file: moved through, and searched in a thread.

RecordsPane(glyphs=UNICODE)
pane.say("Fetching train.jsonl from openai.")      before there is anything to show
pane.show(records)                                 the file is here
pane.measured()                                    how long it is is known now
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.binding import Binding, BindingType
from textual.message import Message

from finetop import text
from finetop.tui.messages import Said
from finetop.tui.screens.ruled import Head
from finetop.tui.widgets.cursor_view import CursorView
from finetop.tui.widgets.finding import pattern_of, with_marks
from finetop.tui.widgets.prompt import Prompt
from finetop.tui.widgets.runs import Line, Run, plain

if TYPE_CHECKING:
    from finetop.tui.panes.record_kinds import Records


class RecordsPane(CursorView):
    """A list whose lines are read when they are seen."""

    PLACE: ClassVar[str] = "a file"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "find", "Find", key_display="/", id="text.find", tooltip="Find words here"),
        Binding("n", "find_next(1)", "Match", id="text.next", tooltip="To the next match"),
        Binding("N", "find_next(-1)", "Match", id="text.previous", tooltip="To the match before"),
        Binding("h,left", "sideways(-1)", "Left", show=False, id="text.left", tooltip="To the left"),
        Binding("l,right", "sideways(1)", "Right", show=False, id="text.right", tooltip="To the right"),
        Binding(
            "escape",
            "find_no_more",
            "Unmark",
            show=False,
            id="text.clear",
            tooltip="Look for these words no more",
        ),
    ]

    @dataclass
    class Highlighted(Message):
        """The cursor is on another record, or the words looked for are others."""

        number: int
        needle: str

        def can_replace(self, message: Message) -> bool:
            """Only the last one counts to who shows it."""
            return isinstance(message, RecordsPane.Highlighted)

    class Picked(Message):
        """A record was chosen, to be seen whole."""

    def __init__(self, *, glyphs: text.Glyphs = text.UNICODE, id: str | None = "records") -> None:  # noqa: A002 - Textual's name
        super().__init__(glyphs=glyphs, id=id)
        self.records: Records | None = None
        self.needle = ""
        self._sentence = ""
        self._role = "text"
        self._shift = 0
        self._asked = 0

    def say(self, sentence: str, role: str = "text") -> None:
        """What stands in place of the records."""
        self._sentence, self._role = text.clean(sentence), role
        self.redraw()

    def show(self, records: Records) -> None:
        """The file is here."""
        self.records = records
        self.say(f"There are no {records.noun} in this file.")
        self.cursor_moved(0)

    def measured(self) -> None:
        """How many there are is known, and with it whether there is one under the cursor."""
        self.cursor_moved(self.cursor)
        self.redraw()
        self.refresh_bindings()

    # --- the cursor -------------------------------------------------------------------------------------

    def cursor_count(self) -> int:
        """The sentence has none."""
        return self.records.count if self.records is not None else 0

    def cursor_moved(self, before: int) -> None:  # noqa: ARG002 - where it is counts
        """Show that one whole."""
        self.post_message(self.Highlighted(self.cursor, self.needle))

    def picked(self) -> None:
        """Go into it."""
        self.post_message(self.Picked())

    def action_sideways(self, step: int) -> None:
        """Show what the right edge cuts."""
        if self.records is not None:
            self._shift = max(0, min(self._shift + step, self.records.shifts(self.size.width - 2)))
            self.redraw()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What has nothing to work on is not offered."""
        match action:
            case "find_next" | "find_no_more":
                return bool(self.needle)
            case "find":
                return bool(self.cursor_count())
            case "sideways":
                return self.records is not None and bool(self.records.shifts(self.size.width - 2))
        return super().check_action(action, parameters)

    # --- finding ----------------------------------------------------------------------------------------

    async def action_find(self) -> None:
        """Ask for words; the first record that holds them is shown while they are typed."""
        needle, place = self.needle, self.cursor

        def left() -> None:
            self._look_for(needle)
            self.move_to(place)

        def changed(words: str) -> None:
            prompt.say("")
            self._look_for(words)
            self._seek(place, 1, prompt, at_once=True)

        prompt = await Prompt.ask(self.screen, "Find", done=self._done, changed=changed, left=left)

    def _done(self, words: str) -> None:
        self._look_for(words)

    def action_find_next(self, step: int) -> None:
        """The next record that holds the words, round and round."""
        self._seek(self.cursor, step, None)

    def action_find_no_more(self) -> None:
        """Unmark everything."""
        self._look_for("")

    def _look_for(self, words: str) -> None:
        self.needle = words.strip()
        self._asked += 1  # whoever still looks for the old words stops
        self.redraw()
        self.refresh_bindings()
        self.cursor_moved(self.cursor)

    @work(exclusive=True, group="find", exit_on_error=False)
    async def _seek(self, place: int, step: int, prompt: Prompt | None, *, at_once: bool = False) -> None:
        """Look through the file in a thread; a record that holds the words already does while one types."""
        records, needle = self.records, self.needle
        if records is None or not needle:
            return
        self._asked += 1
        asked = self._asked
        found = await asyncio.to_thread(
            records.search,
            needle,
            place,
            backward=step < 0,
            at_once=at_once,
            stop=lambda: asked != self._asked,
        )
        if asked != self._asked:
            return
        if found is not None:
            self.move_to(found)
        elif prompt is not None and prompt.is_open:
            prompt.say("no match")
        else:
            self.post_message(Said(f"{needle} does not stand in this file."))

    # --- lines ------------------------------------------------------------------------------------------

    @property
    def head_count(self) -> int:
        """The rule, and the heads of the columns."""
        return 1 if self._head(80) is None else 2

    def _head(self, width: int) -> Line | None:
        return None if self.records is None else self.records.head(width, self._shift)

    def head_line(self, y: int, width: int) -> Line:
        """The rule, then the heads."""
        if y:
            head = self._head(width - 2) or Line()
            return Line((("  ", "faint"), *head.runs))
        records = self.records
        name = "Reading" if records is None else records.noun.capitalize()
        return Head(name, note=self._note(), fact=(self._fact(), "muted"), here=self.has_focus).line(
            width, self.glyphs
        )

    def _note(self) -> str:
        if self.needle:
            return f"looking for {text.clean(self.needle)}"
        return "" if self.records is None else self.records.note

    def _fact(self) -> str:
        records = self.records
        if records is None or not records.count:
            return ""
        more = "" if records.is_counted else " or more"
        return f"{self.cursor + 1:,} of {records.count:,}{more}"

    def body_count(self) -> int:
        """One line for each record; one for the sentence that stands in for them."""
        return self.cursor_count() or 1

    def body_line(self, index: int, width: int) -> Line:
        """A record, or the sentence."""
        records = self.records
        if records is None or not records.count:
            return Line((("  ", "text"), (self._sentence, self._role)))
        here = index == self.cursor
        bar: Run = (f"{self.glyphs.cursor if here and self.has_focus else ' '} ", "accent")
        runs = (bar, *records.row(index, width - 2, self._shift, self.glyphs))
        if self.needle:
            found = pattern_of(self.needle).finditer(plain(runs))
            runs = with_marks(runs, [(match.start(), match.end(), "match") for match in found])
        return Line(runs, ("cursor" if self.has_focus else "idle") if here else "")
