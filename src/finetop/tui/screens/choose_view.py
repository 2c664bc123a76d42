"""The dialog of saved views: pick one, save the present one, rename or delete one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar, Final

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widgets import Input, Static

from finetop import text
from finetop.tui.panes.job_columns import head
from finetop.tui.saved_views import LONGEST, SavedView, put, renamed
from finetop.tui.screens.dialog import Dialog, Paper
from finetop.tui.screens.fields import Entry
from finetop.tui.widgets.cursor_view import CursorView
from finetop.tui.widgets.hints import Hints
from finetop.tui.widgets.runs import Line

if TYPE_CHECKING:
    from textual.geometry import Size
    from textual.widget import Widget

ALL: Final = SavedView("All jobs")
"""As the list is before anybody has touched it."""
_KEYS: Final = (
    ("1-9", "Show"),
    ("list.save_view", "Save this"),
    ("views.rename", "Rename"),
    ("views.delete", "Delete"),
    ("dialog.leave", "Back"),
)
_NAME_CELLS: Final = 22


def summary(view: SavedView) -> str:
    """What a view shows, in a few words."""
    parts = [
        view.filter,
        f"{view.only} only" if view.only else "",
        f"by {head(view.sort.column)}" if view.sort.column else "",
        f"{len(view.layout.names)} columns" if view.layout.names else "",
    ]
    return text.clean(", ".join(filter(None, parts))) or "every job, active first"


def proposed(view: SavedView) -> str:
    """A name for a view that has none."""
    return summary(view)[:LONGEST] if view != replace(ALL, name=view.name) else ""


class ViewList(CursorView):
    """The views that were saved, then all jobs."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "pick", "Show", id="views.show", tooltip="Show the jobs this way"),
        Binding("s", "save", "Save", id="list.save_view", tooltip="Save what is shown now under a name"),
        Binding("n", "rename", "Rename", id="views.rename", tooltip="Give this view another name"),
        Binding("X", "delete", "Delete", id="views.delete", tooltip="Delete this view; asks first"),
        *(
            Binding(str(digit), f"digit({digit})", "Show", show=False, id=f"views.{digit}",
                    tooltip=f"Show the view number {digit}" if digit else "Show all jobs")
            for digit in range(10)
        ),
    ]  # fmt: skip

    def __init__(self, views: Sequence[SavedView]) -> None:
        super().__init__(id="views")
        self.views = list(views)

    @property
    def current(self) -> SavedView:
        """The view under the cursor."""
        return [*self.views, ALL][self.cursor]

    def show(self, views: Sequence[SavedView]) -> None:
        """Other views; the cursor stays where it was."""
        self.views = list(views)
        self._cursor = min(self._cursor, len(self.views))
        self.refresh(layout=True)

    def picked(self) -> None:
        """Show the jobs this way."""
        self.screen.dismiss(self.current)

    def action_digit(self, digit: int) -> None:
        """The view of this number."""
        place = digit - 1 if digit else len(self.views)
        if place <= len(self.views):
            self.move_to(place)
            self.picked()

    def action_save(self) -> None:
        """Ask for the name of what is shown now."""
        if isinstance(self.screen, ChooseView):
            self.screen.ask_name("Save as", None)

    def action_rename(self) -> None:
        """Ask for another name."""
        if isinstance(self.screen, ChooseView) and self.current != ALL:
            self.screen.ask_name("Rename to", self.current)

    def action_delete(self) -> None:
        """The same key again deletes it."""
        if isinstance(self.screen, ChooseView) and self.current != ALL:
            self.screen.delete(self.current)

    def cursor_moved(self, before: int) -> None:  # noqa: ARG002 - wherever it was
        """What was asked about another view is no more meant."""
        if isinstance(self.screen, ChooseView):
            self.screen.say("")

    def body_count(self) -> int:
        """The views, and all jobs."""
        return len(self.views) + 1

    def body_line(self, index: int, width: int) -> Line:
        """Its digit, its name and what it shows."""
        view = ALL if index == len(self.views) else self.views[index]
        here = index == self.cursor
        digit = "0" if view is ALL else str(index + 1) if index < 9 else " "
        name = text.shorten_end(text.clean(view.name), _NAME_CELLS, self.glyphs.ellipsis)
        says = text.shorten_end(summary(view), width - _NAME_CELLS - 7, self.glyphs.ellipsis)
        return Line(
            (
                (f"{self.glyphs.cursor if here else ' '} ", "accent"),
                (f"{digit}  ", "key"),
                (text.pad(name, _NAME_CELLS), "bright" if here else "text"),
                (f"  {says}", "muted"),
            ),
            "cursor" if here else "float",
        )

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002 - it scrolls
        """As high as there are views, as far as the screen goes."""
        return max(1, min(len(self.views) + 1, self.app.size.height - 9))


