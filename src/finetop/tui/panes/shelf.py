"""A list of things with columns, a filter, an order and marks: what the files and the models have in common.

class FilesPane(Shelf[FileRow]):
    NAME, NUMBER, PLACE, EMPTY, COLUMNS, SORTS = ...
    def key_of(self, item): ...             what tells it from all others
    def words_of(self, item): ...           what a filter looks through
    def cells_of(self, item): ...           what stands in its columns
    def longest_of(self, items): ...        the widest value of each column

pane.show(items, now=...)                   the whole list, whenever it has changed
pane.chosen                                 those that are marked, else the one under the cursor
"""

from __future__ import annotations

import asyncio
from collections.abc import Hashable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Final, Generic, NamedTuple, TypeVar

from textual import work
from textual.binding import Binding, BindingType
from textual.message import Message

from finetop import text
from finetop.errors import BadQuery
from finetop.tui.acts import key_to, keyed
from finetop.tui.panes.wanted import Meets, arranged, wanted
from finetop.tui.screens.pick import Entry, Pick
from finetop.tui.widgets.cursor_view import CursorView
from finetop.tui.widgets.prompt import Prompt
from finetop.tui.widgets.rule import Rule
from finetop.tui.widgets.runs import Line, Run
from finetop.tui.widgets.table import Column, Draw, Slot, arrange, head_runs, row_runs

if TYPE_CHECKING:
    from collections.abc import Callable

    from finetop.tui.remembered import Part, State

Item = TypeVar("Item")

MOST_AT_ONCE: Final = 2_000
"""More are put in order beside the thread that draws."""
MEASURED: Final = 500
"""Things whose values decide on widths."""


class Sort(NamedTuple):
    """One way to put a list in order."""

    name: str
    """Of the column."""
    label: str
    order: Callable[[Any], Any]
    """The value things are compared by; None for one that has none."""
    largest_first: bool = False


