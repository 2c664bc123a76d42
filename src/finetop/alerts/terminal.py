"""What a terminal is sent: the bell, and a notification as the terminal at hand understands it; pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from finetop.text import clean

BELL: Final = "\a"
LONGEST: Final = 200
"""Characters; GNU screen passes no more than some hundreds of bytes on."""
_OSC9_PROGRAMS: Final = {"iTerm.app", "WezTerm", "ghostty", "WarpTerminal"}
_OSC9_MARKS: Final = ("KITTY_WINDOW_ID", "WEZTERM_PANE", "GHOSTTY_RESOURCES_DIR")
_OSC9_TERMS: Final = ("xterm-kitty", "xterm-ghostty", "wezterm")
_OSC777_TERMS: Final = ("foot", "rxvt")


def kind_of(setting: str, environ: Mapping[str, str]) -> str:
    """osc9, osc777, or nothing where the terminal is not known to show notifications.

    Inside tmux and screen the terminal around them may not be known; OSC 9 is what most understand, and
    what the others pass over.
    """
    if setting != "auto":
        return "" if setting == "off" else setting
    term = environ.get("TERM", "")
    known = environ.get("TERM_PROGRAM") in _OSC9_PROGRAMS or environ.get("LC_TERMINAL") == "iTerm2"
    if known or term.startswith(_OSC9_TERMS) or any(environ.get(mark) for mark in _OSC9_MARKS):
        return "osc9"
    if term.startswith(_OSC777_TERMS) or environ.get("VTE_VERSION"):
        return "osc777"
    return "osc9" if around(environ) else ""


def around(environ: Mapping[str, str]) -> str:
    """`tmux` or `screen` where one stands between us and the terminal, else nothing."""
    term = environ.get("TERM", "")
    if environ.get("TMUX") or term.startswith("tmux"):
        return "tmux"
    return "screen" if environ.get("STY") or term.startswith("screen") else ""


def notification(kind: str, sentence: str, environ: Mapping[str, str]) -> str:
    """The sequence that has a terminal show a sentence; nothing where it knows none."""
    words = clean(sentence)[:LONGEST]
    if kind == "osc9":
        return wrapped(f"\x1b]9;finetop: {words}\a", environ)
    if kind == "osc777":
        return wrapped(f"\x1b]777;notify;finetop;{words.replace(';', ',')}\a", environ)
    return ""


def wrapped(sequence: str, environ: Mapping[str, str]) -> str:
    """A sequence as it passes through what stands between us and the terminal."""
    match around(environ):
        case "tmux":
            return "\x1bPtmux;" + sequence.replace("\x1b", "\x1b\x1b") + "\x1b\\"
        case "screen":
            return f"\x1bP{sequence}\x1b\\"
        case _:
            return sequence
