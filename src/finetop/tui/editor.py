"""A sheet in the person's own editor or pager, while the screen steps aside."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from types import FrameType

    from finetop.tui.handoff import Sheet

_USUAL: Final = ("less", "more", "vi")
_LONGEST_NAME: Final = 80


def program(environ: Mapping[str, str], find: Callable[[str], str | None]) -> tuple[str, ...] | None:
    """`VISUAL`, `EDITOR`, `PAGER`, else what most machines have: the first that is there."""
    for said in (*(environ.get(name, "") for name in ("VISUAL", "EDITOR", "PAGER")), *_USUAL):
        try:
            words = shlex.split(said)
        except ValueError:  # a quote that does not end
            continue
        if words and find(words[0]):
            return tuple(words)
    return None


def surroundings(environ: Mapping[str, str]) -> dict[str, str]:
    """Its variables: a `less` that ends by itself at the end of a short file would show it to nobody."""
    told = dict(environ)
    if told.get("LESS"):
        told["LESS"] += " -+F"
    return told


def lay_out(sheet: Sheet, folder: Path) -> Path:
    """The sheet as a file in this folder, to be read: nobody takes back what is written into it."""
    path = folder / safe_name(sheet.name)
    path.touch(0o600)
    if isinstance(sheet.content, Path):
        shutil.copyfile(sheet.content, path)
    else:
        path.write_bytes(sheet.content)
    path.chmod(0o400)  # editors say so before one has typed anything in vain
    return path


def safe_name(name: str) -> str:
    """A file's name that a provider has no say in beyond its letters."""
    kept = "".join(char if char.isascii() and (char.isalnum() or char in "-_.") else "-" for char in name)
    return kept.lstrip(".-")[-_LONGEST_NAME:] or "sheet"


class Outside:
    """The program that has the terminal just now."""

    def __init__(self) -> None:
        self._running: subprocess.Popen[bytes] | None = None

    def run(self, command: tuple[str, ...]) -> int:
        """Run it to its end, on the main thread; its exit code. Raises OSError where it cannot start.

        Ctrl+c belongs to it; a handler that does nothing is not inherited, as `SIG_IGN` would be. Where it
        stops itself we are stopped with it, by the kernel: a handler might have to wait for its end.
        """
        before = {number: signal.signal(number, _nothing) for number in (signal.SIGINT, signal.SIGQUIT)}
        before[signal.SIGTSTP] = signal.signal(signal.SIGTSTP, signal.SIG_DFL)
        try:
            with subprocess.Popen(command, env=surroundings(os.environ)) as self._running:
                return self._running.wait()
        finally:
            self._running = None
            for number, handler in before.items():
                signal.signal(number, handler)

    def end(self) -> None:
        """Ask it to end, if there is one: we are to end ourselves. Safe in a signal's handler."""
        if self._running is not None:
            self._running.terminate()


def _nothing(_number: int, _frame: FrameType | None) -> None:
    """Not for us."""
