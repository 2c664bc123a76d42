"""The marks a screen draws, in Unicode and in ASCII."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Glyphs:
    """The marks of one character set; all of them change together."""

    running: str = "◉"
    checking: str = "◔"
    queued: str = "◌"
    stopping: str = "◒"
    paused: str = "◫"
    succeeded: str = "✓"
    failed: str = "✗"
    cancelled: str = "⊘"
    unknown: str = "?"
    best: str = "◊"
    button: str = "▸"
    cursor: str = "▌"
    changed: str = "∙"
    down: str = "▾"
    up: str = "▴"
    rule: str = "─"
    rule_focus: str = "━"
    bar: str = "━"
    bar_half: str = "╸"
    bar_rest: str = "─"
    ellipsis: str = "…"
    epoch: str = "╎"
    checkpoint: str = "╷"
    crosshair: str = "│"
    crosshair_point: str = "◉"
    times: str = "×"
    plot: str = "braille"
    """braille, block or ascii."""

    def drawn(self, words: str) -> str:
        """Words that were written with the usual marks, with these in their place."""
        return words.translate(_TO_ASCII) if self.plot == "ascii" else words

    def mark(self, status: str) -> str:
        """The mark of one of the nine status words."""
        found = getattr(self, status, None) if status in STATUSES else None
        return found if isinstance(found, str) else self.unknown


STATUSES: Final = (
    "checking",
    "queued",
    "running",
    "stopping",
    "paused",
    "succeeded",
    "failed",
    "cancelled",
    "unknown",
)

UNICODE: Final = Glyphs()
ASCII: Final = Glyphs(
    running="*",
    checking="?",
    queued="o",
    stopping="_",
    paused="=",
    succeeded="/",
    failed="x",
    cancelled="-",
    best="@",
    checkpoint=",",
    button=">",
    cursor=">",
    changed=".",
    down="v",
    up="^",
    rule="-",
    rule_focus="=",
    bar="#",
    bar_half="",
    bar_rest="-",
    ellipsis="~",
    epoch=":",
    crosshair="|",
    crosshair_point="o",
    times="x",
    plot="ascii",
)

_TO_ASCII: Final = str.maketrans(
    {
        "↓": "down",
        "→": "->",
        **{
            usual: plain
            for name in UNICODE.__slots__
            for usual, plain in [(getattr(UNICODE, name), getattr(ASCII, name))]
            if len(usual) == len(plain) == 1
        },
    }
)


def choose_glyphs(setting: str, encoding: str) -> Glyphs:
    """The glyphs for a setting (`auto`, `unicode`, `ascii`) and the encoding of the terminal's locale."""
    if setting in ("ascii", "unicode"):
        return ASCII if setting == "ascii" else UNICODE
    return UNICODE if encoding.lower().replace("-", "").replace("_", "") == "utf8" else ASCII
