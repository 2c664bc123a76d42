"""A file's content: its records in a list, and the one under the cursor whole beside or below it.

open_file(screen, wanted)       from any screen of a store and a session
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final

from textual import on, work
from textual.binding import Binding, BindingType
from textual.containers import Container

from finetop import text
from finetop.dataset.kinds import kind_of, name_of_binary
from finetop.errors import FinetopError
from finetop.tui.acts import keyed
from finetop.tui.contents import MOST_FETCHED, Content, Wanted, content_of
from finetop.tui.handoff import Copy, Sheet
from finetop.tui.panes.record import RecordPane
from finetop.tui.panes.record_kinds import records_of
from finetop.tui.panes.records import RecordsPane
from finetop.tui.screens.bringing import Bringing
from finetop.tui.screens.standing import Standing

if TYPE_CHECKING:
    from textual import events
    from textual.widget import Widget

    from finetop.session import Session
    from finetop.store import Store
    from finetop.tui.screens.everywhere import Everywhere
    from finetop.tui.widgets.runs import Run

WIDE: Final = 120
"""From here on the record stands beside the list."""


def open_file(screen: Everywhere, wanted: Wanted) -> None:
    """Show what a file holds; what is told of it elsewhere is filled in."""
    known = screen.store.library.file(wanted.account, wanted.id)
    if known is not None:
        wanted = wanted._replace(
            name=known.filename or wanted.name,
            size_bytes=known.size_bytes if wanted.size_bytes is None else wanted.size_bytes,
            purpose=known.purpose or wanted.purpose,
        )
    screen.app.push_screen(Viewer(screen.store, screen.session, wanted))


class Viewer(Bringing, Standing):
    """One file."""

    PLACE = "a file"
    AUTO_FOCUS = "#records"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "other_pane", "Pane", id="pane.next", tooltip="To the next pane"),
        Binding(
            "shift+tab", "other_pane", "Back", show=False, id="pane.previous", tooltip="To the pane before"
        ),
        Binding("f", "full", "Full", id="pane.full", tooltip="This pane alone, or all"),
        Binding("escape", "back", "Back", show=False, id="pane.back", tooltip="One step back"),
        Binding("E", "save", "Save", id="data.export", tooltip="Save the file on this machine"),
    ]

    def __init__(self, store: Store, session: Session, wanted: Wanted) -> None:
        super().__init__(store, session)
        self._wanted = wanted
        self._content: Content | None = None
        self._left = False
        self._failed = False
        self._full = False

    def content(self) -> Iterable[Widget]:
        """The list and the record."""
        self._list = RecordsPane(glyphs=self.glyphs)
        self._one = RecordPane(glyphs=self.glyphs)
        yield Container(self._list, self._one, id="viewer")

    @property
    def panes(self) -> Sequence[Widget]:
        """Both."""
        return (self._list, self._one)

    def place(self) -> tuple[Sequence[Run], Sequence[Sequence[Run]]]:
        """The file's name and size, and where its bytes come from."""
        wanted, content = self._wanted, self._content
        runs: list[Run] = [(text.clean(wanted.name or wanted.id), "bright")]
        if wanted.size_bytes is not None:
            runs.append((f"   {text.size(wanted.size_bytes)}", "muted"))
        facts: list[list[Run]] = []
        if wanted.name:
            facts.append([(text.clean(wanted.id), "faint")])
        facts.append([(text.clean(self.session.names.get(wanted.account, "")), "muted")])
        if content is not None and content.path is not None:
            facts.append([("kept here", "text")])
        if content is not None and content.was_packed:
            facts.append([("base64 decoded", "muted")])
        if content is not None and not content.is_whole:
            saves = keyed(self, "{data.export|E} saves all")
            facts.append([(f"its first {text.size(MOST_FETCHED)}, {saves}", "warn")])
        return runs, facts

    # --- the content ------------------------------------------------------------------------------------

    def on_mount(self) -> None:
        """Find or bring it."""
        self._lay_out()
        self._fetch()

    @work(exit_on_error=False)
    async def _fetch(self) -> None:
        name = text.clean(self._wanted.name or self._wanted.id)
        profile = text.clean(self.session.names.get(self._wanted.account, ""))
        self._list.say(f"Fetching {name} from {profile}.", "muted")
        self._failed = False
        try:
            content = await content_of(self.session, self._wanted, self._progress())
        except FinetopError as error:
            self._list.say(f"{sentence_of(error.message)} {error.advice}".rstrip(), "bad")
            self._failed = True
            return
        if self._left:
            content.file.close()
            return
        self._content = content
        self._wanted = self._wanted._replace(
            size_bytes=content.file.size_bytes if content.is_whole else self._wanted.size_bytes
        )
        await self._show(content)

    def action_refresh(self) -> None:
        """Try again what did not come."""
        if self._failed:
            self._fetch()
        else:
            super().action_refresh()

    def _progress(self) -> Callable[[int, int], None]:
        told = 0

        def progress(received: int, total: int) -> None:
            nonlocal told
            tenths = received * 10 // total if total else 0
            if told < tenths < 10:
                told = tenths
                self.app.call_later(
                    self._list.say, f"Fetching, {tenths * 10} % of {text.size(total)}.", "muted"
                )

        return progress

    async def _show(self, content: Content) -> None:
        """The first lines at once; how many there are once they are counted."""
        kind = kind_of(content.file.head, self._wanted.name)
        self.show_place()
        if kind in ("binary", "empty"):
            size = text.size(content.file.size_bytes)
            saves = keyed(self, "{data.export|E} saves it.")
            what = f"This cannot be read here: {name_of_binary(content.file.head)}, {size}. {saves}"
            self._list.say("This file is empty." if kind == "empty" else what)
            return
        records = records_of(kind, content.file)
        self._one.show(records, 0)
        self._list.show(records)
        self._lay_out()
        if not content.file.is_measured:
            await asyncio.to_thread(content.file.measure, lambda: self._left)
        self._list.measured()

    def on_unmount(self) -> None:
        """Let go of the file."""
        self._left = True
        if self._content is not None:
            self._content.file.close()

    @on(RecordsPane.Highlighted)
    def _highlighted(self, event: RecordsPane.Highlighted) -> None:
        records = self._list.records
        if records is not None and records.count:
            self._one.show(records, event.number, event.needle)

    # --- places -----------------------------------------------------------------------------------------

    def on_resize(self, event: events.Resize) -> None:
        """Other sizes, other places."""
        self._lay_out()
        del event

    def _lay_out(self) -> None:
        """A conversation beside its list where there is room; a plain line whole only when asked for."""
        viewer = self.query_one("#viewer")
        focused = self._one if self._one.has_focus else self._list
        alone = self._full or self._list.records is None or (self._is_plain and focused is self._list)
        records = self._list.records
        is_beside = not alone and records is not None and records.ONE == "example"
        viewer.set_class(self.size.width >= WIDE and is_beside, "-wide")
        self._list.display = not (alone and focused is self._one)
        self._one.display = not (alone and focused is self._list)

    @property
    def _is_plain(self) -> bool:
        records = self._list.records
        return records is not None and records.ONE == "line"

    @on(RecordsPane.Picked)
    def action_other_pane(self) -> None:
        """To the record, or back to the list."""
        other: Widget = self._list if self._one.has_focus else self._one
        if self._list.records is None:
            return
        other.display = True
        self.set_focus(other, scroll_visible=False)
        self._lay_out()

    def reach(self, pane: Widget) -> None:
        """A hidden pane comes into sight."""
        if not pane.has_focus:
            self.action_other_pane()

    def action_full(self) -> None:
        """One pane alone, or both."""
        self._full = not self._full
        self._lay_out()

    def action_back(self) -> None:
        """From the record to the list, from one pane to both, then out."""
        if self._full:
            self.action_full()
        elif self._one.has_focus:
            self.action_other_pane()
        else:
            self.action_leave()

    def action_record(self, step: int) -> None:
        """Another record, while one reads."""
        self._list.move_to(self._list.cursor + step)

    # --- handing on -------------------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """There is nothing to turn to before the file is here."""
        if action in {"other_pane", "full"}:
            return self.is_mounted and self._list.records is not None
        return super().check_action(action, parameters)

    @work(exit_on_error=False)
    async def action_save(self) -> None:
        """Ask where to, then bring it."""
        await self.ask_where([self._wanted])

    def copies(self) -> Sequence[Copy]:
        """The record as it is shown and as it stands in the file, and the file's own names."""
        records, wanted = self._list.records, self._wanted
        found: list[Copy] = []
        if records is not None and records.count:
            found += [
                Copy(f"the {records.ONE} as text", self._one.words),
                Copy(f"the {records.ONE} as it stands", records.json(self._list.cursor)),
            ]
        return [*found, Copy("the file's id", wanted.id), Copy("the file's name", wanted.name)]

    def sheet(self) -> Sheet | None:
        """The file itself."""
        content = self._content
        if content is None:
            return None
        name = Path(self._wanted.name or self._wanted.id).name
        return Sheet(name, content.path or content.file.content(MOST_FETCHED))


def sentence_of(words: str) -> str:
    """With a capital and a full stop."""
    words = text.clean(words)
    return f"{words[:1].upper()}{words[1:]}{'' if words.endswith('.') else '.'}"
