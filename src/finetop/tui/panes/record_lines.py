"""One record of a file as lines: an example as a conversation, a row by its columns, a line of text. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from finetop import text
from finetop.tui.widgets.wrapping import wrapped

if TYPE_CHECKING:
    from finetop.dataset.examples import Example, Turn
    from finetop.tui.widgets.runs import Run

LABEL: Final = 12
MOST_SHOWN: Final = 200_000
"""Characters of one text that are laid out; more would hold the screen up."""
_LABELS: Final = {"assistant": "bright", "completion": "bright", "preferred": "bright", "system": "faint"}
_WORDS: Final = {"system": "muted", "tool": "muted", "rejected": "muted"}


class RecordLine(NamedTuple):
    """One line, and how it goes on from the line before."""

    runs: tuple[Run, ...] = ()
    begins: int = 0
    """Where its words begin."""
    glue: str | None = None
    """What stood between them and the line before; None where they begin anew."""


def example_lines(example: Example, width: int) -> list[RecordLine]:
    """Who says what, with a blank line between two that speak."""
    lines: list[RecordLine] = []
    if example.problem:
        lines += [RecordLine(((f" ! {text.clean(example.problem)}", "warn"),)), RecordLine()]
    for place, turn in enumerate(example.turns):
        if place and not (turn.is_field and example.turns[place - 1].is_field):
            lines.append(RecordLine())
        lines += _turn_lines(turn, width)
    return lines or [RecordLine(((" This example is empty.", "faint"),))]


def _turn_lines(turn: Turn, width: int) -> Iterator[RecordLine]:
    label = "muted" if turn.is_field else _LABELS.get(turn.who, "muted")
    role = "muted" if turn.is_field else _WORDS.get(turn.who, "text")
    words = f"calls {turn.words}" if turn.note == "calls" else turn.words
    yield from _labelled(turn.who, label, words or "(nothing)", role if words else "faint", width)
    if turn.note and turn.note != "calls":
        yield from _labelled("", label, turn.note, "faint", width)


def row_lines(names: Sequence[str], cells: Sequence[str], width: int) -> list[RecordLine]:
    """Every cell of a row under its column's name; cells without a name are counted."""
    pairs = [(names[at] if at < len(names) else f"column {at + 1}", cell) for at, cell in enumerate(cells)]
    pairs += [(name, "") for name in names[len(cells) :]]
    longest = max((text.cells(text.clean(name)) for name, _ in pairs), default=0)
    label = min(longest + 3, width // 2)
    return [
        line for name, cell in pairs for line in _labelled(name, "muted", cell, "text", width, label=label)
    ]


def text_lines(words: str, width: int) -> list[RecordLine]:
    """A text from edge to edge."""
    return list(_labelled("", "muted", words, "text", width, label=0))


def _labelled(
    name: str, label_role: str, words: str, role: str, width: int, *, label: int = LABEL
) -> Iterator[RecordLine]:
    """Words beside a label, or below one that is too long; what is too long for the screen is counted."""
    shown, more = words[:MOST_SHOWN], len(words) - MOST_SHOWN
    called = text.clean(name)
    if label and text.cells(called) >= label:
        for line, glue in wrapped(called, width - 2):
            yield RecordLine(((f" {line}", label_role),), 1, glue)
        if not words:
            return
        called = ""
    lead = f" {text.pad(called, label)}"
    begins = text.cells(lead)
    for place, (line, glue) in enumerate(wrapped(shown, width - text.cells(lead) - 1)):
        head: Run = (" " * begins, role) if place else (lead, label_role)
        yield RecordLine((head, (line, role)), begins, glue)
    if more > 0:
        said = f"and {text.count(more)} characters more in the file"
        yield RecordLine(((" " * begins, "faint"), (said, "faint")))


def words_of(lines: Iterable[RecordLine]) -> str:
    """The lines as one text."""
    return "\n".join("".join(words for words, _ in line.runs) for line in lines)
