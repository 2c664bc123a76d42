"""Cells that hold nothing but words: what they lose where they do not fit."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from finetop import text

if TYPE_CHECKING:
    from finetop.tui.widgets.table import Draw


def widest(values: Iterable[str]) -> int:
    """The cells of the widest of some words."""
    return max(map(text.cells, values), default=0)


def words_cell(words: str, role: str, glyphs: text.Glyphs, *, runs_on: bool = False) -> Draw:
    """A cell of words: a sentence loses its end, and may run on over empty cells behind it."""
    return lambda width, room: [(text.shorten_end(words, room if runs_on else width, glyphs.ellipsis), role)]


def name_cell(words: str, role: str, glyphs: text.Glyphs) -> Draw:
    """A cell of a name or an id, which loses its middle."""
    return lambda width, _room: [(text.shorten_middle(words, width, glyphs.ellipsis), role)]


def plain_cell(words: str, role: str) -> Draw:
    """A cell that always fits."""
    return lambda _width, _room: [(words, role)]
