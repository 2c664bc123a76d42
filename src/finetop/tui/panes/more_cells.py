"""What stands in the columns of a jobs list that somebody has asked for."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from finetop import text
from finetop.tui.panes.job_cells import took

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from finetop.store.rows import JobRow
    from finetop.text import Glyphs
    from finetop.tui.widgets.runs import Run
    from finetop.tui.widgets.table import Draw


def more_cell(
    name: str, row: JobRow, now: float, extra: Callable[[str], object], glyphs: Glyphs
) -> Draw | None:
    """The cell of a column; None where the job has nothing to say in it.

    `extra` gives what the row does not tell.
    """
    if name in _MOMENTS:
        moment = _MOMENTS[name](row)
        return None if moment is None else _words(text.clock(moment, now), glyphs)
    words = _TOLD[name](row, now) if name in _TOLD else said(extra(name), in_short=name == "tokens")
    return _words(words, glyphs) if words else None


def said(value: object, *, in_short: bool = False) -> str:
    """A value of metadata, a hyperparameter or a count in one line."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return text.count(value) if in_short else str(value)
    if isinstance(value, float):
        return f"{value:g}" if math.isfinite(value) else text.loss(value)
    return text.clean(str(value))


_MOMENTS: Final[dict[str, Callable[[JobRow], float | None]]] = {
    "created": lambda row: row.created_at,
    "started": lambda row: row.started_at,
    "ended": lambda row: row.ended_at if row.is_final else None,
}


def _took(row: JobRow, now: float) -> str:
    begin = row.started_at or row.created_at
    if begin is None or not (row.is_active or row.is_final):
        return ""
    return text.length(took(row) if row.is_final else now - begin)


_TOLD: Final[dict[str, Callable[[JobRow, float], str]]] = {
    "took": _took,
    "epoch": lambda row, _: "" if row.epoch is None else f"{row.epoch:.3g}",
    "tuned": lambda row, _: text.clean(row.fine_tuned_model or ""),
    "raw_status": lambda row, _: text.clean(row.raw_status),
    "error": lambda row, _: text.clean(row.reason or ""),
}


def _words(words: str, glyphs: Glyphs) -> Draw:
    def draw(width: int, _room: int) -> Sequence[Run]:
        shorten = text.shorten_end if " " in words else text.shorten_middle
        return [(shorten(words, width, glyphs.ellipsis), "muted")]

    return draw
