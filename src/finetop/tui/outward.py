"""What leaves the screen: text for the clipboard, pages for a browser, sheets for an editor."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from textual import on, work
from textual.binding import Binding, BindingType

from finetop.tui import clipboard, editor, links
from finetop.tui.acts import key_to
from finetop.tui.base import BaseApp
from finetop.tui.messages import CopyWanted, Said
from finetop.tui.surroundings import as_now

if TYPE_CHECKING:
    from finetop.tui.handoff import Link, Sheet
    from finetop.tui.screens.saying import Saying

Result = TypeVar("Result")

_USED = "VISUAL, EDITOR and PAGER say what is used."
OPENS_S = 1.0
"""What opens pages fails sooner than that, if it does."""


class Outward(BaseApp[Result]):
    """The part of the app that hands things on."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "ctrl+z", "stop", "Stop", show=False, id="app.stop", tooltip="To the shell; fg brings it back"
        ),
    ]

    environ: Mapping[str, str]
    spare_folder: Path
    """Where a text goes that no clipboard takes."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._outside = editor.Outside()

    @property
    def hearing(self) -> Saying:
        """The topmost screen that has a notice line."""
        raise NotImplementedError

    def say(self, said: Said) -> None:
        """Tell whoever looks."""
        self.hearing.post_message(said)

    def copy_to_clipboard(self, text: str) -> None:
        """What Textual's own widgets copy takes the same way as all else."""
        self.copy(text, "the selected text")

    def on_text_selected(self) -> None:
        """The mouse has let go of a selection."""
        if self.screen.get_selected_text():
            key = key_to(self.screen, "app.copy_selection", "ctrl+c")
            self.say(Said(f"{key} copies what is selected."))

    @on(CopyWanted)
    def _copy_wanted(self, event: CopyWanted) -> None:
        self.copy(event.text, event.what)

    @work(exclusive=True, group="copy", exit_on_error=False)
    async def copy(self, text: str, what: str) -> None:
        """Put the text on the clipboard, and say by which way; the last wish counts."""
        self._clipboard = text  # what Textual's fields paste with ctrl+v
        copied = await asyncio.to_thread(clipboard.put, text, self.environ, self.spare_folder)
        self.send(copied.sequence)
        self.say(clipboard.said(copied, what))

    @work(exclusive=True, group="browse", exit_on_error=False)
    async def browse(self, link: Link) -> None:
        """Open a page where the person sits; where that cannot be done from here, copy its address."""
        if not links.is_web(link.url):
            self.say(Said(f"{link.url} is not the address of a page.", role="bad"))
            return
        environ = await asyncio.to_thread(as_now, self.environ)
        command = links.opener(environ, sys.platform, shutil.which)
        if command is not None and await asyncio.to_thread(_started, (*command, link.url), environ):
            self.say(Said(f"Opened {link.what} with {Path(command[0]).name}.", link.url))
            return
        copied = await asyncio.to_thread(clipboard.put, link.url, self.environ, self.spare_folder)
        self.send(copied.sequence)
        self.say(Said(link.url, clipboard.said(copied, "it").sentence))

    @work(exclusive=True, group="sheet", exit_on_error=False)
    async def show_outside(self, sheet: Sheet) -> None:
        """Give a sheet to the person's editor, and the terminal with it, until that ends."""
        command = editor.program(self.environ, shutil.which)
        if command is None or self._driver is None or not self._driver.can_suspend:
            self.say(Said("There is no program to show it with.", "Set EDITOR or PAGER.", "bad"))
            return
        with tempfile.TemporaryDirectory(prefix="finetop-") as folder:
            try:
                path = await asyncio.to_thread(editor.lay_out, sheet, Path(folder))
            except OSError as error:
                self.say(Said(f"{sheet.name} could not be copied: {error.strerror}.", role="bad"))
                return
            self._step_aside((*command, str(path)))

    def _step_aside(self, command: tuple[str, ...]) -> None:
        """Nothing of ours runs on this thread meanwhile, so that nothing draws; all else goes on."""
        name = Path(command[0]).name
        code = 0
        with self.batch_update(), self.suspend():
            try:
                code = self._outside.run(command)
            except OSError as error:
                self.say(Said(f"{name} could not be started: {error.strerror}.", role="bad"))
        if code:
            how = f"ended with code {code}" if code > 0 else f"was ended by signal {-code}"
            self.say(Said(f"{name} {how}.", _USED))

    def action_stop(self) -> None:
        """To the shell, and back with `fg`; without a shell that looks after jobs nobody could do that."""
        if self._driver is None or not self._driver.can_suspend or os.getpgrp() == os.getsid(0):
            self.say(Said("There is no shell to go back to."))
            return
        with self.batch_update(), self.suspend():
            before = signal.signal(signal.SIGTSTP, signal.SIG_DFL)
            os.killpg(
                0, signal.SIGTSTP
            )  # all of the job, as the terminal would: a wrapper may have started us
            signal.signal(signal.SIGTSTP, before)

    def send(self, sequence: str) -> None:
        """Send the terminal something that draws nothing, between two frames."""
        if sequence and self._driver is not None and not self.is_headless:
            self._driver.write(sequence)
            self._driver.flush()


def _started(command: tuple[str, ...], environ: Mapping[str, str]) -> bool:
    """Whether it opened the page: it has ended well, or has not ended yet, as a browser itself would not."""
    try:
        process = subprocess.Popen(
            command,
            env={**os.environ, **environ},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except OSError:
        return False
    try:
        return process.wait(OPENS_S) == 0
    except subprocess.TimeoutExpired:
        threading.Thread(
            target=process.wait, daemon=True
        ).start()  # or it would stay in the list of processes
        return True
