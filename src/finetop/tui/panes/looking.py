"""Which jobs a list shows, in which order and with which columns: chosen by keys, kept under names."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar, Final

from textual.binding import Binding, BindingType

from finetop import text
from finetop.errors import BadQuery
from finetop.tui.panes.filtering import Filtering
from finetop.tui.panes.job_columns import METADATA, SETTING, USUAL, Layout, choices, head, sortable, way
from finetop.tui.saved_views import SavedView
from finetop.views import Sort

if TYPE_CHECKING:
    from textual import events

    from finetop.tui.remembered import Part, State
    from finetop.tui.saved_views import SavedViews
    from finetop.tui.screens.pick import Entry
    from finetop.tui.widgets.runs import Run
    from finetop.tui.widgets.table import Slot
    from finetop.views import View

_FILTER_CELLS: Final = 30
SOON_S: Final = 0.05
"""So long a menu waits for its last entries."""


class Looking(Filtering):
    """The part of a pane that chooses what it shows."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("s", "sort", "Sort", id="list.sort", tooltip="Sort by any column"),
        *(
            Binding(key, action, word, show=False, id=f"list.{name}", tooltip=says)
            for key, action, word, name, says in (
                ("S", "reverse", "Reverse", "reverse", "Turn the order round"),
                ("K", "columns", "Columns", "columns", "Choose, order and size columns"),
                ("W", "views", "Views", "views", "Saved views: show, save, rename, delete"),
            )
        ),
    ]  # fmt: skip

    follows_views = False
    """Whether what is shown can be chosen."""
    columns: Layout = USUAL
    view_name = ""
    """The saved view that is shown, while nothing of it was changed."""
    saved_views: SavedViews | None = None
    _keys: tuple[Sequence[str], Sequence[str]] = ((), ())
    """The names in metadata and of hyperparameters, as far as they were asked for."""

    # --- what a subclass says ---------------------------------------------------------------------------

    def show_view(self, view: View) -> None:
        """Show the jobs of a view as soon as they are known; the last call counts."""
        raise NotImplementedError

    def laid_out(self) -> None:
        """Other columns are shown from now on."""
        raise NotImplementedError

    def slots(self, layout: Layout) -> list[Slot]:
        """Where the columns of a layout would stand now."""
        raise NotImplementedError

    def has_values(self, column: str) -> bool:
        """Whether a job has something to say in a column that leaves where none has."""
        raise NotImplementedError

    # --- which keys work --------------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Before there is a list there is nothing to choose."""
        if action in {"filter", "sort", "reverse", "only", "views"} and not self.follows_views:
            return False
        return super().check_action(action, parameters)

    def look(self, view: View, *, name: str = "") -> None:
        """Show another view of the jobs."""
        self.view, self.view_name = view, name
        self.show_view(view)
        if self.is_attached:
            self.screen.refresh_bindings()

    def view_facts(self) -> list[Run]:
        """What the rule says of it: the order, then what is left out."""
        view = self.view
        order = f"by {head(view.sort.column)} {self.sort_mark}" if view.sort.column else "active first"
        facts: list[Run] = [(self.view_name or order, "faint")]
        if view.only:
            facts.append((f"{view.only} only", "warn"))
        if view.filter:
            shown = text.shorten_end(text.clean(view.filter.text), _FILTER_CELLS, self.glyphs.ellipsis)
            facts.append((f"/ {shown}", "warn"))
        return facts

    @property
    def sort_mark(self) -> str:
        """The mark at the head of the sorted column: down where the largest stands first."""
        return self.glyphs.down if self.view.sort.reverse else self.glyphs.up

    # --- order ------------------------------------------------------------------------------------------

    def sort_by(self, column: str) -> None:
        """Sort by a column from the end that is meant; once more turns it round."""
        now = self.view.sort
        turned = not now.reverse if now.column == column else way(column).falls
        self.look(replace(self.view, sort=Sort(column, turned and bool(column))))

    def action_reverse(self) -> None:
        """Turn the order round."""
        now = self.view.sort
        turned = Sort(now.column, not now.reverse) if now.column else Sort("created")
        self.look(replace(self.view, sort=turned))

    async def action_sort(self) -> None:
        """Choose the column."""
        from finetop.tui.screens.pick import Pick  # noqa: PLC0415 - after the first paint

        learning = await self._learn_keys()
        dialog = Pick("Sort by", self._sort_entries(), self.view.sort.column)
        learning.add_done_callback(lambda _: dialog.show(self._sort_entries()))

        def take(chosen: str | None) -> None:
            if chosen is not None:
                self.sort_by(chosen)

        self.app.push_screen(dialog, take)

    def _sort_entries(self) -> list[Entry]:
        """The usual order, then each column with what would stand first."""
        from finetop.tui.screens.pick import Entry  # noqa: PLC0415 - as above

        now = self.view.sort
        entries = [Entry("", "Active first, then newest", "as usual")]
        for name in sortable(self._there()):
            ways = way(name)
            if name == now.column:
                says = f"{ways.first if now.reverse == ways.falls else ways.last}; enter turns it round"
            else:
                says = ways.first
            entries.append(Entry(name, head(name), says))
        return entries

    def on_click(self, event: events.Click) -> None:
        """A click on a column's head sorts by it."""
        event.prevent_default()  # Textual would call the handler of each base class as well
        if event.y != self.head_count - 1:
            super().on_click(event)
            return
        for slot in self.slots(self.columns):
            if slot.x <= event.x < slot.end and sortable([slot.column.name]) and self.follows_views:
                self.sort_by(slot.column.name)

    # --- columns ----------------------------------------------------------------------------------------

    def _there(self) -> list[str]:
        """The columns there can be: those that are shown, then the others, then what jobs know besides."""
        shown = self.columns.names or [slot.column.name for slot in self.slots(self.columns)]
        return list(dict.fromkeys((*shown, *choices(*self._keys))))

    async def _learn_keys(self) -> asyncio.Task[None]:
        """Ask what jobs know; where that takes its time, what was known has to do until it is done."""

        async def learn() -> None:
            kinds = (METADATA, SETTING)
            found = [tuple(await asyncio.to_thread(self.words, kind.rstrip("."))) for kind in kinds]
            self._keys = (found[0], found[1])

        task = asyncio.create_task(learn())
        await asyncio.wait({task}, timeout=SOON_S)
        return task

    async def action_columns(self) -> None:
        """Choose, order and size them; the list follows at once."""
        from finetop.tui.screens.choose_columns import ChooseColumns  # noqa: PLC0415 - after the first paint

        learning = await self._learn_keys()
        usual = [found.name for found in USUAL.columns() if not found.optional or self.has_values(found.name)]

        def fits(layout: Layout) -> Mapping[str, int]:
            return {slot.column.name: slot.width for slot in self.slots(layout)}

        dialog = ChooseColumns(self.columns, usual=usual, there=self._there(), fits=fits, apply=self.lay_out)
        learning.add_done_callback(lambda _: dialog.add(self._there()))
        self.app.push_screen(dialog)

    def lay_out(self, layout: Layout) -> None:
        """Show other columns."""
        if layout != self.columns:
            self.columns, self.view_name = layout, ""
            self.laid_out()

    # --- views ------------------------------------------------------------------------------------------

    def as_saved(self) -> SavedView:
        """What is shown now, as it would be kept."""
        view = self.view
        typed = view.filter.text if view.filter is not None else ""
        return SavedView(self.view_name, typed, view.only, view.sort, self.columns)

    def show_saved(self, saved: SavedView) -> None:
        """Show what was kept; a filter that is no longer understood is left out."""
        from finetop.query import read_filter  # noqa: PLC0415 - only where there is one

        found = None
        if saved.filter:
            try:
                found = read_filter(saved.filter) or None
            except BadQuery:
                found = None
        self.columns = saved.layout
        view = replace(self.view, filter=found, only=saved.only, sort=saved.sort)
        self.look(view, name="" if saved == SavedView(saved.name) else saved.name)
        self.laid_out()

    async def action_views(self) -> None:
        """Show a saved view, or save this one."""
        from finetop.tui.screens.choose_view import ChooseView  # noqa: PLC0415 - after the first paint

        saved = self.saved_views
        if saved is not None:
            views = await asyncio.to_thread(saved.read)
            self.app.push_screen(ChooseView(views, self.as_saved(), saved.write), self._take_view)

    def _take_view(self, chosen: SavedView | None) -> None:
        if chosen is not None:
            self.show_saved(chosen)

    # --- remembered -------------------------------------------------------------------------------------

    def view_state(self) -> State:
        """What to keep for the next start; empty where all is as usual."""
        saved = self.as_saved()
        return {} if saved == SavedView(saved.name) else {"view": saved.as_value()}

    def restore_view(self, state: Part) -> None:
        """As it was left; before the first paint."""
        if "view" in state:
            self.show_saved(SavedView.of(state["view"]))
