"""The way to the clipboard of the person who sits here: what is tried, in which order, and what came of it.

    copied = put(text, environ, spare)      tries one way after the other; not on the thread that draws
    copied.sequence                         what the terminal still has to be sent
    said(copied, "the job's id")            the sentence for the notice line

Widgets post `CopyWanted(text, what)`; the app does the rest.
"""

from __future__ import annotations

import base64
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final, NamedTuple

from finetop.tui import private_file
from finetop.tui.messages import Said
from finetop.tui.surroundings import as_now, is_remote

MOST_OSC52: Final = 74_994
"""Bytes: coded they are 100,000 characters, and several terminals drop more without a word."""
SCREEN_PIECE: Final = 240
"""GNU screen passes on strings of at most 256 bytes."""
COMMAND_S: Final = 2.0
SPARE: Final = "copied.txt"
_UNWANTED: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_DEAF: Final = ("linux", "dumb", "vt100", "vt220")
"""Values of TERM whose terminals know no clipboard."""


class Way(NamedTuple):
    """A program that takes the text on its input; without one, the terminal is sent a sequence."""

    name: str
    command: tuple[str, ...] = ()
    encoding: str = "utf-8"


TERMINAL: Final = Way("the terminal")
_BY_PLATFORM: Final = {"darwin": (Way("pbcopy", ("pbcopy",)),)}
_BY_VARIABLE: Final = (
    ("WSL_DISTRO_NAME", Way("clip.exe", ("clip.exe",), "utf-16")),
    ("WAYLAND_DISPLAY", Way("wl-copy", ("wl-copy", "--type", "text/plain;charset=utf-8"))),
    ("DISPLAY", Way("xclip", ("xclip", "-in", "-selection", "clipboard"))),
    ("DISPLAY", Way("xsel", ("xsel", "--input", "--clipboard"))),
    ("TERMUX_VERSION", Way("termux-clipboard-set", ("termux-clipboard-set",))),
)
_TMUX: Final = Way("tmux", ("tmux", "load-buffer", "-w", "-"))


class Copied(NamedTuple):
    """What came of it."""

    way: str
    """The one that worked; empty where none did."""
    failed: tuple[str, ...] = ()
    sequence: str = ""
    path: Path | None = None
    """The file that stands in for a clipboard."""
    reason: str = ""
    """Why there is no clipboard, or why not even the file could be written."""


def ways(
    environ: Mapping[str, str], size: int, platform: str, find: Callable[[str], str | None]
) -> Iterator[Way]:
    """What may work here, best first. Programs would reach the clipboard of the far machine over SSH."""
    if not is_remote(environ):
        beside = (way for name, way in _BY_VARIABLE if environ.get(name))
        for way in (*_BY_PLATFORM.get(platform, ()), *beside):
            if find(way.command[0]):
                yield way
    if environ.get("TMUX") and find("tmux"):
        yield _TMUX
    is_deaf = environ.get("TERM", "").split("-")[0] in _DEAF
    if size <= MOST_OSC52 and not is_deaf and environ.get("TERM_PROGRAM") != "Apple_Terminal":
        yield TERMINAL


def osc52(text: str, environ: Mapping[str, str]) -> str:
    """The sequence that asks the outermost terminal to take the text, whatever stands between."""
    sequence = f"\x1b]52;c;{base64.b64encode(text.encode()).decode()}\x07"
    if environ.get("TMUX"):
        return f"\x1bPtmux;{sequence.replace(chr(27), chr(27) * 2)}\x1b\\"
    if environ.get("STY"):
        pieces = (sequence[at : at + SCREEN_PIECE] for at in range(0, len(sequence), SCREEN_PIECE))
        return "".join(f"\x1bP{piece}\x1b\\" for piece in pieces)
    return sequence


def pasteable(text: str) -> str:
    """The text without what would be a command where it is pasted: escape sequences, other control bytes."""
    return _UNWANTED.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def put(
    text: str,
    environ: Mapping[str, str],
    folder: Path,
    *,
    platform: str = sys.platform,
    find: Callable[[str], str | None] = shutil.which,
) -> Copied:
    """Copy the text by the first way that works; into a file in the folder where none does."""
    text = pasteable(text)
    environ = as_now(environ)
    size = len(text.encode())
    failed: list[str] = []
    for way in ways(environ, size, platform, find):
        if not way.command:
            return Copied(way.name, tuple(failed), osc52(text, environ))
        if _run(way.command, text.encode(way.encoding), environ):
            return Copied(way.name, tuple(failed))
        failed.append(way.name)
    reason = "It is more than a terminal takes." if size > MOST_OSC52 else "There is no clipboard here."
    try:
        private_file.write(folder / SPARE, text.encode())
    except OSError as error:
        return Copied("", tuple(failed), reason=f"{folder / SPARE} cannot be written: {error.strerror}.")
    return Copied("a file", tuple(failed), path=folder / SPARE, reason=reason)


def _run(command: tuple[str, ...], content: bytes, environ: Mapping[str, str]) -> bool:
    """Whether it took the text; in a session of its own, for some stay to hold it when we are gone."""
    try:
        subprocess.run(
            command,
            input=content,
            env={**os.environ, **environ},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=COMMAND_S,
            start_new_session=True,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return False
    return True


def said(copied: Copied, what: str) -> Said:
    """What was done, by which way, and which ways failed; a terminal never tells whether it took it."""
    hint = f"{' and '.join(copied.failed)} did not work." if copied.failed else ""
    if copied.path is not None:
        found = f"{what[:1].upper()}{what[1:]} is in {copied.path}."
        return Said(found, f"{copied.reason} {hint}".strip(), "warn")
    if not copied.way:
        return Said(f"Could not copy {what}.", f"{copied.reason} {hint}".strip(), "bad")
    match copied.way:
        case TERMINAL.name:
            return Said(f"Copied {what} through the terminal, if it takes OSC 52.", hint)
        case _TMUX.name:
            return Said(f"Copied {what} to tmux and its terminal.", hint)
        case _:
            return Said(f"Copied {what} with {copied.way}.", hint)
