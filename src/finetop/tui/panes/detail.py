"""The detail pane: everything known of the job under the cursor, in four tabs.

DetailPane(glyphs=UNICODE)
pane.show(detail_model(row, now=..., job=..., beside=Beside(...), raw=...))
pane.show(None)                 no job
pane.four_facts = True          under 18 rows (the grid sets it)

An entry is a line; enter unfolds the values it is made of, or leads where it points to: to a file
(`FileWanted`), a model (`ModelWanted`), a tab, or the permissions of its model (`PermissionsWanted`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from textual import work
from textual.binding import Binding, BindingType
from textual.message import Message

from finetop import text
from finetop.tui.acts import Act
from finetop.tui.handoff import Copy, Link
from finetop.tui.messages import FileWanted, ModelWanted
from finetop.tui.panes.detail_model import Beside, DetailModel, detail_model
from finetop.tui.panes.detail_page import DetailPage
from finetop.tui.panes.laying import table_line
from finetop.tui.panes.pane import JOB_BINDINGS, TAB_BINDINGS, Pane
from finetop.tui.widgets.cursor_view import CursorView
from finetop.tui.widgets.finding import Finding, LineText
from finetop.tui.widgets.runs import Line, Run, plain

if TYPE_CHECKING:
    from textual import events

    from finetop.store.rows import JobKey
    from finetop.tui.panes.laying import Row
    from finetop.tui.remembered import Part, State

__all__ = ["Beside", "DetailModel", "DetailPane", "detail_model"]


class DetailPane(Finding, CursorView, Pane):
    """Label and value, line by line, and a cursor on one of them while it has the focus."""

    NAME = "Detail"
    NUMBER = 2
    PLACE = "the detail"
    TABS = ("Overview", "Checkpoints", "Files", "JSON")
    BINDINGS: ClassVar[list[BindingType]] = [
        *JOB_BINDINGS,
        *TAB_BINDINGS,
        Binding("enter", "follow", "Open", id="detail.open", tooltip="Open what the cursor is on"),
        Binding("enter", "unfold", "Unfold", id="detail.unfold", tooltip="Show the values of this line"),
        Binding("enter", "fold", "Fold", id="detail.fold", tooltip="Hide the values of this line"),
    ]

    ACTIONS: ClassVar[tuple[Act, ...]] = (
        Act("detail.unfold_all", "Unfold everything in the detail", "unfold_all"),
        Act("detail.fold_all", "Fold everything in the detail", "fold_all"),
    )

    @dataclass
    class PermissionsWanted(Message):
        """Somebody wants to know who may use a model."""

        key: JobKey
        model: str

    def __init__(self, *, glyphs: text.Glyphs = text.UNICODE, id: str | None = "detail") -> None:  # noqa: A002 - Textual's name
        super().__init__(glyphs=glyphs, id=id)
        self._page = DetailPage(glyphs)

    # --- what is shown ----------------------------------------------------------------------------------

    @property
    def four_facts(self) -> bool:
        """True where four lines must do."""
        return self._page.four_facts

    @four_facts.setter
    def four_facts(self, value: bool) -> None:
        if value != self._page.four_facts:
            with self._staying():
                self._page.four_facts = value

    def show(self, model: DetailModel | None, *, top: bool = False) -> None:
        """Take the facts of a job; `top` when it is another job than before."""
        if model == self._page.model:
            return
        with self._staying():
            if top:
                self._page.begin_anew()
            self._page.model = model
        if top:
            self._cursor = 0
            self.scroll_to_line(0)
            self._draw_anew()

    @contextmanager
    def _staying(self) -> Iterator[None]:
        """Other lines: the cursor stays on its entry, at the height where it was."""
        page, cursor = self._page, self._cursor
        labels = (page.label(at) for at in range(min(cursor, len(self._rows) - 1), -1, -1))
        below, label = next(((far, label) for far, label in enumerate(labels) if label), (0, ""))
        yield
        page.forget()
        count = len(self._rows)
        place = next((at for at in range(count) if label and page.label(at) == label), cursor - below)
        self._cursor = max(0, min(place + below, count - 1))
        self.scroll_to_line(self.top + self._cursor - cursor)
        self._draw_anew()

    def _draw_anew(self) -> None:
        self._lay_out_long()
        self.find_again()
        self.redraw()
        self.refresh_bindings()

    def _lay_out_long(self) -> None:
        """A long answer is laid out in a thread; the last wish counts."""
        pending = self._page.pending(self.size.width)
        if pending is not None:
            self._take_long(pending)

    @work(exclusive=True, group="long", exit_on_error=False)
    async def _take_long(self, pending: Callable[[], Any]) -> None:
        if self._page.take(await asyncio.to_thread(pending)):
            self._draw_anew()

    def on_resize(self) -> None:
        """Another width, other lines."""
        super().on_resize()
        self._lay_out_long()

    def facts(self) -> tuple[Run, ...]:
        """What was found; where no other place says them, the tab and the step."""
        model = self._page.model
        step = model.step if self.group and model is not None else ""
        has_tab = self.group and not self.four_facts and self.tab != self.TABS[0]
        tab = self.tab if has_tab else ""
        return (*self.find_fact(), *((words, "muted") for words in (tab, step) if words))

    # --- lines ------------------------------------------------------------------------------------------

    @property
    def _rows(self) -> list[Row]:
        return self._page.rows(self.size.width)

    @property
    def head_count(self) -> int:
        """The rule, and the heads of a table."""
        return 2 if self._page.columns else 1

    def head_line(self, y: int, width: int) -> Line:
        """The rule, then the columns' names."""
        model = self._page.model
        if not y or model is None:
            return super().head_line(y, width)
        return Line(table_line(model.checkpoint_head, ("NAME", "faint"), width, self.glyphs))

    def body_count(self) -> int:
        """As many lines as the tab has at this width; one for the sentence that stands in for them."""
        return len(self._rows) or 1

    def cursor_count(self) -> int:
        """Neither the sentence nor the four facts have a cursor."""
        return 0 if self._page.four_facts else len(self._rows)

    def body_line(self, index: int, width: int) -> Line:
        """One of them."""
        rows = self._page.rows(width)
        if index >= len(rows):
            return Line() if rows else Line(((" ", "text"), (self._page.sentence, "faint")))
        runs = rows[index].runs
        if not self.has_focus or not self.cursor_count() or index not in self._page.together(self._cursor):
            return Line(runs)
        (words, role), *rest = runs
        bar = self.glyphs.cursor if index == self._cursor else " "
        return Line(((bar, "accent"), (words[1:], role), *rest), "cursor")

    def line_text(self, index: int) -> LineText:
        """What was wrapped is found as if it were not."""
        if index >= len(self._rows):
            return LineText(self._page.sentence)
        row = self._rows[index]
        return LineText(plain(row.runs), row.begins, row.glue)

    def before_finding(self) -> None:
        """What was folded may hold what is looked for."""
        with self._staying():
            self._page.needle = self.needle

    # --- keys -------------------------------------------------------------------------------------------

    def copies(self) -> Sequence[Copy]:
        """The value under the cursor, whole."""
        found = self._page.copied(self._cursor) if self.cursor_count() else None
        return () if found is None else (Copy(*found),)

    def links(self) -> Sequence[Link]:
        """The page of what the cursor is on."""
        found = self._page.link(self._cursor) if self.cursor_count() else ""
        return (Link("the run at Weights & Biases", found),) if found else ()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Enter means what the line under the cursor says."""
        if action in {"follow", "unfold", "fold"}:
            return self.cursor_count() > 0 and self._page.enter_means(self._cursor) == action
        if action == "pick":
            return False  # enter has a name here
        return super().check_action(action, parameters)

    def action_step(self, lines: int) -> None:
        """To the next value or the one before, and all of it into sight."""
        if not self.cursor_count():
            super().action_step(lines)
            return
        self.move_to(self._page.beside(self._cursor, 1 if lines > 0 else -1, self.body_height))
        hidden = self._page.together(self._cursor).stop - self.top - self.body_height
        if 0 < hidden <= self._cursor - self.top:
            self.scroll_to_line(self.top + hidden)

    def cursor_moved(self, before: int) -> None:  # noqa: ARG002 - only where it is now counts
        """A value has several lines, and enter may mean something else."""
        self.redraw()
        self.refresh_bindings()

    def picked(self) -> None:
        """A double click is an enter."""
        match self._page.enter_means(self._cursor):
            case "follow":
                self.action_follow()
            case "unfold" | "fold":
                self._turn()

    def action_unfold(self) -> None:
        """Show the values of a line."""
        self._turn()

    def action_fold(self) -> None:
        """Hide them; the cursor goes to the line that stands for them."""
        self._turn()

    def _turn(self) -> None:
        self._cursor = self._page.turn(self._cursor)
        self.keep_cursor_in_sight()
        self._draw_anew()

    def action_unfold_all(self) -> None:
        """Show the values of all lines."""
        with self._staying():
            self._page.turn_all(unfold=True)

    def action_fold_all(self) -> None:
        """Hide them all."""
        with self._staying():
            self._page.turn_all(unfold=False)

    def action_follow(self) -> None:
        """Go where the line points to."""
        entry, model = self._page.entry(self._cursor), self._page.model
        if entry is None or entry.goal is None or model is None:
            return
        kind, name = entry.goal
        if kind == "tab":
            self.show_tab(name)
        elif kind == "file":
            self.post_message(FileWanted(model.key, model.named_files[name]))
        elif kind == "model":
            self.post_message(ModelWanted(model.key, name))
        else:
            self.post_message(self.PermissionsWanted(model.key, name))

    def tab_shown(self) -> None:
        """Another tab has other lines."""
        self._page.tab = self.tab
        self._page.forget()
        self._cursor = 0
        self._draw_anew()

    def on_click(self, event: events.Click) -> None:
        """The rule turns to a tab or a pane; a line takes the cursor."""
        (Pane if event.y == 0 else CursorView).on_click(self, event)

    # --- what is remembered -----------------------------------------------------------------------------

    def state(self) -> State:
        """The tab, and what is unfolded."""
        return {**super().state(), "unfolded": sorted(self._page.unfolded)}

    def restore(self, state: Part) -> None:
        """As it was left."""
        super().restore(state)
        self._page.unfolded = set(state.texts("unfolded"))
        self.tab_shown()
