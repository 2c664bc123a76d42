"""A report as plain text, for a mail or a terminal."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Final

from finetop import text
from finetop.report.blocks import Facts, Picture, Table, Words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from finetop.report.blocks import Block, Report

WIDTH: Final = 80
_GAP: Final = "  "


def written(report: Report) -> str:
    """The whole document."""
    return "\n".join(line.rstrip() for line in _lines(report)).rstrip() + "\n"


def _lines(report: Report) -> Iterator[str]:
    yield from _headed(report.title, "=")
    for sentence in report.lead:
        yield from _wrapped(sentence)
    for section in report.sections:
        yield ""
        yield from _headed(section.title, "-" if section.level == 1 else ".")
        for place, block in enumerate(section.blocks):
            if place:
                yield ""
            yield from _block(block)
    yield ""
    yield "-" * WIDTH
    yield from _wrapped(report.end)


def _headed(title: str, rule: str) -> Iterator[str]:
    words = text.clean(title)
    yield words
    yield rule * min(WIDTH, text.cells(words))
    yield ""


def _wrapped(words: str) -> list[str]:
    return textwrap.wrap(text.clean(words), WIDTH, break_long_words=False, break_on_hyphens=False) or [""]


def _block(block: Block) -> Iterable[str]:
    match block:
        case Words(words):
            return _wrapped(words)
        case Facts(pairs):
            return _table(pairs, frozenset())
        case Table(heads, rows, numbers):
            return _table([[head.upper() for head in heads], *rows], numbers)
        case Picture(title, lines, _, said):
            return [text.clean(title), *(_wrapped(said) if said else ()), "", *lines]


def _table(rows: Sequence[Sequence[str]], numbers: frozenset[int]) -> Iterator[str]:
    drawn = [[text.clean(cell) for cell in row] for row in rows]
    widths = [max(map(text.cells, column)) for column in zip(*drawn, strict=True)] if drawn else []
    for row in drawn:
        yield _GAP.join(
            " " * (width - text.cells(cell)) + cell if place in numbers else text.pad(cell, width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
