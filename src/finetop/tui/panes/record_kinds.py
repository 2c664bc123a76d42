"""The records of a file, by its kind: how many, one in a line of a list, and one whole.

Each reads what it is asked for and no more, so that it does not matter how large the file is.
"""

from __future__ import annotations

import csv
import json
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar, Final, TypeVar

from finetop import text
from finetop.dataset.examples import Example, example_of
from finetop.dataset.kinds import separator_of
from finetop.tui.panes.record_lines import RecordLine, example_lines, row_lines, text_lines
from finetop.tui.widgets.runs import Line, Run

if TYPE_CHECKING:
    from finetop.dataset.longfile import LongFile

Value = TypeVar("Value")

BRIEF: Final = 1 << 15
"""Bytes of a record that are read to show it in one line."""
WHOLE: Final = 4 << 20
"""Bytes of a record that are read to show it whole."""
KEPT: Final = 256
"""Records whose brief form is remembered."""
SAMPLE: Final = 200
"""Rows of a table that decide on the widths of its columns."""
WIDEST: Final = 24
"""Cells of a column, whatever stands in it; the whole cell stands below."""
GAP: Final = "  "


class Records:
    """Lines of text; the base of the other kinds."""

    ONE: ClassVar[str] = "line"
    FIRST: ClassVar[int] = 0
    """The line of the first record."""

    def __init__(self, file: LongFile) -> None:
        self.file = file
        self._brief: OrderedDict[int, Any] = OrderedDict()

    @property
    def count(self) -> int:
        """How many are known."""
        return max(0, self.file.lines - self.FIRST)

    @property
    def is_counted(self) -> bool:
        """Whether there are no more than those."""
        return self.file.is_measured

    @property
    def noun(self) -> str:
        """What they are called when there are many."""
        return f"{self.ONE}s"

    @property
    def note(self) -> str:
        """What is to know of all of them; empty for nothing."""
        return ""

    def title(self, number: int) -> str:
        """What one is called where it is shown whole."""
        return f"{self.ONE.capitalize()} {number + 1:,}"

    def head(self, width: int, shift: int) -> Line | None:  # noqa: ARG002 - tables have one
        """The line over the list."""
        return None

    def row(self, number: int, width: int, shift: int, glyphs: text.Glyphs) -> list[Run]:
        """A record in one line; `shift` is how far the list was moved sideways."""
        words = self._briefly(number, _text)
        at = shift * STEP
        shown = text.shorten_end(words[at : at + 4 * width], width - self._number_width - 3, glyphs.ellipsis)
        return [(self._number(number), "faint"), (shown, "text")]

    def whole(self, number: int, width: int) -> list[RecordLine]:
        """A record with nothing left out."""
        return text_lines(_decoded(self._bytes(number)), width)

    def json(self, number: int) -> str:
        """A record as it stands in the file."""
        return _decoded(self._bytes(number))

    def search(
        self, words: str, place: int, *, backward: bool, at_once: bool, stop: Callable[[], bool]
    ) -> int | None:
        """The nearest record from a place on that holds words, round and round; `at_once` the place's own."""
        line = place + self.FIRST - at_once
        found = self.file.search(self.needles(words), line, backward=backward, stop=stop)
        return None if found is None or found < self.FIRST else found - self.FIRST

    def needles(self, words: str) -> set[bytes]:
        """The bytes that words may stand as."""
        return {words.lower().encode()}

    def shifts(self, width: int) -> int:  # noqa: ARG002 - tables ask
        """How far one can move sideways."""
        return 200

    @property
    def _number_width(self) -> int:
        return max(3, len(f"{self.count:,}"))

    def _number(self, number: int) -> str:
        return f"{number + 1:>{self._number_width},}  "

    def _bytes(self, number: int, most: int = WHOLE) -> bytes:
        return self.file.line(number + self.FIRST, most=most)

    def _size(self, number: int) -> int:
        return self.file.size_of(number + self.FIRST)

    def _briefly(self, number: int, read: Callable[[bytes], Value]) -> Value:
        """What a line of the list needs of a record, read once; each kind reads in one way."""
        if number not in self._brief:
            self._brief[number] = read(self._bytes(number, BRIEF))
            while len(self._brief) > KEPT:
                self._brief.popitem(last=False)
        found: Value = self._brief[number]
        return found


STEP: Final = 16
"""Characters by which a text moves sideways."""


