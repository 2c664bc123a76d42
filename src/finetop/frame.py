"""The last screen of the previous run, shown while the real one loads; sys, os and termios only."""

from __future__ import annotations

import os
import sys
import termios

from finetop import __version__

TYPE_CHECKING = False  # importing typing, and with it re, costs as much as the rest of this module
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import IO, Any

LIMIT = 65_536
"""A screen of 200 by 60 takes half of this; anything larger is not ours."""

ENTER = "\x1b[?1049h"
LEAVE = "\x1b[?7h\x1b[?25h\x1b[?1049l"
_BARE = "\x1b[?25l\x1b[?7l\x1b[0m"

# Whatever decides how, and which, rows are drawn: another value of one of them is another screen.
_LOOKS = (
    "TERM", "COLORTERM", "COLORFGBG", "NO_COLOR", "FINETOP_THEME", "FINETOP_GLYPHS",
    "LC_ALL", "LC_CTYPE", "LANG",
    "FINETOP_CONFIG", "FINETOP_DATA", "FINETOP_PROFILE", "FINETOP_ARCHIVE", "FINETOP_QUERY",
    "TEXTUAL_COLOR_SYSTEM",
)  # fmt: skip

_LOCAL_FLAGS = termios.ECHO | termios.ICANON | termios.IEXTEN
_INPUT_FLAGS = termios.IXON | termios.IXOFF | termios.ICRNL | termios.INLCR | termios.IGNCR


class Held:
    """What this process has done to the terminal before the real screen took over."""

    attrs: list[Any] | None = None
    """The terminal's settings as we found them; None while nothing has been changed."""
    on_screen = False
    """True from showing a saved frame until the live screen, or `leave`, has the terminal."""


def file(environ: Mapping[str, str] = os.environ) -> str:
    """Where the frame lies: the state folder that `config.Paths` names too."""
    folder = environ.get("FINETOP_STATE")
    if not folder:
        home = os.path.expanduser("~")  # noqa: PTH111 - pathlib costs more than the rest of this module
        usual = environ.get("XDG_STATE_HOME", "").strip() or f"{home}/.local/state"
        folder = f"{home}/Library/Application Support" if sys.platform == "darwin" else usual
        folder += "/finetop"
    return f"{folder}/frame"


def key(arguments: Sequence[str], size: tuple[int, int], environ: Mapping[str, str] = os.environ) -> str:
    """One line that is equal only where the same frame would be drawn again."""
    # An empty NO_COLOR is set all the same, so absence needs a mark of its own.
    looks = (f"{name}={environ[name]}" if name in environ else name for name in _LOOKS)
    parts = ("finetop", __version__, f"{size[0]}x{size[1]}", *looks, "--", *arguments)
    return "\x1f".join(parts).replace("\n", "\x1e")


def show(arguments: Sequence[str]) -> bool:
    """Put the saved frame on the terminal if it is the one this start would draw; True when it was."""
    if not (os.isatty(0) and os.isatty(1)):
        return False
    rows = read(key(arguments, os.get_terminal_size(1)))
    if rows is None:
        return False
    try:
        Held.attrs = termios.tcgetattr(0)
        bare = termios.tcgetattr(0)
    except termios.error:
        return False
    # Keys typed from here on wait in the terminal's buffer, unechoed, for the live screen.
    bare[3] &= ~_LOCAL_FLAGS
    bare[0] &= ~_INPUT_FLAGS
    termios.tcsetattr(0, termios.TCSANOW, bare)
    Held.on_screen = True
    _write(ENTER + _BARE + rows)
    sys.stdout = _Talk(sys.stdout)
    sys.stderr = _Talk(sys.stderr)
    return True


def read(wanted: str, path: str | None = None) -> str | None:
    """The rows saved under this key; None when there are none, or the file is not ours alone."""
    try:
        handle = os.open(path or file(), os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return None
    try:
        facts = os.fstat(handle)
        if facts.st_uid != os.geteuid() or facts.st_mode & 0o170077 != 0o100000 or facts.st_size > LIMIT:
            return None
        head, _, rows = os.read(handle, LIMIT).decode("utf-8", "replace").partition("\n")
    except OSError:
        return None
    finally:
        os.close(handle)
    return rows if head == wanted and rows else None


def save(wanted: str, rows: Sequence[str], path: str | None = None) -> bool:
    """Keep the rows of a screen for the next start; False when they cannot or must not be kept."""
    drawn = "".join(f"\x1b[{number};1H{row}" for number, row in enumerate(rows, 1))
    content = f"{wanted}\n{drawn}\x1b[0m".encode("utf-8", "replace")
    if len(content) > LIMIT:
        return False
    path = path or file()
    part = f"{path}.{os.getpid()}"
    try:
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)  # noqa: PTH103, PTH120 - as in `file`
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            os.write(handle, content)
        finally:
            os.close(handle)
        os.replace(part, path)  # noqa: PTH105 - as in `file`
    except OSError:
        return False
    return True


def forget(path: str | None = None) -> None:
    """Take the saved frame away."""
    try:
        os.unlink(path or file())  # noqa: PTH108 - as in `file`
    except OSError:
        return


def hand_over() -> list[Any] | None:
    """The live screen takes the terminal; returns the settings it must restore at its end."""
    Held.on_screen = False
    _unwrap()
    return Held.attrs


def leave() -> None:
    """Give the terminal back as it was found, if a saved frame still has it."""
    if not Held.on_screen:
        return
    Held.on_screen = False
    _unwrap()
    if Held.attrs is not None:
        # Keys meant for a screen that never came must not reach the shell.
        termios.tcsetattr(0, termios.TCSAFLUSH, Held.attrs)
        Held.attrs = None
    _write(LEAVE)


def _write(text: str) -> None:
    left = text.encode("utf-8", "replace")
    try:
        while left:
            left = left[os.write(1, left) :]
    except OSError:
        return  # the terminal is gone; the live screen will notice


def _unwrap() -> None:
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if isinstance(stream, _Talk):
            setattr(sys, name, stream.real)


class _Talk:
    """A stream whose first word takes the frame away, so that no message is lost with it."""

    def __init__(self, real: IO[str]) -> None:
        self.real = real

    def write(self, text: str) -> int:
        """Leave the frame, then write."""
        leave()
        return self.real.write(text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.real, name)
