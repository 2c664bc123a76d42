"""The log of actions: what was asked of which provider, and the answer, newest first."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType

from finetop import text
from finetop.tui.handoff import Copy
from finetop.tui.panes import action_cells
from finetop.tui.panes.ordered import Sort
from finetop.tui.panes.shelf import Shelf

if TYPE_CHECKING:
    from finetop.store import Asked
    from finetop.tui.widgets.table import Column, Draw


class ActionsPane(Shelf["Asked"]):
    """Orders of all processes; with `a` also what this one has only asked."""

    NAME = "Actions"
    NUMBER = 0
    PLACE = "the log of actions"
    EMPTY = "Nothing was ordered yet. {actions.questions|a} shows what was only asked."
    COLUMNS: ClassVar[tuple[Column, ...]] = action_cells.COLUMNS
    SORTS: ClassVar[tuple[Sort, ...]] = (
        Sort("when", "Newest first", lambda one: one.exchange.at, largest_first=True),
        Sort("took", "Longest first", lambda one: one.exchange.took_s, largest_first=True),
        Sort("answer", "Answer", lambda one: one.exchange.status),
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "questions", "Questions", id="actions.questions", tooltip="Show questions too, or not"),
    ]

    def __init__(
        self,
        profile_of: Callable[[int], str],
        name_of: Callable[[int, str], str],
        *,
        glyphs: text.Glyphs = text.UNICODE,
        id: str | None = "actions",  # noqa: A002 - Textual's name
    ) -> None:
        """`profile_of` names an account, `name_of` a job of one."""
        super().__init__(glyphs=glyphs, id=id)
        self.profile_of = profile_of
        self.name_of = name_of
        self.with_questions = False

    def key_of(self, item: Asked) -> Hashable:
        """Two requests of one moment differ in something else."""
        return item

    def words_of(self, item: Asked) -> str:
        """All that is told of it."""
        exchange = item.exchange
        name = self.name_of
        said = action_cells.asked_words(exchange, lambda id_: name(item.account, id_))
        answer, _ = action_cells.answer_words(exchange)
        parts = (said, exchange.path, answer, exchange.request_id, item.who, self.profile_of(item.account))
        return "\n".join(parts)

    def cells_of(self, item: Asked) -> Mapping[str, Draw]:
        """One row."""
        name = self.name_of
        return action_cells.cells(
            item,
            self.now,
            self.glyphs,
            profile=self.profile_of(item.account),
            name_of=lambda id_: name(item.account, id_),
        )

    def longest_of(self, items: Sequence[Asked]) -> Mapping[str, int]:
        """Widths follow what is there."""
        account = items[0].account if items else 0
        name = self.name_of
        return action_cells.longest(
            items, self.now, profile_of=self.profile_of, name_of=lambda id_: name(account, id_)
        )

    def action_questions(self) -> None:
        """Show what was only asked, or not."""
        self.with_questions = not self.with_questions
        self.post_message(self.MarksChanged())

    def copies(self) -> Sequence[Copy]:
        """What support asks for first: the id of the request."""
        if self.current is None:
            return ()
        exchange = self.current.exchange
        answer, _ = action_cells.answer_words(exchange)
        request_id = (Copy("Request id", exchange.request_id),) if exchange.request_id else ()
        return (*request_id, Copy("Request", f"{exchange.method} {exchange.path}"), Copy("Answer", answer))
