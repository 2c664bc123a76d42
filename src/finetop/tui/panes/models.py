"""The models pane: what one has tuned and what can be tuned, where each comes from and when it ends."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType

from finetop import text
from finetop.tui.panes import model_cells
from finetop.tui.panes.model_cells import ModelRow
from finetop.tui.panes.ordered import Sort
from finetop.tui.panes.shelf import Shelf

if TYPE_CHECKING:
    from finetop.tui.remembered import Part, State
    from finetop.tui.widgets.runs import Run
    from finetop.tui.widgets.table import Column, Draw


class ModelsPane(Shelf[ModelRow]):
    """Every model of every profile."""

    NAME = "Models"
    NUMBER = 6
    PLACE = "the models"
    EMPTY = "No models known. {data.refresh|r} asks all profiles."
    COLUMNS: ClassVar[tuple[Column, ...]] = model_cells.COLUMNS
    SORTS: ClassVar[tuple[Sort, ...]] = (
        Sort(
            "age",
            "Yours first, the newest first",
            lambda row: (row.held.is_tuned, row.held.created or 0.0),
            largest_first=True,
        ),
        Sort("ends", "Those that end first", lambda row: row.held.ends_at),
        Sort("model", "Name", lambda row: row.held.id.casefold()),
        Sort("base", "Tuned from", lambda row: row.held.base.casefold() or None),
        Sort("job", "Job", lambda row: row.held.job_name.casefold() or None),
        Sort("profile", "Profile", lambda row: row.held.profile.casefold()),
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "own", "Yours", id="models.own", tooltip="Only the models you have tuned, or all"),
    ]

    def __init__(self, *, glyphs: text.Glyphs = text.UNICODE, id: str | None = "models") -> None:  # noqa: A002 - Textual's name
        super().__init__(glyphs=glyphs, id=id)
        self.colours: Mapping[str, str] = {}
        self.own_only = False
        self._every: Sequence[ModelRow] = ()

    def show(self, items: Sequence[ModelRow], *, now: float) -> None:
        """Take the whole list."""
        self._every = items
        super().show([row for row in items if row.held.is_tuned] if self.own_only else items, now=now)

    def action_own(self) -> None:
        """Only one's own, or all."""
        self.own_only = not self.own_only
        self.show(self._every, now=self.now)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """There is a choice only where there are models."""
        return bool(self._every) if action == "own" else super().check_action(action, parameters)

    def facts(self) -> tuple[Run, ...]:
        """Which are shown."""
        return (("yours", "accent"),) if self.own_only else ()

    def key_of(self, item: ModelRow) -> Hashable:
        """Names are an account's own."""
        return item.account, item.held.id

    def words_of(self, item: ModelRow) -> str:
        """Everything that is shown of it."""
        return model_cells.words(item)

    def cells_of(self, item: ModelRow) -> Mapping[str, Draw]:
        """One row."""
        return model_cells.cells(
            item,
            self.now,
            self.glyphs,
            wide=self.size.width >= model_cells.WIDE,
            colour=self.colours.get(item.held.profile, ""),
        )

    def longest_of(self, items: Sequence[ModelRow]) -> Mapping[str, int]:
        """By their values."""
        return model_cells.longest(items)

    def state(self) -> State:
        """Also whether all are shown."""
        return {**super().state(), "own": self.own_only}

    def restore(self, state: Part) -> None:
        """Be as it was."""
        super().restore(state)
        self.own_only = state.flag("own")
