"""Choosing a theme by looking at it."""

from __future__ import annotations

from typing import Final

from finetop.tui.screens.pick import Entry, Pick
from finetop.tui.theme import THEMES

SAYS: Final = {
    "dark": "for a dark room",
    "light": "for a bright one",
    "colourblind": "blue and orange, not green and red",
    "colourblind-light": "the same on white",
    "ansi-dark": "the terminal's own sixteen colours",
    "ansi-light": "the same for a bright ground",
    "no-colour": "bold, dim and reverse alone",
}


class Themes(Pick):
    """The screen wears what the cursor is on; leaving gives back what it wore before."""

    def __init__(self, worn: str) -> None:
        names = {theme.name: theme.name.removeprefix("finetop-") for theme in THEMES}
        entries = [Entry(name, short, SAYS.get(short, "")) for name, short in names.items()]
        super().__init__("Theme", entries, worn)
        self._worn = worn

    def looked_at(self, entry: Entry) -> None:
        """Wear it."""
        self.app.theme = entry.value

    def action_leave(self) -> None:
        """Wear what was worn before."""
        self.app.theme = self._worn
        super().action_leave()
