"""Pure words: any string to a drawable string, and values to the words a screen shows."""

from __future__ import annotations

import math
import re
import time
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

# --- any string -> drawable string -----------------------------------------------------------------------

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


# --- cells -----------------------------------------------------------------------------------------------

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


def cut(text: str, width: int) -> str:
    """The beginning of a text that takes at most so many cells."""
    if text.isascii():
        return text[: max(0, width)]
    taken = 0
    for index, char in enumerate(text):
        taken += char_cells(char)
        if taken > width:
            return text[:index]
    return text


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


# --- values -> words -------------------------------------------------------------------------------------

_MINUTE: Final = 60
_HOUR: Final = 3600
_DAY: Final = 86_400
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def loss(value: float | None) -> str:
    """A loss or an accuracy in at most six cells, three decimals where they fit."""
    if value is None:
        return ""
    if not math.isfinite(value):
        return "nan" if math.isnan(value) else ("inf" if value > 0 else "-inf")
    if 0 < abs(value) < 0.001:
        return short_exponent(value)
    for decimals in (3, 2, 1, 0):
        words = f"{value:.{decimals}f}"
        if len(words) <= 6:
            return words
    return short_exponent(value)


def short_exponent(value: float) -> str:
    """A very small or very large number, `4e-4`."""
    mantissa, exponent = f"{value:.0e}".split("e")
    return f"{mantissa}e{int(exponent)}"


def percent(share: float | None, *, done: bool = False) -> str:
    """A share as five cells, ` 62 %`; 99 until it is done."""
    if share is None or not math.isfinite(share):
        return ""
    whole = 100 if done else max(0, min(99, int(share * 100)))
    return f"{whole:3d} %"


def age(seconds: float | None) -> str:
    """A coarse age: it changes rarely, so that drawing it costs little."""
    if seconds is None or not math.isfinite(seconds):
        return ""
    whole = max(0, int(seconds))
    if whole < _MINUTE:
        return f"{whole if whole < 10 else whole // 10 * 10} s"
    if whole < _HOUR:
        return f"{whole // _MINUTE} m"
    if whole < _DAY:
        return f"{whole // _HOUR} h"
    days = whole // _DAY
    if days < 100:
        return f"{days} d"
    # Weeks keep the column four cells wide until the first year is over.
    return f"{days // 7} w" if days < 365 else f"{days // 365} y"


def eta(seconds: float | None) -> str:
    """A time left; always an estimate."""
    words = age(seconds)
    return f"~{words}" if words else ""


def length(seconds: float | None) -> str:
    """A length of time in text, at most two units: `1 h 10 m`."""
    if seconds is None or not math.isfinite(seconds):
        return ""
    whole = max(0, int(seconds))
    if whole < _MINUTE:
        return f"{whole} s"
    if whole >= 10 * _MINUTE:
        whole = whole // _MINUTE * _MINUTE
    for size, big, small, unit in (
        (_DAY, "d", _HOUR, "h"),
        (_HOUR, "h", _MINUTE, "m"),
        (_MINUTE, "m", 1, "s"),
    ):
        if whole >= size:
            rest = whole % size // small
            return f"{whole // size} {big}" + (f" {rest} {unit}" if rest else "")
    return ""


def clock(moment: float, now: float) -> str:
    """A local time of day; older than today with its date. Eight or twelve cells."""
    then, today = time.localtime(moment), time.localtime(now)
    if (then.tm_year, then.tm_yday) == (today.tm_year, today.tm_yday):
        return time.strftime("%H:%M:%S", then)
    return f"{then.tm_mday:2d} {_MONTHS[then.tm_mon - 1]} {then.tm_hour:02d}:{then.tm_min:02d}"


def day_clock(moment: float) -> str:
    """A whole local date and time, `20 Nov 2026 11:54:16`."""
    then = time.localtime(moment)
    return f"{then.tm_mday} {_MONTHS[then.tm_mon - 1]} {then.tm_year} {time.strftime('%H:%M:%S', then)}"


def count(number: int) -> str:
    """How many: `1,204`, from ten thousand on `412 k`, `2.1 M`."""
    if abs(number) < 10_000:
        return f"{number:,}"
    if abs(number) < 1_000_000:
        return f"{number // 1000} k"
    return f"{number / 1_000_000:.1f} M"


def size(size_bytes: int) -> str:
    """How large: `1.9 MB`."""
    if size_bytes < 1000:
        return f"{size_bytes} B"
    if size_bytes < 100_000:
        return f"{size_bytes / 1000:.0f} kB"
    if size_bytes < 100_000_000:
        return f"{size_bytes / 1_000_000:.1f} MB"
    return f"{size_bytes / 1_000_000_000:.1f} GB"


def ordinal(number: int) -> str:
    """A place in a line: `2nd`."""
    if number % 100 in (11, 12, 13):
        return f"{number}th"
    return f"{number}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th') }"


def dollars(sum_: float) -> str:
    """`$1,234.50`; what costs less than a cent is not nothing."""
    return f"${sum_:,.2f}" if sum_ >= 0.005 or not sum_ else "under $0.01"


def in_line(place: int) -> str:
    """Where a waiting job stands."""
    return f"{ordinal(place)} in line"


# --- glyphs ----------------------------------------------------------------------------------------------


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
    crosshair: str = "│"
    crosshair_point: str = "◉"
    times: str = "×"
    plot: str = "braille"
    """braille, block or ascii."""

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


def choose_glyphs(setting: str, encoding: str) -> Glyphs:
    """The glyphs for a setting (`auto`, `unicode`, `ascii`) and the encoding of the terminal's locale."""
    if setting in ("ascii", "unicode"):
        return ASCII if setting == "ascii" else UNICODE
    return UNICODE if encoding.lower().replace("-", "").replace("_", "") == "utf8" else ASCII
