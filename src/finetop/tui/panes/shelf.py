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

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final, Generic

from textual.binding import Binding, BindingType
from textual.message import Message

from finetop import text
from finetop.tui.acts import key_to, keyed
from finetop.tui.panes.ordered import Item, Ordered
from finetop.tui.widgets.rule import Rule
from finetop.tui.widgets.runs import Line, Run
from finetop.tui.widgets.table import Column, Draw, Slot, arrange, head_runs, row_runs

MEASURED: Final = 500
"""Things whose values decide on widths."""


class Shelf(Ordered[Item], Generic[Item]):
    """One line for each thing, the cursor on a thing rather than on a place."""

    NAME: ClassVar[str]
    NUMBER: ClassVar[int]
    PLACE: ClassVar[str]
    EMPTY: ClassVar[str]
    COLUMNS: ClassVar[tuple[Column, ...]]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "mark", "Mark", show=False, id="list.mark", tooltip="Mark this one, or not"),
        Binding(
            "v", "mark_range", "Range", show=False, id="list.range", tooltip="Mark from the last mark to here"
        ),
        Binding(
            "V", "clear_marks", "Clear marks", show=False, id="list.clear_marks", tooltip="Clear all marks"
        ),
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
        self.sentence = ""
        """What stands in place of an empty list, where that is not `EMPTY`."""
        self._marks: set[Hashable] = set()
        self._marked_last: Hashable | None = None
        self._slots: list[Slot] = []
        self._slots_for: tuple[int, object] | None = None
        self._longest: Mapping[str, int] = {}

    # --- what a subclass says ---------------------------------------------------------------------------

    def cells_of(self, item: Item) -> Mapping[str, Draw]:
        """What stands in its columns."""
        raise NotImplementedError

    def longest_of(self, items: Sequence[Item]) -> Mapping[str, int]:
        """The cells of the widest value of each column."""
        raise NotImplementedError

    def facts(self) -> tuple[Run, ...]:
        """What stands in the rule before all else."""
        return ()

    def show(self, items: Sequence[Item], *, now: float) -> None:
        """Take the whole list; what is no more is not marked either."""
        if self._marks:
            self._marks &= {self.key_of(item) for item in items}
        super().show(items, now=now)

    # --- marks ------------------------------------------------------------------------------------------

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

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What has nothing to work on is not offered."""
        if action == "clear_marks" or (action == "show_all" and self._marks):
            return bool(self._marks)
        if action in {"mark", "mark_range"}:
            return bool(self._all)
        return super().check_action(action, parameters)

    def action_show_all(self) -> None:
        """First without the filter, then without the marks."""
        if self._filter:
            super().action_show_all()
        else:
            self.action_clear_marks()

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

    def measure(self) -> None:
        """What stands in the columns has changed, and so may their widths."""
        self._longest = self.longest_of(self._shown[:MEASURED])
        self._slots_for = None
        self.redraw()

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
