"""What this terminal really sends for each key, and what finetop makes of it; nothing is drawn but lines."""

from __future__ import annotations

import codecs
import contextlib
import os
import select
import sys
import termios
import tty
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

from textual import constants, events
from textual._xterm_parser import XTermParser

from finetop import text
from finetop.text.keys import key_word, why_seldom
from finetop.tui.key_table import key_table
from finetop.tui.start import need_terminal

if TYPE_CHECKING:
    from finetop.config.keymap import KeyLine, Keys

TIMES: Final = 3
"""The same key so often in a row ends: it can be done on every keyboard, and no key is left out."""
QUIET_S: Final = 0.15
"""Longer than the bytes of one key take; a lone esc is one only after it."""
_BEGIN: Final = "\x1b[>25u"
"""As the screen asks for keys: told apart, all of them, with what they type."""
_END: Final = "\x1b[<u"


def try_keys(keys: Keys) -> int:
    """Say of each key what arrives, until one is pressed three times in a row."""
    need_terminal()
    lines = key_table(keys).lines
    before = termios.tcgetattr(0)
    asks = "" if constants.DISABLE_KITTY_KEY else _BEGIN
    _say(f"Press keys, and see what arrives. The same one {TIMES} times ends.\n\n")
    _say(f"{'KEY':<16}{'BYTES':<22}WHAT IT DOES\n")
    try:
        tty.setraw(0, termios.TCSANOW)
        _say(asks)
        last, times = "", 0
        for key, sent in _pressed():
            times = times + 1 if key == last else 1
            last = key
            _say("".join(f"{words}\r\n" for words in told(key, sent, lines)))
            if times == TIMES:
                break
    finally:
        _say(_END if asks else "")
        termios.tcsetattr(0, termios.TCSANOW, before)
    return 0


def told(key: str, sent: str, lines: Iterable[KeyLine]) -> Iterator[str]:
    """One key as it is told: what it does in other places stands below."""
    bytes_shown = sent.encode("unicode_escape").decode("ascii")
    lead = f"{text.pad(key_word(key), 14)}  {text.pad(bytes_shown, 20)}  "
    for words in does(key, lines):
        yield lead + words
        lead = " " * text.cells(lead)


def does(key: str, lines: Iterable[KeyLine]) -> list[str]:
    """What a key does, and where that differs from place to place."""
    if key.startswith("alt+"):
        return [f"read as esc and {key_word(key.removeprefix('alt+'))}"]
    found = [line for line in lines if key in line.keys]
    if not found:
        reason = why_seldom(key)
        return [f"nothing; it may be {reason}" if reason else "nothing"]
    if len(found) == 1:
        return [found[0].does]
    return [f"{line.does} ({_where(line)})" for line in found]


def _where(line: KeyLine) -> str:
    return line.places[0] if len(line.places) == 1 else f"{line.places[0]} and others"


def _pressed() -> Iterator[tuple[str, str]]:
    """Each key with the characters it was made of, as they come."""
    parser = XTermParser()
    decode = codecs.getincrementaldecoder("utf-8")("replace").decode
    waiting = ""
    while True:
        if not select.select([0], [], [], QUIET_S)[0]:
            for event in parser.tick():
                if isinstance(event, events.Key):
                    yield event.key, waiting
            waiting = ""
            continue
        data = os.read(0, 4096)
        if not data:
            return
        for character in decode(data):
            waiting += character
            for event in parser.feed(character):
                if isinstance(event, events.Key):
                    yield event.key, waiting
                waiting = ""


def _say(words: str) -> None:
    with contextlib.suppress(OSError):  # a terminal that was closed reads nothing
        sys.stdout.write(words)
        sys.stdout.flush()
