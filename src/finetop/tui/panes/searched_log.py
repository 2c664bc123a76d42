"""What is looked for in a log: words, only some lines, a level, the next problem; all of it in the store.

While a long log is looked through, in a thread, what is known of its end is shown.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, ClassVar, Final

from textual.binding import Binding, BindingType

from finetop import text
from finetop.errors import BadQuery
from finetop.query.needle import NO_NEEDLE, Needle, read_needle
from finetop.store.log import LogQuery
from finetop.tui.acts import Act
from finetop.tui.messages import Said
from finetop.tui.panes.log_reading import Reading
from finetop.tui.panes.log_view import LogView
from finetop.tui.widgets.prompt import Prompt

if TYPE_CHECKING:
    from collections.abc import Callable

    from finetop.store.log import Found, Spot
    from finetop.tui.widgets.runs import Run

LEVELS: Final = ("", "warn", "error")
LEVEL_WORDS: Final = {"": "", "warn": "warnings", "error": "errors"}
_LONGEST_WORDS: Final = 18
"""Of what is filtered by, in the rule."""


class SearchedLog(LogView):
    """A log of which some lines are wanted."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "find", "Find", key_display="/", id="text.find", tooltip="Find words here"),
        Binding("n", "find_next(1)", "Match", id="text.next", tooltip="To the next match"),
        Binding("N", "find_next(-1)", "Match", id="text.previous", tooltip="To the match before"),
        Binding(
            "ampersand",
            "filter",
            "Filter",
            key_display="&",
            id="text.filter",
            tooltip="Show only lines with some words; ! before them shows the others",
        ),
        Binding(
            "L", "level", "Level", id="events.level", tooltip="All events, warnings and errors, or errors"
        ),
        Binding(
            "left_square_bracket",
            "problem(-1)",
            "Problem",
            key_display="[",
            id="events.previous",
            tooltip="To the warning, error or moderation check before",
        ),
        Binding(
            "right_square_bracket",
            "problem(1)",
            "Problem",
            key_display="]",
            id="events.next",
            tooltip="To the next warning, error or moderation check",
        ),
        Binding(
            "escape",
            "clear",
            "Clear",
            show=False,
            id="text.clear",
            tooltip="Take back what was looked for, then the filter, then the merging",
        ),
    ]

    ACTIONS: ClassVar[tuple[Act, ...]] = (
        Act("events.clear_view", "Clear the log: show only what comes from now on", "clear_view"),
    )

    def __init__(self, *, glyphs: text.Glyphs = text.UNICODE, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(glyphs=glyphs, id=id)
        self.level = ""
        self.filter = NO_NEEDLE
        self.needle = NO_NEEDLE
        self.cleared = 0
        """Lines up to this number are out of sight."""
        self._matches: Reading | None = None
        self._from: Spot | None = None
        """Where looking for words began."""
        self._when_found: Callable[[], None] | None = None

    # --- what is wanted ---------------------------------------------------------------------------------

    @property
    def wanted(self) -> LogQuery | None:
        """The lines that are shown."""
        if self.source is None:
            return None
        return LogQuery(self.source.jobs, (self.filter,) if self.filter else (), self.level, self.cleared)

    def read_anew(self) -> None:
        """Read what is wanted by now."""
        self.read(self.wanted)
        self._find(self.needle)

    def pull(self) -> None:
        """Take in what is new, matches too."""
        if self._matches is not None and self._matches.news():
            self._complete_matches()
        super().pull()

    def search_facts(self) -> list[Run]:
        """What is wanted, and how much was found."""
        words = text.shorten_end(text.clean(self.filter.text), _LONGEST_WORDS, self.glyphs.ellipsis)
        return [
            (LEVEL_WORDS[self.level], "text"),
            (f"& {words}" if words else "", "text"),
            self._found_fact(),
        ]

    def _found_fact(self) -> Run:
        matches = self._matches
        if matches is None:
            return "", "text"
        if not len(matches):
            return ("no match", "warn") if matches.is_whole else ("looking", "faint")
        place = matches.place(self.spot) if self.spot is not None else len(matches)
        told = matches.told(place)
        many = text.count(len(matches)) + ("" if matches.is_whole else "+")
        if told is None or told.line.spot != self.spot:
            return f"{many} found", "accent"
        return f"{text.count(place + 1)} of {many}", "accent"

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keys that mean nothing now are left to the screen."""
        if action == "find_next":
            return bool(self.needle)
        if action == "clear":
            return bool(self.needle or self.filter or self.cleared or self.spot is not None)
        return super().check_action(action, parameters)

    def action_clear(self) -> None:
        """One step back."""
        self.spot = None
        if self.needle:
            self._find(NO_NEEDLE)
        elif self.filter:
            self.filter = NO_NEEDLE
            self.read_anew()
        elif self.cleared:
            self.cleared = 0
            self.read_anew()
        self.redraw()
        self.refresh_bindings()

    def action_clear_view(self) -> None:
        """Have what there is out of sight, to see what comes."""
        if self.reading is not None:
            self.cleared = max(self.cleared, self.reading.last)
            self.to_end()
            self.read_anew()
            self.refresh_bindings()

    def action_level(self) -> None:
        """Fewer levels, then all again."""
        self.level = LEVELS[(LEVELS.index(self.level) + 1) % len(LEVELS)]
        self.read_anew()

    def action_problem(self, step: int) -> None:
        """Go to the next warning, error or moderation check."""
        query, origin = self.wanted, self.origin(step)
        found = None
        if self.source is not None and query is not None and origin is not None:
            found = self.source.log.problem(query, origin, step)
        if found is None:
            where = "" if not self.count else " after this" if step > 0 else " before this"
            self.post_message(Said(f"There is no warning, error or moderation check{where}."))
        else:
            self.reveal(found)
            self.refresh_bindings()

    # --- filter -----------------------------------------------------------------------------------------

    async def action_filter(self) -> None:
        """Ask which lines are wanted, and show them while it is typed."""
        old, place, held = self.filter, self.place, self.is_held

        def changed(line: str) -> None:
            needle = _understood(line, prompt)
            if needle is not None and needle != self.filter:
                self.filter = needle
                self.read_anew()

        def left() -> None:
            if self.filter != old:
                self.filter = old
                self.read_anew()
                self.come_back(place, is_held=held)

        prompt = await Prompt.ask(
            self.screen, "Only lines with", old.text, done=changed, changed=changed, left=left
        )

    # --- find -------------------------------------------------------------------------------------------

    async def action_find(self) -> None:
        """Ask for words, and show the nearest match while they are typed."""
        old, spot, place, held = self.needle, self.spot, self.place, self.is_held
        self._from = self.edge(-1)

        def changed(line: str) -> None:
            needle = _understood(line, prompt)
            if needle is None:
                return
            self.spot = spot
            self.come_back(place, is_held=held)
            if needle != self.needle:
                self._find(needle)
            self._go_to_match(0)
            if needle and self._matches is not None and self._matches.is_whole and not len(self._matches):
                prompt.say("no match")

        def left() -> None:
            self._find(old)
            self.spot = spot
            self.come_back(place, is_held=held)

        prompt = await Prompt.ask(self.screen, "Find", done=changed, changed=changed, left=left)

    def action_find_next(self, step: int) -> None:
        """The next match or the one before, round and round."""
        if self._matches is not None and self._matches.is_whole and not len(self._matches):
            self.post_message(Said(f"{self.needle.text} does not stand here."))
        self._go_to_match(step)

    def _find(self, needle: Needle) -> None:
        """Look for something, and mark it."""
        self.needle = needle
        query, matches = self.wanted, None
        if needle and query is not None and self.source is not None:
            matches = Reading(self.source.log, query._replace(needles=(*query.needles, needle)))
        self._matches, self._when_found = matches, None
        self.look = replace(self.look, needle=needle)
        self._complete_matches()
        self.refresh_bindings()
        self.redraw()

    def _complete_matches(self) -> None:
        if (matches := self._matches) is not None:
            self.fetch(matches, lambda: self._matches is matches, self._take_matches, group="find")

    def _take_matches(self, found: Found) -> None:
        if self._matches is not None:
            self._matches.take(found)
            waiting, self._when_found = self._when_found, None
            if waiting is not None:
                waiting()
            self.redraw()

    def _go_to_match(self, step: int) -> None:
        """To the next match or the one before; 0 for the last one in sight or above, else the first."""
        matches = self._matches
        self._when_found = None
        origin = self.origin(step) if step else self._from
        if matches is None or origin is None:
            self.redraw()
            return
        if not matches.is_whole and step <= 0 and matches.place(origin) == 0:
            self._when_found = partial(self._go_to_match, step)
            return
        found = matches.near(origin, step)
        if found is not None:
            self.reveal(found)
        self.refresh_bindings()


def _understood(line: str, prompt: Prompt) -> Needle | None:
    """What a line looks for; None while it makes no sense, which is said beside it."""
    try:
        return read_needle(line)
    except BadQuery as error:
        prompt.say(error.reason)
        return None
