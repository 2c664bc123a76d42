"""Finding words in the lines of a view: `/` asks for them, `n` and `N` go from match to match.

    class Reader(Finding, LineView): ...
    reader.find_fact()          "3 of 17" for the rule, while something is looked for
    reader.find_again()         after the lines have changed

All lines are looked through, so they must be in memory. A line that goes on with what the line before
began says so in `line_text`: what was wrapped is found as if it were not.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, ClassVar, Final, NamedTuple

from textual.binding import Binding, BindingType

from finetop.tui.messages import Said
from finetop.tui.widgets.cursor_view import CursorView
from finetop.tui.widgets.lines import LineView
from finetop.tui.widgets.prompt import Prompt
from finetop.tui.widgets.runs import Line, Run, plain

if TYPE_CHECKING:
    from finetop.tui.widgets.prompt import Heard

MOST: Final = 10_000
"""Matches that are told apart: one letter stands in a long answer a million times."""


class LineText(NamedTuple):
    """A line as it is looked through."""

    words: str
    """As it is drawn, from its left edge on."""
    begins: int = 0
    """Where its text begins; only where it goes on from the line before."""
    glue: str | None = None
    """What stood between it and the line before, where it goes on; None where it begins anew."""


class Span(NamedTuple):
    """Characters of one line."""

    line: int
    start: int
    end: int


Match = tuple[Span, ...]
"""One place where the words stand; more than one span where it was wrapped."""


def pattern_of(needle: str) -> re.Pattern[str]:
    """What a person means by some words: a capital among them says that case counts."""
    return re.compile(re.escape(needle), 0 if needle != needle.lower() else re.IGNORECASE)


def matches_in(lines: Iterable[LineText], pattern: re.Pattern[str]) -> list[Match]:
    """The places where the pattern stands, from top to bottom; `MOST` of them at most."""
    pieces: list[str] = []
    starts: list[int] = []
    begins: list[int] = []
    at = 0
    for line in lines:
        glue, text = ("\n", line.words) if line.glue is None else (line.glue, line.words[line.begins :])
        pieces += (glue, text)
        starts.append(at + len(glue))
        begins.append(0 if line.glue is None else line.begins)
        at += len(glue) + len(text)
    found = islice(pattern.finditer("".join(pieces)), MOST)
    return [_spans(match.start(), match.end(), starts, begins, pieces) for match in found]


def _spans(
    start: int, end: int, starts: Sequence[int], begins: Sequence[int], pieces: Sequence[str]
) -> Match:
    """The characters from `start` to `end` of the joined text, line by line."""
    spans: list[Span] = []
    for line in range(max(0, bisect_right(starts, start) - 1), len(starts)):
        if starts[line] >= end:
            break
        shift = begins[line] - starts[line]
        stop = min(end, starts[line] + len(pieces[2 * line + 1]))
        if stop > max(start, starts[line]):
            spans.append(Span(line, max(start, starts[line]) + shift, stop + shift))
    return tuple(spans)


def with_marks(runs: Sequence[Run], marks: Sequence[tuple[int, int, str]]) -> tuple[Run, ...]:
    """The runs with characters from-to in another role; the marks are in order and apart."""
    drawn: list[Run] = []
    at = 0
    for words, role in runs:
        end, here = at + len(words), at
        for start, stop, look in marks:
            if stop <= here or start >= end:
                continue
            drawn += [
                (words[here - at : max(here, start) - at], role),
                (words[max(here, start) - at : min(stop, end) - at], look),
            ]
            here = min(stop, end)
        drawn.append((words[here - at :], role))
        at = end
    return tuple(run for run in drawn if run[0])


class Finding(LineView):
    """A line view whose words can be looked for; put it before the view it belongs to."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "find", "Find", key_display="/", id="text.find", tooltip="Find words here"),
        Binding("n", "find_next(1)", "Match", id="text.next", tooltip="To the next match"),
        Binding("N", "find_next(-1)", "Match", id="text.previous", tooltip="To the match before"),
        Binding(
            "escape",
            "find_no_more",
            "Unmark",
            show=False,
            id="text.clear",
            tooltip="Look for these words no more",
        ),
    ]

    needle = ""
    """The words looked for; empty where there are none."""
    _matches: Sequence[Match] = ()
    _at = 0
    _spans_of: Mapping[int, Sequence[tuple[int, int, int]]] = {}
    """By lines: from, to, and which match it belongs to."""

    # --- what a subclass may say ------------------------------------------------------------------------

    def line_text(self, index: int) -> LineText:
        """A line of the body as it is looked through."""
        return LineText(plain(self.body_line(index, self.size.width).runs))

    def before_finding(self) -> None:
        """The words looked for have changed: what was folded may have to be opened."""

    # --- the matches ------------------------------------------------------------------------------------

    def find(self, needle: str, *, after: int = 0) -> bool:
        """Mark these words, and go to the first from a line on; False where there are none."""
        self.needle = needle
        self.before_finding()
        self._look()
        self._at = next((at for at, match in enumerate(self._matches) if match[0].line >= after), 0)
        self.refresh_bindings()
        self._go()
        return bool(self._matches)

    def find_again(self) -> None:
        """The lines have changed: the matches are others, the one last gone to stays as near as can be."""
        if not self.needle:
            return
        here = self._matches[self._at][0] if self._matches else Span(0, 0, 0)
        self._look()
        last = len(self._matches) - 1
        self._at = next((at for at, match in enumerate(self._matches) if match[0] >= here), max(0, last))

    def find_fact(self) -> tuple[Run, ...]:
        """How many there are, and which of them this is."""
        if not self.needle:
            return ()
        if not self._matches:
            return (("no match", "warn"),)
        more = " or more" if len(self._matches) == MOST else ""
        return ((f"{self._at + 1:,} of {len(self._matches):,}{more}", "accent"),)

    def _look(self) -> None:
        lines = map(self.line_text, range(self.body_count() if self.needle else 0))
        self._matches = matches_in(lines, pattern_of(self.needle)) if self.needle else ()
        spans: dict[int, list[tuple[int, int, int]]] = {}
        for number, match in enumerate(self._matches):
            for span in match:
                spans.setdefault(span.line, []).append((span.start, span.end, number))
        self._spans_of = spans

    def _go(self) -> None:
        """Bring the match into sight, and the cursor to it; the last line may lie under the prompt."""
        if self._matches:
            line = self._matches[self._at][0].line
            if not self.top <= line < self.top + self.body_height - 1:
                self.scroll_to_line(line - self.body_height // 3)
            if isinstance(self, CursorView):
                self.move_to(line)
        self.redraw()

    # --- keys -------------------------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Where nothing is looked for, there is no next match."""
        if action in {"find_next", "find_no_more"}:
            return bool(self.needle)
        return super().check_action(action, parameters)

    async def action_find(self) -> None:
        """Ask for words, and show the first match while they are typed."""
        needle, top = self.needle, self.top
        place = self.cursor if isinstance(self, CursorView) else top

        def left() -> None:
            self.find(needle, after=place)
            self.scroll_to_line(top)
            if isinstance(self, CursorView):
                self.move_to(place)

        def changed(words: str) -> None:
            if not self.find(words, after=place) and words:
                prompt.say("no match")

        done: Heard = changed
        prompt = await Prompt.ask(self.screen, "Find", done=done, changed=changed, left=left)

    def action_find_next(self, step: int) -> None:
        """The next match or the one before, round and round."""
        if self._matches:
            self._at = (self._at + step) % len(self._matches)
            self._go()
        else:
            self.post_message(Said(f"{self.needle} does not stand here."))

    def action_find_no_more(self) -> None:
        """Unmark everything."""
        self.find("")

    # --- drawing ----------------------------------------------------------------------------------------

    def document_line(self, y: int, width: int) -> Line:
        """A line with its matches marked."""
        line = super().document_line(y, width)
        spans = self._spans_of.get(y - self.head_count)
        if not spans:
            return line
        marks = [(start, end, "here" if number == self._at else "match") for start, end, number in spans]
        return Line(with_marks(line.runs, marks), line.ground)

    def on_resize(self) -> None:
        """Other lines, other places."""
        super().on_resize()
        self.find_again()
        self.redraw()