class ChooseView(Dialog[SavedView]):
    """The view to show from now on; None for the one there is."""

    AUTO_FOCUS = "#views"

    def __init__(
        self, views: Sequence[SavedView], now: SavedView, keep: Callable[[Sequence[SavedView]], None]
    ) -> None:
        """`now` is what is shown, by any name; `keep` writes the views down and may raise OSError."""
        super().__init__()
        self._list = ViewList(views)
        self._now = now
        self._keep = keep
        self._renaming: SavedView | None = None
        self._deleting: SavedView | None = None

    @property
    def question(self) -> str:
        """Its name."""
        return "Views"

    def content(self) -> Iterable[Widget]:
        """The views, a line for a name, and the keys."""
        self._list.glyphs = getattr(self.app, "glyphs", text.UNICODE)
        yield self._list
        yield Paper([()], id="said")
        yield Horizontal(Static(id="naming-label"), Entry(id="name"), id="naming")
        yield Hints(*_KEYS)

    def say(self, words: str) -> None:
        """A sentence under the list."""
        self._deleting = None
        self.query_one("#said", Paper).write([((words, "warn"),)])

    # --- names ------------------------------------------------------------------------------------------

    def ask_name(self, label: str, renaming: SavedView | None) -> None:
        """Open the line for a name."""
        self._renaming = renaming
        self.say("")
        self.query_one("#naming-label", Static).update(label)
        entry = self.query_one(Entry)
        entry.value = renaming.name if renaming is not None else proposed(self._now)
        entry.cursor_position = len(entry.value)
        self.query_one("#naming").add_class("-shown")
        entry.focus()
        if renaming is None:
            entry.select_all()  # a name that was only proposed gives way to the first letter

    @on(Input.Submitted)
    def _named(self, event: Input.Submitted) -> None:
        event.stop()
        name = event.value.strip()[:LONGEST]
        views, renaming = self._list.views, self._renaming
        if not name:
            self.say("A view wants a name.")
        elif renaming is not None:
            self._put(renamed(views, renaming.name, name))
            self._close_line()
        else:
            saved = replace(self._now, name=name)
            if self._put(put(views, saved)):
                self.dismiss(saved)

    def _put(self, views: Sequence[SavedView]) -> bool:
        try:
            self._keep(views)
        except OSError as error:
            self.say(f"It could not be kept: {error.strerror}.")
            return False
        self._list.show(views)
        return True

    def _close_line(self) -> None:
        self.query_one("#naming").remove_class("-shown")
        self._list.focus()

    def delete(self, view: SavedView) -> None:
        """Ask; the same key once more is the answer."""
        if self._deleting == view:
            self.say("")
            self._put([one for one in self._list.views if one != view])
        else:
            self.say(f"X again deletes {text.clean(view.name)}.")
            self._deleting = view

    def action_leave(self) -> None:
        """From the line to the list, from the list to the jobs."""
        if self.query_one("#naming").has_class("-shown"):
            self._close_line()
        else:
            self.dismiss(None)
