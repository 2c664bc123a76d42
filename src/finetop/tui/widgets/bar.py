"""A progress bar of glyphs, in half cells."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from finetop.text import Glyphs
    from finetop.tui.widgets.runs import Run


def bar(share: float, width: int, role: str, glyphs: Glyphs) -> list[Run]:
    """The bar as runs: done, half a cell where the set has one, rest."""
    halves = max(0, min(2 * width, round(share * 2 * width)))
    full, half = divmod(halves, 2)
    done = glyphs.bar * full + (glyphs.bar_half if half else "")
    return [(done, role), (glyphs.bar_rest * (width - len(done)), "line")]
