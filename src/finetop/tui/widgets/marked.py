"""Segments with a span of characters in the colours of the mouse selection."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.segment import Segment

if TYPE_CHECKING:
    from rich.style import Style


def marked(segments: list[Segment], span: tuple[int, int], mark: Style) -> list[Segment]:
    """The segments with the characters of the span in the selection's style."""
    start, end = span
    parts: list[Segment] = []
    at = 0
    for words, style, _ in segments:
        stop = len(words) if end < 0 else max(0, min(len(words), end - at))
        begin = min(max(0, start - at), stop)
        look = mark if style is None else style + mark
        parts += [
            Segment(part, part_style)
            for part, part_style in ((words[:begin], style), (words[begin:stop], look), (words[stop:], style))
            if part
        ]
        at += len(words)
    return parts
