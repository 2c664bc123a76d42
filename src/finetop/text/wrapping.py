"""Where a long text goes on in the next line."""

from __future__ import annotations

from finetop.text.drawable import cut


def breaks(text: str, width: int) -> list[tuple[int, int]]:
    """From which to which character each line of a cleaned text goes, between words where that is possible.

    Blanks at which a line ends stand in no line; a word longer than a line is cut.
    """
    width = max(2, width)  # a wide character needs two
    lines: list[tuple[int, int]] = []
    start = 0
    while (end := start + len(cut(text[start:], width))) < len(text):
        space = end if text[end] == " " else text.rfind(" ", start, end)
        if space > start and text[start:space].strip():
            end = space
        lines.append((start, end))
        start = end
        while start < len(text) and text[start] == " ":
            start += 1
    if start < len(text) or not lines:
        lines.append((start, len(text)))
    return lines
