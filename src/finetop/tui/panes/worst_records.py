"""The examples of a job as records of a list, the one that was learned least first."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final

from finetop import text
from finetop.tui.panes.record_kinds import GAP, WHOLE, Examples
from finetop.tui.panes.record_lines import RecordLine, text_lines
from finetop.tui.widgets.runs import Line, Run

if TYPE_CHECKING:
    from finetop.dataset.longfile import LongFile
    from finetop.dataset.losses import Losses, Split

LOSS: Final = 6
SPLITS: Final[Mapping[Split, str]] = {"train": "training", "valid": "validation"}


class WorstExamples(Examples):
    """Each has its loss and its place; its words are read from the file it is from."""

    def __init__(
        self,
        losses: Losses,
        files: Mapping[Split, LongFile],
        missing: Mapping[Split, str],
        split: Split | None = None,
    ) -> None:
        """`missing` says why the words of a file cannot be shown; `split` is the only one that is."""
        self._brief = OrderedDict()  # there is no one file that the base could be given
        self._found: tuple[str, frozenset[int]] = ("", frozenset())
        self.losses = losses
        self.worst = losses.worst if split is None else losses.of.get(split, ())
        self._shown = split
        self._files = files
        self._missing = missing
        last = max((one.line for one in self.worst), default=0)
        self._line = max(len(f"{last:,}"), len("LINE"))
        self._split = max(map(len, losses.of)) if split is None and len(losses.of) > 1 else 0

    @property
    def count(self) -> int:
        """As many as have a loss."""
        return len(self.worst)

    @property
    def noun(self) -> str:
        """What was learned from, or what was held out."""
        return "examples" if self._shown is None else f"{SPLITS[self._shown]} examples"

    @property
    def note(self) -> str:
        """How many there are, where not all of them were measured."""
        shown = tuple(self.losses.of) if self._shown is None else (self._shown,)
        lines = sum(self._files[split].lines for split in shown if split in self._files)
        is_all = lines <= self.count or any(split not in self._files for split in shown)
        return "" if is_all else f"{self.count:,} of {lines:,} lines were measured"

    @property
    def is_counted(self) -> bool:
        """The losses are read whole before they are shown."""
        return True

    def title(self, number: int) -> str:
        """Where it stands, and what it costs."""
        one = self.worst[number]
        return f"Line {one.line:,} of {SPLITS[one.split]}, loss {text.loss(one.loss)}"

    def head(self, width: int, shift: int) -> Line:  # noqa: ARG002 - they do not move
        """What the numbers are, what is asked, and what shall be answered."""
        asked, _ = self._widths(width)
        split = text.pad("FROM", self._split) + GAP if self._split else ""
        numbers = f"{'LOSS':>{LOSS}}{GAP}{split}{'LINE':>{self._line}}{GAP}"
        words = f"{numbers}{text.pad('ASKED', asked)}{GAP}ANSWERED"
        return Line(((words, "faint"),))

    def row(self, number: int, width: int, shift: int, glyphs: text.Glyphs) -> list[Run]:
        """As in the file, after its loss."""
        loss: Run = (f"{text.loss(self.worst[number].loss):>{LOSS}}{GAP}", "bright")
        if why := self._why(number):
            room = width - self._number_width - 3
            said = text.shorten_end(why, room, glyphs.ellipsis)
            return [loss, (self._number(number), "faint"), (said, "faint")]
        return [loss, *super().row(number, width, shift, glyphs)]

    def whole(self, number: int, width: int) -> list[RecordLine]:
        """As a conversation, or why it is none."""
        why = self._why(number)
        return text_lines(f"{why[:1].upper()}{why[1:]}.", width) if why else super().whole(number, width)

    def json(self, number: int) -> str:
        """As it stands in its file; empty where that is not here."""
        return "" if self._why(number) else super().json(number)

    def search(
        self, words: str, place: int, *, backward: bool, at_once: bool, stop: Callable[[], bool]
    ) -> int | None:
        """In the order of the list, which is not that of the files."""
        found = self._holding(words, stop)
        count, step = self.count, -1 if backward else 1
        tried = ((place + step * far) % count for far in range(0 if at_once else 1, count + 1))
        return next((number for number in tried if number in found), None) if found else None

    def _holding(self, words: str, stop: Callable[[], bool]) -> frozenset[int]:
        """Which of them hold words; read in the order of the files, for any other takes far longer."""
        if self._found[0] == words:
            return self._found[1]
        needles, found = self.needles(words), set()
        for number in sorted(range(self.count), key=lambda number: self.worst[number][:2]):
            if stop():
                return frozenset()
            line = self._bytes(number).lower()
            if any(needle in line for needle in needles):
                found.add(number)
        self._found = words, frozenset(found)
        return self._found[1]

    def _why(self, number: int) -> str:
        """Why its words cannot be shown."""
        one = self.worst[number]
        file = self._files.get(one.split)
        if file is None:
            return self._missing.get(one.split, "its file is not known")
        return "" if one.line <= file.lines else "this line is not in what was brought of its file"

    @property
    def _number_width(self) -> int:
        # The numbers of the base end with a gap of two cells.
        return LOSS + len(GAP) + self._line + (self._split + len(GAP) if self._split else 0)

    def _number(self, number: int) -> str:
        one = self.worst[number]
        split = text.pad(one.split, self._split) + GAP if self._split else ""
        return f"{split}{one.line:>{self._line},}{GAP}"

    def _bytes(self, number: int, most: int = WHOLE) -> bytes:
        one = self.worst[number]
        file = self._files.get(one.split)
        return b"" if file is None else file.line(one.line - 1, most=most)

    def _size(self, number: int) -> int:
        one = self.worst[number]
        file = self._files.get(one.split)
        return 0 if file is None else file.size_of(one.line - 1)