class Shelf(CursorView, Generic[Item]):
    """One line for each thing, the cursor on a thing rather than on a place."""

    NAME: ClassVar[str]
    NUMBER: ClassVar[int]
    PLACE: ClassVar[str]
    EMPTY: ClassVar[str]
    COLUMNS: ClassVar[tuple[Column, ...]]
    SORTS: ClassVar[tuple[Sort, ...]]
    """The first is how the list begins."""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "slash", "filter", "Filter", key_display="/", id="list.filter", tooltip="Show only some of them"
        ),
        Binding("s", "sort", "Sort", id="list.sort", tooltip="Choose the order"),
        Binding("S", "reverse", "Reverse", show=False, id="list.reverse", tooltip="Turn the order round"),
        Binding("space", "mark", "Mark", show=False, id="list.mark", tooltip="Mark this one, or not"),
        Binding(
            "v", "mark_range", "Range", show=False, id="list.range", tooltip="Mark from the last mark to here"
        ),
        Binding(
            "V", "clear_marks", "Clear marks", show=False, id="list.clear_marks", tooltip="Clear all marks"
        ),
        Binding("escape", "show_all", "Show all", show=False, id="list.all", tooltip="Show all again"),
    ]

    @dataclass
    class Picked(Message):
        """A thing was chosen with enter or the mouse."""

        shelf: Shelf[Any]
        item: Any

    @dataclass
    class MarksChanged(Message):
        """More or fewer things are marked."""

    def __init__(self, *, glyphs: text.Glyphs = text.UNICODE, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(glyphs=glyphs, id=id)
        self.now = 0.0
        self.sentence = ""
        """What stands in place of an empty list, where that is not `EMPTY`."""
        self._all: Sequence[Item] = ()
        self._shown: Sequence[Item] = ()
        self._places: dict[Hashable, int] = {}
        self._marks: set[Hashable] = set()
        self._marked_last: Hashable | None = None
        self._filter = ""
        self._meets: Meets | None = None
        self._sort = self.SORTS[0]
        self._reverse = False
        self._awaited: Hashable | None = None
        self._slots: list[Slot] = []
        self._slots_for: tuple[int, object] | None = None
        self._longest: Mapping[str, int] = {}

    # --- what a subclass says ---------------------------------------------------------------------------

    def key_of(self, item: Item) -> Hashable:
        """What tells it from all others."""
        raise NotImplementedError

    def words_of(self, item: Item) -> str:
        """What a filter looks through."""
        raise NotImplementedError

    def cells_of(self, item: Item) -> Mapping[str, Draw]:
        """What stands in its columns."""
        raise NotImplementedError

    def longest_of(self, items: Sequence[Item]) -> Mapping[str, int]:
        """The cells of the widest value of each column."""
        raise NotImplementedError

    # --- values -----------------------------------------------------------------------------------------

    @property
    def items(self) -> Sequence[Item]:
        """Those that are shown, in order."""
        return self._shown

    @property
    def every(self) -> Sequence[Item]:
        """All of them, also where a filter hides them."""
        return self._all

    @property
    def current(self) -> Item | None:
        """The one under the cursor."""
        return self._shown[self.cursor] if self.cursor < len(self._shown) else None

    @property
    def marked(self) -> list[Item]:
        """Those that are marked, also where a filter hides them."""
        return [item for item in self._all if self.key_of(item) in self._marks] if self._marks else []

    @property
    def mark_count(self) -> int:
        """How many are marked."""
        return len(self._marks)

    @property
    def foot(self) -> str:
        """The name of the footer's order of keys."""
        return f"{self.id} marked" if self._marks else ""

    @property
    def chosen(self) -> list[Item]:
        """What an order is about: those that are marked, else the one under the cursor."""
        return self.marked or ([] if self.current is None else [self.current])

    def show(self, items: Sequence[Item], *, now: float) -> None:
        """Take the whole list; the cursor stays on its thing."""
        self.now = now
        self._all = items
        self._arrange()

    def tick(self, now: float) -> None:
        """Let the ages grow."""
        self.now = now
        self.redraw()

    def select(self, key: Hashable) -> bool:
        """Put the cursor on a thing; False where the list does not have it, though it may come."""
        place = self._places.get(key)
        if place is None:
            self._awaited = key
            return False
        self.move_to(place)
        return True

    def facts(self) -> tuple[Run, ...]:
        """What stands in the rule before all else."""
        return ()

    def state(self) -> State:
        """The filter and the order."""
        return {"filter": self._filter, "sort": self._sort.name, "reverse": self._reverse}

    def restore(self, state: Part) -> None:
        """Filter and order as they were."""
        self._reverse = state.flag("reverse")
        self._sort = next((sort for sort in self.SORTS if sort.name == state.text("sort")), self._sort)
        with suppress(BadQuery):
            self._meets = wanted(state.text("filter"))
            self._filter = state.text("filter")

    # --- order and filter -------------------------------------------------------------------------------

    def _arrange(self) -> None:
        if len(self._all) <= MOST_AT_ONCE:
            self._take(self._arranged())
        else:
            self._arrange_aside()

    def _arranged(self) -> list[Item]:
        return arranged(
            self._all,
            meets=self._meets,
            words=self.words_of,
            order=self._sort.order,
            reverse=self._sort.largest_first != self._reverse,
        )

    @work(exclusive=True, group="arrange", exit_on_error=False)
    async def _arrange_aside(self) -> None:
        self._take(await asyncio.to_thread(self._arranged))

    def _take(self, shown: Sequence[Item]) -> None:
        before, place = self.current, self.cursor
        self._shown = shown
        self._places = {self.key_of(item): at for at, item in enumerate(shown)}
        wanted_key = self._awaited if self._awaited is not None else before and self.key_of(before)
        if wanted_key in self._places:
            place, self._awaited = self._places[wanted_key], None
        self._cursor = max(0, min(place, len(shown) - 1))
        self.keep_cursor_in_sight()
        self.measure()
        self.refresh_bindings()

    def measure(self) -> None:
        """What stands in the columns has changed, and so may their widths."""
        self._longest = self.longest_of(self._shown[:MEASURED])
        self._slots_for = None
        self.redraw()

    async def action_filter(self) -> None:
        """Ask for words; the list follows while they are typed."""
        before = self._filter

        def changed(typed: str) -> None:
            try:
                self._meets = wanted(typed)
            except BadQuery as error:
                prompt.say(error.reason)
                return
            self._filter = typed.strip()
            self._arrange()

        prompt = await Prompt.ask(
            self.screen, "Filter", before, done=changed, changed=changed, left=lambda: changed(before)
        )

    def action_show_all(self) -> None:
        """Without a filter; the marks go with the next one."""
        if self._filter:
            self._filter, self._meets = "", None
            self._arrange()
        else:
            self.action_clear_marks()

    def action_sort(self) -> None:
        """Ask for the order."""
        ways = [Entry(sort.name, sort.label) for sort in self.SORTS]

        def take(name: str | None) -> None:
            for sort in self.SORTS:
                if sort.name == name:
                    self._sort, self._reverse = sort, False
                    self._arrange()

        self.app.push_screen(Pick("Sort by", ways, self._sort.name), take)

    def action_reverse(self) -> None:
        """The other way round."""
        self._reverse = not self._reverse
        self._arrange()

    # --- marks ------------------------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What has nothing to work on is not offered."""
        if action == "show_all":
            return bool(self._filter or self._marks)
        if action == "clear_marks":
            return bool(self._marks)
        if action in {"mark", "mark_range", "filter", "sort", "reverse"}:
            return bool(self._all)
        return super().check_action(action, parameters)

    def action_mark(self) -> None:
        """Mark the one under the cursor, or take its mark; then go on."""
        if self.current is not None:
            self._marked_last = self.key_of(self.current)
            self._marks ^= {self._marked_last}
            self.move_to(self.cursor + 1)
            self._marked()

    def action_mark_range(self) -> None:
        """Mark all from the one that was marked last, or from the first."""
        low, high = sorted((self._places.get(self._marked_last, 0), self.cursor))
        self._marks |= {self.key_of(item) for item in self._shown[low : high + 1]}
        if self.current is not None:
            self._marked_last = self.key_of(self.current)
        self._marked()

    def action_clear_marks(self) -> None:
        """No marks."""
        self._marks.clear()
        self._marked()

    def _marked(self) -> None:
        self.redraw()
        self.refresh_bindings()
        self.post_message(self.MarksChanged())

    def picked(self) -> None:
        """Tell the screen."""
        self.post_message(self.Picked(self, self.current))

    # --- lines ------------------------------------------------------------------------------------------

    def cursor_count(self) -> int:
        """The sentence has none."""
        return len(self._shown)

    def body_count(self) -> int:
        """One line for each thing; one for the sentence that stands in for them."""
        return len(self._shown) or 1

    @property
    def head_count(self) -> int:
        """The rule and the column heads."""
        return 2

    def head_line(self, y: int, width: int) -> Line:
        """The rule, then the column heads."""
        if y == 0:
            return self._rule().line(width, self.glyphs)
        if not self._shown:
            return Line()
        falls = self._sort.largest_first != self._reverse
        mark = self.glyphs.down if falls else self.glyphs.up
        return Line(tuple(head_runs(self._slots_at(width), sorted_by=self._sort.name, mark=mark)))

    def _rule(self) -> Rule:
        facts: list[Run] = [*self.facts()]
        if self._filter:
            facts.append((text.clean(self._filter), "accent"))
        if self._marks:
            facts.append((f"{len(self._marks)} marked", "text"))
        if self._shown:
            facts.append((f"{self.cursor + 1:,} of {len(self._shown):,}", "muted"))
        return Rule(self.NUMBER, self.NAME, facts=tuple(facts), focused=self.has_focus)

    def body_line(self, index: int, width: int) -> Line:
        """A thing, or the sentence."""
        if not self._shown:
            return Line(((" " * 3, "text"), (self._nothing(), "text")))
        item = self._shown[index]
        here = index == self.cursor
        gutter: list[Run] = [
            (self.glyphs.cursor if here and self.has_focus else " ", "accent"),
            ("+" if self.key_of(item) in self._marks else " ", "accent"),
            (" ", "text"),
        ]
        runs = row_runs(self._slots_at(width), self.cells_of(item), gutter)
        if here and self.has_focus:
            runs = [(words, "bright" if role == "text" else role) for words, role in runs]
        return Line(tuple(runs), ("cursor" if self.has_focus else "idle") if here else "")

    def _nothing(self) -> str:
        if self._filter and self._all:
            key = key_to(self, "list.all", "esc")
            return f"Nothing here matches {text.clean(self._filter)}. {key} shows all."
        return self.sentence or keyed(self, self.EMPTY)

    def _slots_at(self, width: int) -> list[Slot]:
        if self._slots_for is None or self._slots_for != (width, self._longest):
            self._slots = arrange(self.COLUMNS, width, self._longest)
            self._slots_for = (width, self._longest)
        return self._slots


def widest(values: Iterable[str]) -> int:
    """The cells of the widest of some words."""
    return max(map(text.cells, values), default=0)


def words_cell(words: str, role: str, glyphs: text.Glyphs, *, runs_on: bool = False) -> Draw:
    """A cell of words: a sentence loses its end, and may run on over empty cells behind it."""
    return lambda width, room: [(text.shorten_end(words, room if runs_on else width, glyphs.ellipsis), role)]


def name_cell(words: str, role: str, glyphs: text.Glyphs) -> Draw:
    """A cell of a name or an id, which loses its middle."""
    return lambda width, _room: [(text.shorten_middle(words, width, glyphs.ellipsis), role)]


def plain_cell(words: str, role: str) -> Draw:
    """A cell that always fits."""
    return lambda _width, _room: [(words, role)]
