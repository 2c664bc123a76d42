"""Choosing one of many: uploaded files, files in folders, models, profiles."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType

from finetop import text
from finetop.tui.screens.dialog import Dialog
from finetop.tui.widgets.lines import LineView
from finetop.tui.widgets.runs import Line

if TYPE_CHECKING:
    from textual import events
    from textual.geometry import Size
    from textual.widget import Widget

MOST_ENTRIES = 2_000
"""Of one folder; nobody finds a file among more by eye."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing to choose."""

    value: str
    label: str
    says: str = ""
    heading: bool = False
    """Only a word between the others."""
    at_end: bool = False
    """A sentence is shortened at its end, a name in its middle."""
    also: str = ""
    """Words it is found by, though they are not shown."""


class Entries(LineView):
    """A list with a cursor that steps over headings."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,space", "take", "Choose", id="dialog.choose", tooltip="Choose this"),
    ]

    def __init__(self, entries: Sequence[Entry], chosen: str = "") -> None:
        super().__init__()
        self.show(entries, chosen)

    def show(self, entries: Sequence[Entry], chosen: str = "") -> None:
        """Show other entries, the cursor on the chosen one or on the first."""
        self._entries = list(entries)
        free = [place for place, entry in enumerate(self._entries) if not entry.heading]
        self._cursor = next(
            (place for place in free if self._entries[place].value == chosen), free[0] if free else 0
        )
        if self.is_attached:
            self.scroll_to_line(0)
            self._keep_in_sight()
            self.refresh(layout=True)
            self.call_after_refresh(self._tell_more)

    def on_resize(self) -> None:
        """More fits, or less."""
        super().on_resize()
        self._keep_in_sight()
        self._tell_more()

    def _tell_more(self) -> None:
        count = sum(not entry.heading for entry in self._entries)
        if isinstance(self.screen, Dialog):
            self.screen.tell_more(f"{text.count(count)} in all" if self.max_scroll_y else "")

    @property
    def current(self) -> Entry | None:
        """What the cursor is on."""
        found = self._entries[self._cursor] if self._entries else None
        return None if found is None or found.heading else found

    def action_step(self, lines: int) -> None:
        """Move the cursor."""
        place, step = self._cursor, 1 if lines > 0 else -1
        for _ in range(abs(lines)):
            ahead = place + step
            while 0 <= ahead < len(self._entries) and self._entries[ahead].heading:
                ahead += step
            if not 0 <= ahead < len(self._entries):
                break
            place = ahead
        self._cursor = place
        self._keep_in_sight()
        self.redraw()
        if self.current is not None and isinstance(self.screen, Pick):
            self.screen.looked_at(self.current)

    def action_page(self, pages: int) -> None:
        """Move the cursor by pages."""
        self.action_step(pages * max(1, self.body_height - 1))

    def action_edge(self, side: int) -> None:
        """Move the cursor to an end."""
        self.action_step(side * len(self._entries))

    def action_take(self) -> None:
        """Choose."""
        if self.current is not None and isinstance(self.screen, Pick):
            self.screen.take(self.current)

    def on_click(self, event: events.Click) -> None:
        """The mouse chooses."""
        place = event.y + self.top
        if place < len(self._entries) and not self._entries[place].heading:
            self._cursor = place
            self.redraw()
            self.action_take()

    def _keep_in_sight(self) -> None:
        height = max(1, self.body_height)
        if self._cursor < self.top:
            # With the first entry its heading comes into sight as well.
            self.scroll_to_line(0 if self._cursor <= 1 else self._cursor)
        elif self._cursor >= self.top + height:
            self.scroll_to_line(self._cursor - height + 1)

    def body_count(self) -> int:
        """All entries."""
        return len(self._entries)

    def body_line(self, index: int, width: int) -> Line:
        """One entry: its label, and at the right what there is to say about it."""
        entry = self._entries[index]
        if entry.heading:
            return Line(((entry.label, "bright"), (f"  {entry.says}", "faint")), "float")
        here = index == self._cursor
        says = text.clean(entry.says)
        room = width - text.cells(says) - 4
        shorten = text.shorten_end if entry.at_end else text.shorten_middle
        label = text.pad(shorten(text.clean(entry.label), room), room)
        mark = (f"{self.glyphs.cursor} " if here else "  ", "accent")
        return Line(
            (mark, (label, "bright" if here else "text"), (f"  {says}", "muted")),
            "cursor" if here else "float",
        )

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002 - it scrolls
        """As high as its entries, as far as the screen goes."""
        return max(1, min(len(self._entries), self.app.size.height - 6))


class Pick(Dialog[str]):
    """A list of entries; the value of the one that was chosen. The arrows move at once."""

    AUTO_FOCUS = "Entries"

    def __init__(self, question: str, entries: Sequence[Entry], chosen: str = "") -> None:
        super().__init__()
        self._question = question
        self._entries = list(entries)
        self._chosen = chosen

    @property
    def question(self) -> str:
        """What is to be chosen."""
        return self._question

    def content(self) -> Iterable[Widget]:
        """The list alone."""
        yield Entries(self._entries, self._chosen)

    def looked_at(self, entry: Entry) -> None:
        """The cursor came to an entry."""

    def take(self, entry: Entry) -> None:
        """The answer."""
        self.dismiss(entry.value)

    def show(self, entries: Sequence[Entry]) -> None:
        """More is there to choose from by now; the cursor stays on what it is on."""
        for found in self.query(Entries):  # none before it is drawn, nor once it is left
            found.show(entries, found.current.value if found.current is not None else "")


class PickFile(Pick):
    """What can be chosen without a path, then the folders and the files of one folder that end alike.

    A folder opens in place; a file comes back as its path.
    """

    def __init__(self, question: str, first: Sequence[Entry], folder: Path, ending: str) -> None:
        self._first = list(first)
        self._ending = ending
        super().__init__(question, self._all(folder))

    def take(self, entry: Entry) -> None:
        """A folder opens, a file is the answer."""
        if entry.value.startswith("dir:"):
            self.query_one(Entries).show(self._all(Path(entry.value[4:])))
        else:
            self.dismiss(entry.value)

    def _all(self, folder: Path) -> list[Entry]:
        place = text.shorten_middle(text.clean(str(folder)), 44)
        here = Entry("", "On this machine", place, heading=True)
        return [*self._first, here, *folder_entries(folder, self._ending)]


def folder_entries(folder: Path, ending: str) -> list[Entry]:
    """The way up, the folders, and the files of one folder that end alike."""
    entries = [Entry(f"dir:{folder.parent}", "..", "up")] if folder.parent != folder else []
    folders: list[Entry] = []
    files: list[Entry] = []
    try:
        for count, child in enumerate(sorted(folder.iterdir())):
            if count >= MOST_ENTRIES:
                break
            if child.name.startswith("."):
                continue
            if child.is_dir():
                folders.append(Entry(f"dir:{child}", f"{child.name}/"))
            elif child.suffix == ending and child.is_file():
                files.append(Entry(str(child), child.name, text.size(child.stat().st_size)))
    except OSError as error:
        return [*entries, Entry("", f"cannot be read: {error.strerror}", heading=True)]
    return [*entries, *files, *folders]
