"""From the entries of a job to lines of so many cells; nothing is cut but in the four facts. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from finetop import text
from finetop.tui.widgets.runs import Run, plain, width_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from finetop.tui.panes.entry import Entry, Fact

LABEL: Final = 13
FACTS_FROM: Final = 3
"""Facts stand so far in."""
NARROWEST: Final = 8
NAME_FROM: Final = 16
"""With less room a row of a table does without its name."""


class Row(NamedTuple):
    """One line, and what it belongs to."""

    runs: tuple[Run, ...]
    place: int
    """Of its entry, or of its line of JSON."""
    fact: int = -1
    """Of its fact; -1 for the entry itself."""
    begins: int = 0
    """Where the text of a line begins that goes on from the one before, in characters."""
    glue: str | None = None
    """What stood between the two; None where it begins anew."""


def rows_of(
    entries: Sequence[Entry], width: int, glyphs: text.Glyphs, is_open: Callable[[Entry], bool]
) -> list[Row]:
    """Every entry, and the facts of those that are unfolded."""
    rows: list[Row] = []
    for place, entry in enumerate(entries):
        if entry.is_row:
            runs: tuple[Run, ...] = ((" ", "text"), *entry.runs)
            rows.append(Row(table_line(runs, (text.clean(entry.value), "muted"), width, glyphs), place))
        else:
            label: Run = (" " + text.pad(text.cut(entry.label, LABEL - 1), LABEL), "muted")
            rows += _labelled(label, entry.runs, width, place)
        if is_open(entry):
            rows += _fact_rows(entry.facts, width, place)
    return rows


def short_rows(entries: Sequence[Entry], width: int, label_width: int, ellipsis: str) -> list[Row]:
    """One line for each entry, where there are no more lines than that."""
    room = max(NARROWEST, width - label_width - 2)
    return [
        Row(
            (
                (" " + text.pad(text.cut(entry.label, label_width - 1), label_width), "muted"),
                *_shortened(entry.runs, room, ellipsis),
            ),
            place,
        )
        for place, entry in enumerate(entries)
    ]


def table_line(cells: Sequence[Run], name: Run, width: int, glyphs: text.Glyphs) -> tuple[Run, ...]:
    """The cells of a row that fit whole, and its name at the end where there is room for that too."""
    kept = list(cells)
    while kept and width_of(kept) >= width:
        kept.pop()
    room = width - width_of(kept) - 3
    if len(kept) < len(cells) or room < NAME_FROM:
        return tuple(kept)
    words, role = name
    return (*kept, (f"  {text.shorten_middle(words, room, glyphs.ellipsis)}", role))


def _fact_rows(facts: Sequence[Fact], width: int, place: int) -> Iterator[Row]:
    """Name and value; a name too long for its column has a line of its own."""
    half = (width - FACTS_FROM) // 2
    longest = max((wide for fact in facts if (wide := text.cells(fact.label)) < half), default=0) + 2
    names = max(longest, min(half, LABEL + 1 - FACTS_FROM))  # short ones stand under the entries' own values
    for number, fact in enumerate(facts):
        wide = text.cells(fact.label) >= half
        if wide:
            for at, piece in enumerate(wrapped(((fact.label, "faint"),), width - FACTS_FROM - 1)):
                lead = (" " * FACTS_FROM, "text")
                yield Row((lead, *piece.runs), place, number, FACTS_FROM, piece.glue if at else None)
        label: Run = (" " * FACTS_FROM + text.pad("" if wide else fact.label, names), "faint")
        if fact.lines:
            yield from _verbatim(label, fact.lines, width, place, number)
            continue
        for at, row in enumerate(_labelled(label, fact.runs, width, place, number)):
            yield row._replace(begins=FACTS_FROM + names, glue=" ") if wide and not at else row


def _verbatim(label: Run, lines: Sequence[str], width: int, place: int, fact: int) -> Iterator[Row]:
    """Every line as it is written, its blanks too; one that is too long goes on below."""
    begins = text.cells(label[0])
    room = max(NARROWEST, width - begins - 1)
    lead: Run = label
    for line in lines:
        at, glue = 0, None
        while True:
            piece = text.cut(line, room, at) or line[at : at + 1]
            yield Row((lead, (piece, "text")), place, fact, begins, glue)
            lead, at, glue = (" " * begins, "muted"), at + len(piece), ""
            if at >= len(line):
                break


def _labelled(label: Run, runs: Sequence[Run], width: int, place: int, fact: int = -1) -> Iterator[Row]:
    begins = text.cells(label[0])
    for at, piece in enumerate(wrapped(runs, max(NARROWEST, width - begins - 1))):
        lead = (" " * begins, "muted") if at else label
        yield Row((lead, *piece.runs), place, fact, begins if at else 0, piece.glue if at else None)


def _shortened(runs: Sequence[Run], room: int, ellipsis: str) -> tuple[Run, ...]:
    """The runs in so many cells, with an ellipsis where something is lost."""
    if width_of(runs) <= room:
        return tuple(runs)
    kept: list[Run] = []
    left = room
    for words, role in runs:
        if text.cells(words) >= left:
            kept.append((text.shorten_end(words + " " * 2, left, ellipsis), role))
            break
        kept.append((words, role))
        left -= text.cells(words)
    return tuple(kept)


class Piece(NamedTuple):
    """What fits on one line, and what was lost between it and the line before."""

    runs: tuple[Run, ...]
    glue: str = ""


def wrapped(runs: Sequence[Run], room: int) -> list[Piece]:
    """Facts or a sentence over several lines; a fact stays whole where it can, every word keeps its role."""
    pieces: list[Piece] = []
    line: list[Run] = []
    used, glue = 0, ""
    for fact in _facts(runs, room):
        whole = width_of(fact)
        far = used + whole > room >= whole
        for word, role in fact:
            if line and (far or used + text.cells(word) > room):
                pieces.append(Piece(tuple(line), glue))
                line, used, glue = [], 0, word[: len(word) - len(word.lstrip())]
            far = False
            # A line does not begin with the blank before its first word.
            shown = word if line else word.lstrip()
            if shown:
                line.append((shown, role))
                used += text.cells(shown)
    if line and plain(line).strip():
        pieces.append(Piece(tuple(line), glue))
    return pieces or [Piece(())]


def _facts(runs: Sequence[Run], room: int) -> list[list[Run]]:
    """The words of each fact; two blanks stand between facts, three where a fact has two of its own."""
    between = "   " if any(words.startswith("   ") for words, _ in runs) else "  "
    facts: list[list[Run]] = []
    for words, role in runs:
        for word in _words(words, room):
            if not facts or word.startswith(between):
                facts.append([])
            facts[-1].append((word, role))
    return facts


def _words(words: str, room: int) -> list[str]:
    """Words with the blanks before them; a word longer than a line is cut into pieces."""
    pieces: list[str] = []
    at = 0
    while at < len(words):
        end = at
        while end < len(words) and words[end] == " ":
            end += 1
        while end < len(words) and words[end] != " ":
            end += 1
        word, at, done = words[at:end], end, 0
        while done + len(piece := text.cut(word, room, done)) < len(word):
            piece = piece[: piece.rfind(":") + 1] or piece or word[done]  # a model's name has parts
            pieces.append(piece)
            done += len(piece)
        pieces.append(piece)
    return [piece for piece in pieces if piece]
