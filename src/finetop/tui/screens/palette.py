"""Every action that works here and now, found by its name: a forgotten key never loses a feature."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.widgets import Input

from finetop.text.keys import key_word
from finetop.tui.screens import fields
from finetop.tui.screens.pick import Entries, Entry, Pick

if TYPE_CHECKING:
    from textual.widget import Widget

    from finetop.tui.acts import Offer


def entries(found: Sequence[Offer]) -> list[Entry]:
    """One for each offer: its place in the list as the value, and at its right where it works and its key."""
    return [
        Entry(str(place), offer.label, _says(offer), at_end=True, also=f"{offer.word} {offer.id}")
        for place, offer in enumerate(found)
    ]


def _says(offer: Offer) -> str:
    return "  ".join(filter(None, (_pane(offer), key_word(offer.key))))


def _pane(offer: Offer) -> str:
    place = getattr(offer.pane, "PLACE", "")
    return f"in {place}" if place else ""


def matching(entries: Sequence[Entry], typed: str) -> list[Entry]:
    """The entries that hold every typed word, where they are and what the footer calls them included.

    Those that begin with the first word come first.
    """
    words = typed.lower().split()
    found = [
        entry
        for entry in entries
        for told in [f"{entry.label} {entry.says} {entry.also}".lower()]
        if all(word in told for word in words)
    ]
    return sorted(found, key=lambda entry: not (words and entry.label.lower().startswith(words[0])))


class Palette(Pick):
    """Returns the place of the chosen offer among those it was given."""

    AUTO_FOCUS = "Input"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "move(1)", "Down", show=False, priority=True, id="move.next", tooltip="Next action"),
        Binding(
            "up", "move(-1)", "Up", show=False, priority=True, id="move.previous", tooltip="Previous action"
        ),
    ]

    def __init__(self, found: Sequence[Offer]) -> None:
        super().__init__("Actions", entries(found))

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
