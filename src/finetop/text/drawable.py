"""Any string to one that a terminal draws and does not obey, and the cells it takes."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

# Whole sequences go, so that "\x1b]0;title\x07" does not leave "]0;title" behind. A string sequence
# without its end is not followed: one odd byte must not swallow the rest of the text.
_SEQUENCE: Final = re.compile(
    r"(?:\x1b[PX\]^_]|[\x90\x98\x9d\x9e\x9f])[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)"
    r"|(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"
    r"|\x1b[ -/]+[0-~]"
)
_BREAKS: Final = re.compile(r"\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")
# Invisible although their category calls them letters, marks or symbols.
_HIDDEN: Final = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0\u2800") | frozenset(
    map(chr, (*range(0x180B, 0x1810), *range(0xFE00, 0xFE10), *range(0xE0000, 0xE0200)))
)
_MARKS_AT_MOST: Final = 4
_ODD: Final = "?"


def clean(text: str) -> str:
    """Any string as one line a terminal draws and does not obey; cleaning twice changes nothing."""
    if text.isascii() and text.isprintable():
        return text
    text = _BREAKS.sub(" ", _SEQUENCE.sub("", text))
    drawn: list[str] = []
    marks = _MARKS_AT_MOST  # a mark with nothing before it would sit on our own cell
    for char in text:
        safe = _drawable(char)
        if not safe:
            continue
        if char_cells(safe):
            marks = 0
        elif marks < _MARKS_AT_MOST:
            marks += 1
        else:
            continue
        drawn.append(safe)
    return "".join(drawn)


def clean_lines(text: str) -> list[str]:
    """The lines of a longer text, each cleaned; tabs become two blanks so that JSON keeps its shape."""
    return [clean(line.replace("\t", "  ")) for line in _BREAKS.split(text)]


def _drawable(char: str) -> str:
    """The character, a blank, a question mark in its place, or nothing."""
    if char in _HIDDEN:
        return ""
    if char.isprintable():
        return char
    match unicodedata.category(char):
        case "Cf":  # bidi controls, zero-width joiners, soft hyphens, tags
            return ""
        case "Zs":
            return " "
        case _:
            return " " if char == "\t" else _ODD


# Wide since Unicode 16, which older Pythons do not know yet: trigrams, hexagrams, counting rods.
_WIDE: Final = ((0x2630, 0x2637), (0x268A, 0x268F), (0x4DC0, 0x4DFF), (0x1D300, 0x1D376))
# Drawn inside the cell before them: Hangul vowels and finals, skin tones.
_JOINED: Final = ((0x1160, 0x11FF), (0xD7B0, 0xD7FF), (0x1F3FB, 0x1F3FF))


@lru_cache(maxsize=4096)
def char_cells(char: str) -> int:
    """The cells one character takes: 0, 1 or 2."""
    code = ord(char)
    if code < 0x300:
        return 1
    if unicodedata.category(char)[0] == "M" or any(low <= code <= high for low, high in _JOINED):
        return 0
    if unicodedata.east_asian_width(char) in "WF" or any(low <= code <= high for low, high in _WIDE):
        return 2
    return 1


@lru_cache(maxsize=4096)  # the same marks, bars and braille come at every key
def cells(text: str) -> int:
    """The cells a cleaned string takes."""
    if text.isascii():
        return len(text)
    return sum(map(char_cells, text))


def cut(text: str, width: int, begin: int = 0) -> str:
    """What takes at most so many cells from a place on; a text without end is not gone through for it."""
    if text.isascii():
        return text[begin : begin + max(0, width)]
    taken = 0
    for index in range(begin, len(text)):
        taken += char_cells(text[index])
        if taken > width:
            return text[begin:index]
    return text[begin:]


def _cut_front(text: str, width: int) -> str:
    """The end of a text that takes at most so many cells and does not begin with a bare mark."""
    taken = 0
    begin = len(text)
    for index in range(len(text) - 1, -1, -1):
        size = char_cells(text[index])
        taken += size
        if taken > width:
            break
        if size:
            begin = index
    return text[begin:]


def shorten_end(text: str, width: int, ellipsis: str = "…") -> str:
    """A sentence in at most so many cells: it loses its end."""
    if cells(text) <= width:
        return text
    if width < 2:
        return cut(text, width)
    return cut(text, width - 1).rstrip() + ellipsis


def shorten_middle(text: str, width: int, ellipsis: str = "…") -> str:
    """An id or a name in at most so many cells: it loses its middle."""
    if cells(text) <= width:
        return text
    if width < 3:
        return cut(text, width)
    tail = (width - 1) // 2
    return cut(text, width - 1 - tail) + ellipsis + _cut_front(text, tail)


_DATE: Final = re.compile(r"[-_@:](?:20\d\d-?[01]\d-?[0-3]\d|\d{4})$")


def shorten_model(name: str, width: int, ellipsis: str = "…") -> str:
    """A model's name: it loses first the vendor, then a date at its end, then its middle."""
    if cells(name) <= width:
        return name
    if not name.startswith("ft:"):
        name = name.rsplit("/", 1)[-1] or name
        if cells(name) > width:
            name = _DATE.sub("", name) or name
    return shorten_middle(name, width, ellipsis)


def pad(text: str, width: int) -> str:
    """The text with blanks up to so many cells."""
    return text + " " * (width - cells(text))
