"""The keys to know in a dialog, as its user has them now."""

from __future__ import annotations

from typing import ClassVar

from finetop.text import UNICODE
from finetop.tui.acts import key_to
from finetop.tui.widgets.ends import key_runs
from finetop.tui.widgets.oneline import OneLine
from finetop.tui.widgets.runs import Run, width_of


class Hints(OneLine):
    """One line of keys, each with a word: `Hints(("dialog.leave", "Close"), ("1-9", "Choose"))`.

    Several ids may share a word; what is no id stands as it is.
    """

    GROUND: ClassVar[str] = "float"

    def __init__(self, *hints: tuple[str, str]) -> None:
        super().__init__(glyphs=UNICODE)
        self._hints = hints

    def line_runs(self, width: int) -> list[Run]:
        """As wide apart as there is room for."""
        pairs = [(self._keys(ids), word) for ids, word in self._hints]
        wide = key_runs(pairs)
        return wide if width_of(wide) <= width else key_runs(pairs, "  ")

    def _keys(self, ids: str) -> str:
        return " ".join(key_to(self, name) if "." in name else name for name in ids.split())
