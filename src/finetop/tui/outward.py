"""What leaves the screen: text for the clipboard, and sentences about it for whichever screen shows them."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from textual import on, work

from finetop.tui import clipboard
from finetop.tui.base import BaseApp
from finetop.tui.messages import CopyWanted, Said

if TYPE_CHECKING:
    from finetop.tui.screens.saying import Saying

Result = TypeVar("Result")


class Outward(BaseApp[Result]):
    """The part of the app that hands things on."""

    environ: Mapping[str, str]
    spare_folder: Path
    """Where a text goes that no clipboard takes."""

    @property
    def hearing(self) -> Saying:
        """The topmost screen that has a notice line."""
        raise NotImplementedError

    def say(self, said: Said) -> None:
        """Tell whoever looks."""
        self.hearing.post_message(said)

    def copy_to_clipboard(self, text: str) -> None:
        """What Textual's own widgets copy takes the same way as all else."""
        self._clipboard = text  # ctrl+v in a field of this app
        self.copy(text, "the selected text")

    @on(CopyWanted)
    def _copy_wanted(self, event: CopyWanted) -> None:
        self.copy(event.text, event.what)

    @work(exclusive=True, group="copy", exit_on_error=False)
    async def copy(self, text: str, what: str) -> None:
        """Put the text on the clipboard, and say by which way; the last wish counts."""
        copied = await asyncio.to_thread(clipboard.put, text, self.environ, self.spare_folder)
        if copied.sequence:
            self.send(copied.sequence)
        self.say(clipboard.said(copied, what))

    def send(self, sequence: str) -> None:
        """Send the terminal something that draws nothing, between two frames."""
        if self._driver is not None and not self.is_headless:
            self._driver.write(sequence)
            self._driver.flush()
