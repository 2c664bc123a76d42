"""What a line-rendered widget draws: a run is text in one role, a line is runs on a ground."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from finetop import text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Run: TypeAlias = tuple[str, str]
"""Cleaned text and the name of its role."""


class Line(NamedTuple):
    """One screen line: runs from the left edge, and the ground they stand on."""

    runs: tuple[Run, ...] = ()
    ground: str = ""


def merged(runs: Iterable[Run]) -> tuple[Run, ...]:
    """The same runs with neighbours of one role joined; blanks take the role before them.

    Every run costs some forty bytes on the wire, so the fewer the better.
    """
    joined: list[Run] = []
    for words, role in runs:
        if not words:
            continue
        if joined and (joined[-1][1] == role or (not words.strip() and not _visible_blank(joined[-1][1]))):
            joined[-1] = (joined[-1][0] + words, joined[-1][1])
        else:
            joined.append((words, role))
    return tuple(joined)


def _visible_blank(role: str) -> bool:
    """True where a blank in this role would be seen."""
    return role in ("reverse", "tab", "match", "here")


def width_of(runs: Iterable[Run]) -> int:
    """The cells the runs take."""
    return sum(text.cells(words) for words, _ in runs)


def fit(runs: Sequence[Run], width: int) -> tuple[Run, ...]:
    """The runs cut or padded with blanks to exactly so many cells."""
    fitted: list[Run] = []
    left = width
    for words, role in runs:
        taken = text.cells(words)
        if taken > left:
            words = text.cut(words, left)  # noqa: PLW2901 - the last run that fits
            taken = text.cells(words)
            left -= taken
            fitted.append((words, role))
            break
        left -= taken
        fitted.append((words, role))
    if left > 0:
        fitted.append((" " * left, "text"))
    return merged(fitted)


def in_glyphs(runs: tuple[Run, ...], glyphs: text.Glyphs) -> tuple[Run, ...]:
    """The runs as a terminal shows them that may know nothing but ASCII."""
    if glyphs.plot != "ascii":
        return runs
    return tuple((glyphs.drawn(words), role) for words, role in runs)


def plain(runs: Iterable[Run]) -> str:
    """The words alone."""
    return "".join(words for words, _ in runs)


NEAR = 12
"""Spans nearer than this are written as one: moving the cursor costs as many bytes."""


def _seen(line: Line) -> list[Run]:
    """Character by character; of a blank nobody sees which role it is in."""
    return [
        (char, "" if char == " " and not _visible_blank(role) else role)
        for words, role in line.runs
        for char in words
    ]


def changed_spans(old: Line, new: Line, width: int) -> list[tuple[int, int]]:
    """From which to which column the two lines differ, as few spans as are worth it."""
    if old == new:
        return []
    if old.ground != new.ground:
        return [(0, width)]
    before, after = _seen(old), _seen(new)
    if not (len(before) == len(after) == width == width_of(old.runs) == width_of(new.runs)):
        return [(0, width)]  # wide characters: columns and characters are not the same
    spans: list[tuple[int, int]] = []
    for at, (here, there) in enumerate(zip(before, after, strict=True)):
        if here == there:
            continue
        if spans and at - spans[-1][1] < NEAR:
            spans[-1] = (spans[-1][0], at + 1)
        else:
            spans.append((at, at + 1))
    return spans
