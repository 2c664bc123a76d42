"""A report as Markdown; curves stand in it as text, so that it needs no second file."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from finetop import text
from finetop.report.blocks import Facts, Picture, Table, Words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from finetop.report.blocks import Block, Report

# An underscore within a word marks nothing, and names are full of them; `$` begins formulas on some sites.
_MARKS: Final = re.compile(r"[\\`*\[\]<>|~&$]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])")
_BEGINS: Final = re.compile(r"^(\s*)(#{1,6}|[-+=]+|\d+[.)])(?=\s|$)")


def written(report: Report) -> str:
    """The whole document."""
    return "\n".join(_lines(report)).rstrip() + "\n"


def escaped(words: str) -> str:
    """Words that Markdown shows as they are."""
    marked = _MARKS.sub(lambda found: "\\" + found[0], text.clean(words))
    return _BEGINS.sub(lambda found: found[1] + found[2][:-1] + "\\" + found[2][-1], marked)


def _lines(report: Report) -> Iterator[str]:
    yield f"# {escaped(report.title)}"
    yield ""
    for sentence in report.lead:
        yield escaped(sentence)
        yield ""
    for section in report.sections:
        yield f"{'#' * (section.level + 1)} {escaped(section.title)}"
        yield ""
        for block in section.blocks:
            yield from _block(block)
            yield ""
    yield "---"
    yield ""
    yield escaped(report.end)


def _block(block: Block) -> Iterable[str]:
    match block:
        case Words(words):
            return [escaped(words)]
        case Facts(pairs):
            return _table(("", ""), pairs, frozenset())
        case Table(heads, rows, numbers):
            return _table(heads, rows, numbers)
        case Picture():
            return _picture(block)


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]], numbers: frozenset[int]) -> Iterator[str]:
    yield _row(heads)
    yield _row(["---:" if place in numbers else "---" for place in range(len(heads))], as_it_is=True)
    yield from map(_row, rows)


def _row(cells: Sequence[str], *, as_it_is: bool = False) -> str:
    return f"| {' | '.join(cells if as_it_is else map(escaped, cells))} |"


def _picture(picture: Picture) -> Iterator[str]:
    yield f"**{escaped(picture.title)}**"
    yield ""
    if picture.said:
        yield escaped(picture.said)
        yield ""
    longest = max((len(found) for found in re.findall("`+", "".join(picture.lines))), default=0)
    fence = "`" * max(3, longest + 1)
    yield f"{fence}text"
    yield from picture.lines
    yield fence
