"""What differs between jobs, as lines: a column for each job, and what that says at the right; pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from finetop import text

if TYPE_CHECKING:
    from finetop.comparing import Cell, Comparison, Field
    from finetop.text import Glyphs
    from finetop.tui.widgets.runs import Run

LABEL: Final = 16
GAP: Final = 2
WIDEST: Final = 40
NARROWEST: Final = 15
"""A column of a job that is narrower is not worth its place; those that do not fit are scrolled to."""
AGAINST_FROM: Final = 66
"""Below so many cells there is no room to say what the two values mean."""
_STATES: Final = {"running": "good", "paused": "warn", "failed": "bad", "stopping": "warn", "unknown": "warn"}

_LOW_ORDER: Final = {"": 0, "Result": 1}


class Row(NamedTuple):
    """A line, and the field it shows; none for headings and blanks."""

    runs: tuple[Run, ...]
    field: Field | None = None


@dataclass(frozen=True, slots=True)
class Columns:
    """Which jobs have a column, and how wide everything is."""

    first: int
    count: int
    each: int
    against: int
    """0 where there is no such column."""

    def shown(self, of: int) -> range:
        """The places of the jobs that are seen."""
        return range(self.first, min(of, self.first + self.count))


def columns(
    comparison: Comparison, width: int, first: int, *, everything: bool = False, widest: int = WIDEST
) -> Columns:
    """The room for each job, beginning with `first`."""
    jobs = len(comparison.jobs)
    fields = comparison.fields if everything else comparison.differing
    room = width - 1 - LABEL - GAP
    against, said = 0, 0
    if jobs == 2 and width >= AGAINST_FROM:
        said = max(text.cells("A AGAINST B"), *(text.cells(field.against) for field in fields))
        against = min(said, room // 3)
        room -= against + GAP
    count = max(1, min(jobs, (room + GAP) // (NARROWEST + GAP)))
    longest = max((_cell_width(field, cell) for field in fields for cell in field.cells), default=0)
    names = (text.cells(text.clean(job.row.name)) + 2 for job in comparison.jobs)
    each = min((room - GAP * (count - 1)) // count, max(longest, *names, NARROWEST), widest)
    if against:  # it takes what the jobs leave
        against = min(said, against + room - count * (each + GAP) + GAP)
    return Columns(max(0, min(first, jobs - count)), count, each, against)


def _cell_width(field: Field, cell: Cell) -> int:
    lead = 2 if field.best or field.name == "status" else 0
    return lead + text.cells(cell.words) + (text.cells(cell.note) + 2 if cell.note else 0)


def head_runs(comparison: Comparison, laid: Columns, glyphs: Glyphs) -> list[Run]:
    """The letters and names of the jobs."""
    runs: list[Run] = [(" " * (1 + LABEL + GAP), "text")]
    for place in laid.shown(len(comparison.jobs)):
        name = text.clean(comparison.jobs[place].row.name)
        name = text.pad(text.shorten_middle(name, laid.each - 2, glyphs.ellipsis), laid.each - 2 + GAP)
        runs += [(f"{comparison.letters[place]} ", letter_role(place)), (name, "bright")]
    if laid.against:
        runs.append(("A AGAINST B", "faint"))
    return runs


def letter_role(place: int) -> str:
    """In which role a job's letter stands, here and at the end of its curve."""
    return f"run{place}"


def rows(
    comparison: Comparison, laid: Columns, glyphs: Glyphs, *, everything: bool = False, airy: bool = True
) -> list[Row]:
    """All lines; with `airy` there is a blank one before each heading, else the result stands first."""
    found: list[Row] = []
    groups = comparison.groups(everything=everything)
    if not airy:  # what one looks for most has to be seen without scrolling
        groups.sort(key=lambda group: _LOW_ORDER.get(group[0], len(_LOW_ORDER)))
    for heading, fields in groups:
        if heading:
            if airy and found:
                found.append(Row(()))
            found.append(Row(((f" {heading}", "faint"),)))
        found += (Row(tuple(_field_runs(field, laid, glyphs)), field) for field in fields)
    return found


def _field_runs(field: Field, laid: Columns, glyphs: Glyphs) -> Iterator[Run]:
    label = text.shorten_end(field.label, LABEL, glyphs.ellipsis)
    yield (f" {text.pad(label, LABEL + GAP)}", "muted")
    for place in laid.shown(len(field.cells)):
        runs = _cell_runs(field, place, laid.each, glyphs)
        yield from runs
        yield (" " * (laid.each + GAP - sum(text.cells(words) for words, _ in runs)), "text")
    if laid.against:
        yield (text.shorten_end(field.against, laid.against, glyphs.ellipsis), "muted")


def _cell_runs(field: Field, place: int, width: int, glyphs: Glyphs) -> Sequence[Run]:
    """A value, with a mark where it is the best or a state, and its note as far as there is room."""
    cell = field.cells[place]
    runs: list[Run] = []
    role = "text"
    if field.name == "status":
        status = str(cell.value)
        mark = "good" if status == "succeeded" else _STATES.get(status, "muted")
        runs.append((f"{glyphs.mark(status)} ", mark))
        role = _STATES.get(status, "muted")
    elif field.best:
        is_best = place in field.best
        runs.append((f"{glyphs.best if is_best else ' '} ", "bright"))
        role = "bright" if is_best else "text"
    room = width - 2 * bool(runs)
    # Names lose their middle, sentences their end.
    is_name = " " not in cell.words
    words = (text.shorten_middle if is_name else text.shorten_end)(cell.words, room, glyphs.ellipsis)
    runs.append((words, role))
    left = room - text.cells(words) - GAP
    if cell.note and left >= min(4, text.cells(cell.note)):
        shorten = text.shorten_middle if cell.copied == cell.note else text.shorten_end
        runs.append((f"{' ' * GAP}{shorten(cell.note, left, glyphs.ellipsis)}", "faint"))
    return runs
