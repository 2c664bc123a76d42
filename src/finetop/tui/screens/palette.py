"""Every action that works here and now, found by its name: a forgotten key never loses a feature."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.widgets import Input

from finetop.tui.screens import fields
from finetop.tui.screens.pick import Entries, Entry, Pick
from finetop.tui.theme import THEMES
from finetop.tui.widgets.foot import key_word

if TYPE_CHECKING:
    from textual.binding import ActiveBinding
    from textual.widget import Widget

PACES = {
    "pace:slower": "Poll half as often",
    "pace:faster": "Poll twice as often",
    "pace:usual": "Poll as often as usual",
}
_NOT_OFFERED = ("move.", "app.palette", "dialog.")


def offered(bindings: Iterable[ActiveBinding]) -> list[Entry]:
    """What the live bindings do, then the paces and the themes; the value says which."""
    entries: dict[str, Entry] = {}
    for _, binding, enabled, tooltip in bindings:
        name = binding.id or ""
        if enabled and name and not name.startswith(_NOT_OFFERED):
            key = binding.key_display or key_word(binding.key)
            entries.setdefault(name, Entry(name, tooltip or binding.description, key))
    themes = (theme.name for theme in THEMES)
    looks = [Entry(f"theme:{name}", f"Theme {name.removeprefix('finetop-')}") for name in themes]
    paces = [Entry(value, label) for value, label in PACES.items()]
    return [*entries.values(), *paces, *looks]


def matching(entries: Sequence[Entry], typed: str) -> list[Entry]:
    """The entries that hold every typed word; those that begin with the first one come first."""
    words = typed.lower().split()
    found = [entry for entry in entries if all(word in entry.label.lower() for word in words)]
    return sorted(found, key=lambda entry: not (words and entry.label.lower().startswith(words[0])))


class Palette(Pick):
    """Returns a binding's id, `theme:NAME` or a key of `PACES`."""

    AUTO_FOCUS = "Input"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "move(1)", "Down", show=False, priority=True),
        Binding("up", "move(-1)", "Up", show=False, priority=True),
    ]

    def __init__(self, bindings: Iterable[ActiveBinding]) -> None:
        super().__init__("Actions", offered(bindings))

    def content(self) -> Iterable[Widget]:
        """The words to find, then what was found."""
        yield fields.Entry(placeholder="Type a part of its name", id="prompt")
        yield Entries(self._entries)

    @on(Input.Changed)
    def _find(self, event: Input.Changed) -> None:
        found = matching(self._entries, event.value)
        self.query_one(Entries).show(found or [Entry("", "Nothing of that name", heading=True)])

    @on(Input.Submitted)
    def _take(self) -> None:
        self.query_one(Entries).action_take()

    def action_move(self, step: int) -> None:
        """The arrows move in the list while one types."""
        self.query_one(Entries).action_step(step)
