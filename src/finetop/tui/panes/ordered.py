"""A list of things that is filtered and put in order; the cursor stays on its thing."""

from __future__ import annotations

import asyncio
from collections.abc import Hashable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, ClassVar, Final, Generic, NamedTuple, TypeVar

from textual import work
from textual.binding import Binding, BindingType

from finetop import text
from finetop.errors import BadQuery
from finetop.tui.panes.wanted import Meets, arranged, wanted
from finetop.tui.screens.pick import Entry, Pick
from finetop.tui.widgets.cursor_view import CursorView
from finetop.tui.widgets.prompt import Prompt

if TYPE_CHECKING:
    from collections.abc import Callable

    from finetop.tui.remembered import Part, State

Item = TypeVar("Item")

MOST_AT_ONCE: Final = 2_000
"""More are put in order beside the thread that draws."""


class Sort(NamedTuple):
    """One way to put a list in order."""

    name: str
    """Of the column."""
    label: str
    order: Callable[[Any], Any]
    """The value things are compared by; None for one that has none."""
    largest_first: bool = False


class Ordered(CursorView, Generic[Item]):
    """What is shown of a list, and in which order."""

    SORTS: ClassVar[tuple[Sort, ...]]
    """The first is how the list begins."""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "slash", "filter", "Filter", key_display="/", id="list.filter", tooltip="Show only some of them"
        ),
        Binding("s", "sort", "Sort", id="list.sort", tooltip="Choose the order"),
        Binding("S", "reverse", "Reverse", show=False, id="list.reverse", tooltip="Turn the order round"),
        Binding("escape", "show_all", "Show all", show=False, id="list.all", tooltip="Show all again"),
    ]

    def __init__(self, *, glyphs: text.Glyphs = text.UNICODE, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(glyphs=glyphs, id=id)
        self.now = 0.0
        self._all: Sequence[Item] = ()
        self._shown: Sequence[Item] = ()
        self._places: dict[Hashable, int] = {}
        self._filter = ""
        self._meets: Meets | None = None
        self._sort = self.SORTS[0]
        self._reverse = False
        self._awaited: Hashable | None = None

    # --- what a subclass says ---------------------------------------------------------------------------

    def key_of(self, item: Item) -> Hashable:
        """What tells it from all others."""
        raise NotImplementedError

    def words_of(self, item: Item) -> str:
        """What a filter looks through."""
        raise NotImplementedError

    def measure(self) -> None:
        """What is shown has changed: paint it."""
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

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What has nothing to work on is not offered."""
        if action == "show_all":
            return bool(self._filter)
        if action in {"filter", "sort", "reverse"}:
            return bool(self._all)
        return super().check_action(action, parameters)

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
        """Without a filter."""
        self._filter, self._meets = "", None
        self._arrange()

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
