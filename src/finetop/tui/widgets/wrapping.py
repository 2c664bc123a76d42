"""Words over several lines, each with what stood between it and the line before. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from finetop import text


def wrapped(words: str, width: int) -> Iterator[tuple[str, str | None]]:
    """The lines of a text in so many cells, and the glue before each; None where a line begins anew.

    A line breaks at a blank where it can; a word longer than a line is cut.
    """
    width = max(2, width)
    for paragraph in text.clean_lines(words):
        glue: str | None = None
        rest = paragraph
        while True:
            line = _fitting(rest, width)
            yield line, glue
            rest = rest[len(line) :]
            if not rest:
                break
            glue = ""
            if rest[0] == " ":
                glue, rest = " ", rest[1:]


def _fitting(rest: str, width: int) -> str:
    """The beginning of a paragraph that makes a line."""
    cut = text.cut(rest[: 4 * width], width)
    if len(cut) == len(rest) or rest[len(cut)] == " ":
        return cut
    blank = cut.rfind(" ")
    # Blanks that only lead the line are no place to break it.
    return cut[:blank] if blank > 0 and cut[:blank].strip() else cut
