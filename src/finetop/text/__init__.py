"""Pure words: any string to a drawable string, and values to the words a screen shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from finetop.lazily import names_of

if TYPE_CHECKING:
    from finetop.text.drawable import (
        cells,
        clean,
        clean_lines,
        cut,
        pad,
        shorten_end,
        shorten_middle,
        shorten_model,
    )
    from finetop.text.glyphs import ASCII, STATUSES, UNICODE, Glyphs, choose_glyphs
    from finetop.text.words import (
        age,
        clock,
        count,
        day,
        day_clock,
        dollars,
        eta,
        in_days,
        in_line,
        last_days,
        length,
        loss,
        ordinal,
        percent,
        size,
    )

__all__ = [
    "ASCII",
    "STATUSES",
    "UNICODE",
    "Glyphs",
    "age",
    "cells",
    "choose_glyphs",
    "clean",
    "clean_lines",
    "clock",
    "count",
    "cut",
    "day",
    "day_clock",
    "dollars",
    "eta",
    "in_days",
    "in_line",
    "last_days",
    "length",
    "loss",
    "ordinal",
    "pad",
    "percent",
    "shorten_end",
    "shorten_middle",
    "shorten_model",
    "size",
]

__getattr__ = names_of(
    __name__,
    drawable="cells clean clean_lines cut pad shorten_end shorten_middle shorten_model",
    glyphs="ASCII STATUSES UNICODE Glyphs choose_glyphs",
    words="age clock count day day_clock dollars eta in_days in_line last_days length loss ordinal percent"
    " size",
)
