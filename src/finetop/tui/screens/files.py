"""The files of all profiles: looked at, saved here, sent there, and deleted."""

from __future__ import annotations

import asyncio
import shlex
from collections.abc import Iterable, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on, work
from textual.binding import Binding, BindingType

from finetop import text
from finetop.errors import FinetopError
from finetop.tui.contents import Wanted
from finetop.tui.handoff import Copy
from finetop.tui.messages import Said
from finetop.tui.panes.file_cells import name, purpose
from finetop.tui.panes.files import FilesPane
from finetop.tui.panes.shelf import Shelf
from finetop.tui.screens.bringing import told_by_tenths
from finetop.tui.screens.deleting import Deleting, may_delete
from finetop.tui.screens.fields import complete_path
from finetop.tui.screens.file_consent import Doomed
from finetop.tui.screens.listed import Listed, many
from finetop.tui.widgets.prompt import Completion, Prompt

if TYPE_CHECKING:
    from textual.widget import Widget

    from finetop.models import File
    from finetop.store.file_rows import FileRow
    from finetop.tui.widgets.runs import Run


class FilesScreen(Deleting, Listed):
    """One list."""

    PLACE = "the files"
    WHAT = "files"
    AUTO_FOCUS = "#files"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("c", "send", "Send", id="files.send", tooltip="Send a training file to a provider"),
        Binding("E", "save", "Save", id="data.export", tooltip="Save the file on this machine"),
        Binding(
            "X", "delete", "Delete", id="files.delete", tooltip="Delete the file at its provider; asks first"
        ),
    ]

    def content(self) -> Iterable[Widget]:
        """The list."""
        self._pane = FilesPane(glyphs=self.glyphs)
        self._pane.colours = {profile.name: profile.colour for profile in self.session.profiles}
        yield self._pane

    @property
    def panes(self) -> Sequence[Widget]:
        """The one."""
        return (self._pane,)

    def place(self) -> tuple[Sequence[Run], Sequence[Sequence[Run]]]:
        """How many there are, how large together, and how old the lists are."""
        items = self._pane.every
        runs: list[Run] = [("Files", "bright")]
        if items:
            size_bytes = sum(item.size_bytes or 0 for item in items)
            runs.append((f"   {many(len(items), 'file')}, {text.size(size_bytes)}", "muted"))
        return runs, self.list_facts(self.now)

    # --- reading ----------------------------------------------------------------------------------------

    def on_mount(self) -> None:
        """What is known first, then what the providers say."""
        self._pane.sentence = "Reading the files."
        if self.wanted is not None:
            self._pane.select(self.wanted)
        self.ask_all(now=self.now)

    def ask(self, profile: str) -> Future[list[File]]:
        """All purposes."""
        return self.session.files(profile, "")

    async def read(self) -> None:
        """The files first, then who uses them, which takes longer."""
        names = self.shown_names
        rows = await asyncio.to_thread(self.store.library.file_rows, names)
        self._pane.sentence = self.asking_words() or ("" if self._writable else "No files yet.")
        self._pane.show(rows, now=self.now)
        self.show_place()
        self._pane.take_uses(await asyncio.to_thread(self.store.library.file_uses, names))

    def tick(self, now: float) -> None:
        """Ages grow."""
        self._pane.tick(now)

    # --- keys -------------------------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What has nothing to work on is grey; what may never be done is not there."""
        row = self._pane.current if self.is_mounted else None
        match action:
            case "save":
                return row is not None or None
            case "delete":
                if row is None or row.gone:
                    return None
                return may_delete(self.session, row.profile, "delete-file")
            case "send":
                return bool(self._writable)
        return super().check_action(action, parameters)

    @property
    def _writable(self) -> list[str]:
        return [profile.name for profile in self.session.profiles if not profile.read_only]

    @on(Shelf.Picked)
    def _open(self, event: Shelf.Picked) -> None:
        from finetop.tui.screens.viewer import open_file  # noqa: PLC0415 - most do not look into files

        open_file(self, wanted_of(event.item))

    @work(exit_on_error=False)
    async def action_save(self) -> None:
        """Ask where to, then bring it."""
        await self.ask_where([wanted_of(row) for row in self._pane.chosen])

    def copies(self) -> Sequence[Copy]:
        """Ids and names, and how a script brings the file."""
        rows = self._pane.chosen
        of = "the file's" if len(rows) == 1 else f"{len(rows)} files'"
        get = [shlex.join(["finetop", "--profile", row.profile, "files", "get", row.id]) for row in rows]
        return [
            Copy(f"{of} id{'s' * (len(rows) > 1)}", "\n".join(row.id for row in rows)),
            Copy(f"{of} name{'s' * (len(rows) > 1)}", "\n".join(row.name for row in rows)),
            Copy("the finetop command", "\n".join(get)),
        ]

    @work(exit_on_error=False)
    async def action_delete(self) -> None:
        """Ask, then delete."""
        rows = [row for row in self._pane.chosen if not row.gone]
        rows = [row for row in rows if may_delete(self.session, row.profile, "delete-file")]
        if not rows:
            return
        doomed = [Doomed(name(row), row.profile, row.id, _about(row)) for row in rows]
        first = rows[0]
        lost = "its bytes, for everybody" if len(rows) == 1 else "their bytes, for everybody"
        if not await self.ask_to_delete(
            "file", doomed, users=lambda: self.store.library.users_of(first.account, first.id), lost=lost
        ):
            return
        await self.delete_all("file", doomed, lambda one: self.session.delete_file(one.profile, one.id))
        self._pane.action_clear_marks()
        self.read_soon()

    async def action_send(self) -> None:
        """Ask for the path."""
        row = self._pane.current
        writable = self._writable
        profile = row.profile if row is not None and row.profile in writable else writable[0]

        def changed(typed: str) -> None:
            prompt.say("" if Path(typed).expanduser().exists() or not typed else "there is no such file yet")

        def done(typed: str) -> None:
            if typed.strip():
                self._send(profile, Path(typed.strip()).expanduser().absolute())

        label = f"Send to {text.clean(profile)}" if len(self.session.profiles) > 1 else "Send"
        prompt = await Prompt.ask(self, label, done=done, changed=changed, complete=_training_files)

    @work(exit_on_error=False)
    async def _send(self, profile: str, path: Path) -> None:
        self.post_message(Said(f"Reading {text.clean(path.name)}."))
        progress = told_by_tenths(self.sayer(), f"Sending {text.clean(path.name)}")
        try:
            arrival = await asyncio.wrap_future(self.session.upload(profile, path, progress=progress))
        except FinetopError as error:
            self.post_message(Said.of(error))
            return
        said = "is there already; nothing was sent" if arrival.reused else "was sent"
        self.post_message(Said(f"{text.clean(path.name)} {said}.", text.clean(arrival.file.id)))
        account = self.session.accounts[profile]
        self._pane.select((account, arrival.file.id))
        self.read_soon()


def wanted_of(row: FileRow) -> Wanted:
    """A row, to be looked at or saved."""
    return Wanted(row.account, row.id, row.name, row.size_bytes, row.purpose)


def _about(row: FileRow) -> str:
    size = "" if row.size_bytes is None else text.size(row.size_bytes)
    return ", ".join(filter(None, (purpose(row), size)))


def _training_files(typed: str) -> Sequence[Completion]:
    found: Any = complete_path(typed)
    return [Completion(found, Path(found).name)] if found else []