class Examples(Records):
    """One conversation a line."""

    ONE = "example"

    def head(self, width: int, shift: int) -> Line:  # noqa: ARG002 - they do not move
        """What is asked, and what shall be answered."""
        asked, _ = self._widths(width)
        words = f"{' ' * self._number_width}{GAP}{text.pad('ASKED', asked)}{GAP}ANSWERED"
        return Line(((words, "faint"),))

    def row(self, number: int, width: int, shift: int, glyphs: text.Glyphs) -> list[Run]:  # noqa: ARG002 - as above
        """What is asked first and answered last."""
        asked, answered, problem = self._briefly(number, _in_brief)
        first, second = self._widths(width)
        if problem:
            said = text.shorten_end(f"! {problem}", width - self._number_width - 3, glyphs.ellipsis)
            return [(self._number(number), "faint"), (said, "warn")]
        return [
            (self._number(number), "faint"),
            (text.pad(text.shorten_end(asked, first, glyphs.ellipsis), first) + GAP, "muted"),
            (text.shorten_end(answered, second, glyphs.ellipsis), "text"),
        ]

    def whole(self, number: int, width: int) -> list[RecordLine]:
        """As a conversation."""
        return example_lines(self.example(number), width)

    def example(self, number: int) -> Example:
        """One of them; of one without end its beginning, which is no mistake of the file's."""
        line = self._bytes(number)
        example = example_of(line)
        if len(line) < WHOLE:
            return example
        size = text.size(self._size(number))
        return replace(example, problem=f"with {size} too long to be shown whole; it begins so")

    def needles(self, words: str) -> set[bytes]:
        """As they are, and as JSON writes them."""
        lowered = words.lower()
        forms = (lowered, json.dumps(lowered)[1:-1], json.dumps(lowered, ensure_ascii=False)[1:-1])
        return {form.encode() for form in forms}

    def shifts(self, width: int) -> int:  # noqa: ARG002 - they fit
        """Nothing is cut at the side that does not stand below."""
        return 0

    def _widths(self, width: int) -> tuple[int, int]:
        room = max(20, width - self._number_width - 2 * len(GAP) - 2)
        asked = room * 55 // 100
        return asked, room - asked


class Table(Records):
    """Rows under the names of their columns."""

    ONE = "row"
    FIRST = 1

    def __init__(self, file: LongFile) -> None:
        super().__init__(file)
        self._separator = separator_of(file.head)
        self.names = self._cells(file.line(0, most=BRIEF))
        rows = [self._cells(file.line(at)) for at in range(1, min(SAMPLE, file.lines))]
        columns = [[row[at] for row in rows if at < len(row)] for at in range(len(self.names))]
        self._wide = [
            min(WIDEST, max(text.cells(name), *map(text.cells, column), 1))
            for name, column in zip(self.names, columns, strict=True)
        ]
        self._right = [_are_numbers(column) for column in columns]

    def head(self, width: int, shift: int) -> Line:
        """The names of the columns."""
        lead: Run = (" " * (self._number_width + 2), "faint")
        return Line((lead, *self._line(self.names, width, shift, "faint")))

    def row(self, number: int, width: int, shift: int, glyphs: text.Glyphs) -> list[Run]:  # noqa: ARG002 - cells are cut, not shortened
        """The cells under their names."""
        cells = self._briefly(number, self._cells)
        return [(self._number(number), "faint"), *self._line(cells, width, shift, "text")]

    def whole(self, number: int, width: int) -> list[RecordLine]:
        """Each cell beside its name."""
        return row_lines(self.names, self._cells(self._bytes(number)), width)

    def shifts(self, width: int) -> int:
        """Columns can leave at the left until the last one is seen."""
        room = width - self._number_width - 3
        for first in range(len(self._wide)):
            if sum(wide + len(GAP) for wide in self._wide[first:]) <= room + len(GAP):
                return first
        return max(0, len(self._wide) - 1)

    def _line(self, cells: Sequence[str], width: int, shift: int, role: str) -> list[Run]:
        room = width - self._number_width - 3
        words = ""
        for at in range(shift, len(self._wide)):
            wide = self._wide[at]
            if len(words) + wide > room and words:
                break
            cell = text.shorten_end(cells[at] if at < len(cells) else "", wide)
            padding = " " * (wide - text.cells(cell))
            words += (padding + cell if self._right[at] else cell + padding) + GAP
        return [(words.rstrip(), role)]

    def _cells(self, line: bytes) -> list[str]:
        try:
            cells = next(csv.reader([_decoded(line)], delimiter=self._separator), [])
        except csv.Error:
            cells = [_decoded(line)]
        return [text.clean(cell).strip() for cell in cells]


def records_of(kind: str, file: LongFile) -> Records:
    """The records of a file of this kind."""
    return {"examples": Examples, "table": Table}.get(kind, Records)(file)


def _decoded(line: bytes) -> str:
    return line.decode("utf-8", "replace").removeprefix("\ufeff")


def _text(line: bytes) -> str:
    return text.clean(_decoded(line).replace("\t", "    "))


def _in_brief(line: bytes) -> tuple[str, str, str]:
    """What is asked, what is answered, and what is wrong."""
    if len(line) >= BRIEF:
        return text.clean(_decoded(line[:400])), "too long for one line", ""
    example = example_of(line)
    return text.clean(example.asked[:400]), text.clean(example.answered[:400]), text.clean(example.problem)


def _are_numbers(column: Sequence[str]) -> bool:
    """Numbers stand at the right; cells without one do not count."""
    told = [cell for cell in column if cell]
    try:
        for cell in told:
            float(cell)
    except ValueError:
        return False
    return bool(told)
