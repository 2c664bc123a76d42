"""One line of a log as runs: time, whose it is, mark and message; pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from finetop import text
from finetop.query.needle import NO_NEEDLE, Needle
from finetop.store.log import LONGEST, MODERATION, MODERATION_WORD, LogLine
from finetop.text.wrapping import breaks
from finetop.tui.widgets.finding import with_marks

if TYPE_CHECKING:
    from finetop.store import JobKey
    from finetop.tui.widgets.runs import Run

LOCAL: Final = "local"
UTC: Final = "UTC"
AGO: Final = "ago"
OFF: Final = "off"
STAMPS: Final = (LOCAL, UTC, AGO, OFF)
"""The ways to tell when a line was written, in the order in which a key goes through them."""
LONGEST_NAME: Final = 20
_CUT: Final = " (the rest stands in the saved log)"
_ROLES: Final = {"warn": "warn", "warning": "warn", "error": "bad"}


@dataclass(frozen=True, slots=True)
class Look:
    """How lines are drawn."""

    now: float = 0.0
    stamp: str = LOCAL
    began: float | None = None
    """When the log begins: with older days the times have their date, in all lines."""
    names: Mapping[JobKey, str] | None = None
    """Of the jobs, where there are several."""
    wraps: bool = False
    left: int = 0
    """So many cells of the messages are to the left of what is seen."""
    needle: Needle = NO_NEEDLE
    """What is marked."""
    glyphs: text.Glyphs = text.UNICODE

    @property
    def stamp_cells(self) -> int:
        """The width of a time."""
        if self.stamp in (AGO, OFF) or self.began is None:
            return 0 if self.stamp == OFF else 8
        return len(text.clock(self.began, self.now, utc=self.stamp == UTC))

    @property
    def name_cells(self) -> int:
        """The width of a job's name."""
        return min(LONGEST_NAME, max(map(text.cells, self.names.values()), default=0)) if self.names else 0

    def room(self, width: int) -> int:
        """The cells for a message."""
        lead = sum(cells + 2 for cells in (self.stamp_cells, self.name_cells) if cells)
        return max(8, width - lead - 4)


def words_of(line: LogLine) -> str:
    """What a line says, as it is drawn and looked through."""
    words = text.clean(line.message)
    if len(line.message) == LONGEST:
        words += _CUT
    return f"{MODERATION_WORD} {words}" if line.type == MODERATION else words


def rows_of(words: str, look: Look, width: int) -> int:
    """How many rows of the screen these words take."""
    return len(breaks(words, look.room(width))) if look.wraps else 1


def row(line: LogLine, words: str, look: Look, width: int, *, part: int = 0, here: bool = False) -> list[Run]:
    """One row of a line; `here` when it is the one that was gone to."""
    role = _ROLES.get(line.level, "text")
    room = look.room(width)
    if look.wraps:
        start, end = breaks(words, room)[part]
        more = False
    else:
        start, end, more = _in_sight(words, look.left, room)
    message = _message(line, words, role, look.needle, here=here)
    shown = _part(message, start, end)
    if start and not look.wraps:
        shown = [(look.glyphs.ellipsis, "faint"), *_part(message, start + 1, end)]
    if more:
        shown.append((look.glyphs.ellipsis, role))
    return [*_lead(line, role, look, first=not part), *shown]


def _lead(line: LogLine, role: str, look: Look, *, first: bool) -> list[Run]:
    """What stands before a message; blank before the rows it goes on in."""
    mark = {"warn": "!", "bad": look.glyphs.failed}.get(role, " ")
    runs: list[Run] = [(" ", "faint")]
    if look.stamp_cells:
        runs.append((_when(line.created_at, look).rjust(look.stamp_cells) + "  ", "faint"))
    if look.names:
        name = text.shorten_middle(text.clean(look.names.get(line.key, "")), look.name_cells)
        runs.append((text.pad(name, look.name_cells) + "  ", "muted"))
    runs.append((f"{mark} ", role))
    return runs if first else [(" " * sum(text.cells(words) for words, _ in runs), "text")]


def _when(moment: float | None, look: Look) -> str:
    if moment is None:
        return ""
    if look.stamp == AGO:
        return f"{text.age(look.now - moment)} ago"
    return text.clock(moment, look.now, utc=look.stamp == UTC)


def _message(line: LogLine, words: str, role: str, needle: Needle, *, here: bool) -> tuple[Run, ...]:
    """The whole message with what is looked for marked; a moderation check stands out."""
    tag = len(MODERATION_WORD) if line.type == MODERATION else 0
    runs: list[Run] = [(words[:tag], "bright" if role == "text" else "reverse"), (words[tag:], role)]
    marks = [(start, end, "here" if here else "match") for start, end in needle.spans(words)]
    return with_marks(runs, marks) if marks else tuple(runs)


def _in_sight(words: str, left: int, room: int) -> tuple[int, int, bool]:
    """From which to which character a message is seen, and whether it goes on to the right."""
    start = len(text.cut(words, left)) if left else 0
    rest = words[start:]
    if text.cells(rest) <= room:
        return start, len(words), False
    return start, start + len(text.cut(rest, room - 1).rstrip()), True


def _part(runs: tuple[Run, ...], start: int, end: int) -> list[Run]:
    """The characters from `start` to `end`."""
    shown: list[Run] = []
    at = 0
    for words, role in runs:
        if piece := words[max(0, start - at) : max(0, end - at)]:
            shown.append((piece, role))
        at += len(words)
    return shown
