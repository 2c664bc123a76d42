"""Which jobs a list shows, in which order and with which columns: chosen by keys, kept under names."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar, Final

from textual import work
from textual.binding import Binding, BindingType

from finetop.errors import BadQuery
from finetop.tui.acts import key_to
from finetop.tui.panes.job_columns import METADATA, SETTING, USUAL, Layout, choices, head, sortable, way
from finetop.tui.saved_views import SavedView
from finetop.tui.widgets.cursor_view import CursorView
from finetop.views import ACTIVE, FAILED, Sort, View

if TYPE_CHECKING:
    from textual import events

    from finetop.tui.remembered import Part, State
    from finetop.tui.saved_views import SavedViews
    from finetop.tui.widgets.prompt import Completion, Prompt
    from finetop.tui.widgets.runs import Run
    from finetop.tui.widgets.table import Slot

Words = Callable[[str], Sequence[str]]
"""The values that jobs have in a field, read from the store; of `metadata` and `setting` the names."""
_FILTER_CELLS: Final = 30


def _slip(error: BadQuery) -> str:
    """What is wrong with a line, and what would be right."""
    return f"{error.reason}. {error.hint}"


def _no_words(_field: str) -> Sequence[str]:
    return ()


class Looking(CursorView):
    """The part of a pane that chooses what it shows."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "slash", "filter", "Filter", id="list.filter",
            tooltip="Show fewer jobs as you type: words, status:failed, ~regex, !not this",
        ),
        Binding("s", "sort", "Sort", id="list.sort", tooltip="Sort by any column"),
        *(
            Binding(key, action, word, show=False, id=f"list.{name}", tooltip=says)
            for key, action, word, name, says in (
                ("S", "reverse", "Reverse", "reverse", "Turn the order round"),
                ("K", "columns", "Columns", "columns", "Choose, order and size columns"),
                ("a", f"only('{ACTIVE}')", "Active", "active", "Active jobs only, or all"),
                ("F", f"only('{FAILED}')", "Failed", "failed", "Failed jobs only, or all"),
                ("W", "views", "Views", "views", "Saved views: show, save, rename, delete"),
                ("escape", "all", "All", "all", "Show all jobs again"),
            )
        ),
    ]  # fmt: skip

    follows_views = False
    """Whether what is shown can be chosen."""
    view = View()
    columns: Layout = USUAL
    view_name = ""
    """The saved view that is shown, while nothing of it was changed."""
    words: Words = staticmethod(_no_words)
    profiles: Sequence[str] = ()
    saved_views: SavedViews | None = None
    _known: Mapping[str, Sequence[str]] = {}
    _prompt: Prompt | None = None

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
        """Esc clears a filter; where there is none it is the screen's."""
        if action in {"filter", "sort", "reverse", "only", "views"} and not self.follows_views:
            return False
        if action == "all":
            return self.is_narrowed
        return super().check_action(action, parameters)

    @property
    def is_narrowed(self) -> bool:
        """True while something typed or chosen here leaves out jobs."""
        return bool(self.view.filter or self.view.only)

    def look(self, view: View, *, name: str = "") -> None:
        """Show another view of the jobs."""
        self.view, self.view_name = view, name
        self.show_view(view)
        if self.is_attached:
            self.screen.refresh_bindings()

    def empty_sentence(self) -> str:
        """What stands where no job is left."""
        view = self.view
        if view.filter:
            return f"No job matches {view.filter.text}. {key_to(self, 'list.all', 'esc')} clears."
        if view.only == ACTIVE:
            return f"No job is active. {key_to(self, 'list.active', 'a')} shows all."
        if view.only == FAILED:
            return f"No job has failed. {key_to(self, 'list.failed', 'F')} shows all."
        return f"No job matches {view.condition.text}." if view.condition else ""

    def view_facts(self) -> list[Run]:
        """What the rule says of it: the order, then what is left out."""
        view = self.view
        order = f"by {head(view.sort.column)}" if view.sort.column else "active first"
        facts: list[Run] = [(self.view_name or order, "faint")]
        if view.only:
            facts.append((f"{view.only} only", "warn"))
        if view.filter:
            from finetop import text  # noqa: PLC0415 - lazily, as everywhere before the first paint

            shown = text.shorten_end(text.clean(view.filter.text), _FILTER_CELLS, self.glyphs.ellipsis)
            facts.append((f"/ {shown}", "warn"))
        return facts

    @property
    def sort_mark(self) -> str:
        """The mark at the head of the sorted column: down where the largest stands first."""
        return self.glyphs.down if self.view.sort.reverse else self.glyphs.up

    # --- filter -----------------------------------------------------------------------------------------

    def action_filter(self) -> None:
        """Open the line; the list follows while one types."""
        before, self._known = self.view, {}
        text = before.filter.text if before.filter is not None else ""
        self._ask_filter(text, before)

    @work(exit_on_error=False)
    async def _ask_filter(self, text: str, before: View, problem: str = "") -> None:
        from finetop.tui.widgets.prompt import Prompt  # noqa: PLC0415 - after the first paint

        self._prompt = await Prompt.ask(
            self.screen,
            "Filter",
            text,
            done=lambda line: self._filter_done(line, before),
            changed=self._filter_typed,
            left=lambda: self.look(before),
            complete=self._offers,
        )
        self._prompt.say(problem)

    def _filter_typed(self, line: str) -> None:
        """Show what the line means; while its last word means nothing yet, what those before it mean."""
        try:
            self._filter(line)
        except BadQuery as error:
            begin = line.rfind(" ") + 1
            if error.at >= begin:
                self._filter_typed(line[: begin - 1] if begin else "")
            if self._prompt is not None and error.at < len(line) and not self._offers(line):
                self._prompt.say(_slip(error))

    def _filter_done(self, line: str, before: View) -> None:
        """Keep it; a line that means nothing stays open."""
        try:
            self._filter(line)
        except BadQuery as error:
            self._ask_filter(line, before, _slip(error))

    def _filter(self, line: str) -> None:
        from finetop.query import read_filter  # noqa: PLC0415 - after the first paint

        found = read_filter(line, profiles=self.profiles)
        view = replace(self.view, filter=found or None)
        if view != self.view:
            self.look(view)

    def _offers(self, line: str) -> Sequence[Completion]:
        from finetop.query import completing  # noqa: PLC0415 - after the first paint
        from finetop.tui.widgets.prompt import Completion  # noqa: PLC0415

        begin = len(line) - len(line.lstrip("! "))
        body = line[begin:]
        if body.startswith(("~", "/")):
            return []
        return [
            Completion(line[:begin] + whole, shown) for whole, shown in completing.lines(body, self._values)
        ]

    def _values(self, field: str) -> Sequence[str]:
        """The values that are known by now; others are asked for and offered once they are here."""
        if field == "profile":
            return self.profiles
        if field not in self._known:
            self._known = {**self._known, field: ()}
            self._learn(field)
        return self._known[field]

    @work(exit_on_error=False)
    async def _learn(self, field: str) -> None:
        found = await asyncio.to_thread(self.words, field)
        self._known = {**self._known, field: found}
        if found and self._prompt is not None and self._prompt.is_open:
            self._prompt.offer()

    def action_only(self, what: str) -> None:
        """Only such jobs, or all."""
        self.look(replace(self.view, only="" if self.view.only == what else what))

    def action_all(self) -> None:
        """Show all jobs again, in the order there is."""
        self.look(replace(self.view, filter=None, only=""))

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

    @work(exit_on_error=False)
    async def action_sort(self) -> None:
        """Choose the column."""
        from finetop.tui.screens.pick import Entry, Pick  # noqa: PLC0415 - after the first paint

        names = sortable(await self._there())
        now = self.view.sort
        entries = [Entry("", "Active first, then newest", "as usual")]
        for name in names:
            here = name == now.column
            ways = way(name)
            first = ways.first if now.reverse == ways.falls else ways.last
            other = ways.last if now.reverse == ways.falls else ways.first
            entries.append(Entry(name, head(name), f"{first}; turn to {other}" if here else ways.first))
        chosen = await self.app.push_screen_wait(Pick("Sort by", entries, now.column))
        if chosen is not None:
            self.sort_by(chosen)

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

    async def _there(self) -> list[str]:
        """The columns there can be: those that are shown, then the others, then what jobs know besides."""
        keys = [await asyncio.to_thread(self.words, kind.rstrip(".")) for kind in (METADATA, SETTING)]
        shown = self.columns.names or [slot.column.name for slot in self.slots(self.columns)]
        return list(dict.fromkeys((*shown, *choices(*keys))))

    @work(exit_on_error=False)
    async def action_columns(self) -> None:
        """Choose, order and size them; the list follows at once."""
        from finetop.tui.screens.choose_columns import ChooseColumns  # noqa: PLC0415 - after the first paint

        there = await self._there()
        usual = [found.name for found in USUAL.columns() if not found.optional or self.has_values(found.name)]

        def fits(layout: Layout) -> Mapping[str, int]:
            return {slot.column.name: slot.width for slot in self.slots(layout)}

        await self.app.push_screen_wait(
            ChooseColumns(self.columns, usual=usual, there=there, fits=fits, apply=self.lay_out)
        )

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

    @work(exit_on_error=False)
    async def action_views(self) -> None:
        """Show a saved view, or save this one."""
        from finetop.tui.screens.choose_view import ChooseView  # noqa: PLC0415 - after the first paint

        saved = self.saved_views
        if saved is not None:
            views = await asyncio.to_thread(saved.read)
            chosen = await self.app.push_screen_wait(ChooseView(views, self.as_saved(), saved.write))
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
