"""While you were away: what became of jobs since the last visit; enter goes there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from textual import events

from finetop import text
from finetop.alerts.news import WORDS, News
from finetop.tui.screens.pick import Entries, Entry, Pick
from finetop.tui.widgets.hints import Hints

if TYPE_CHECKING:
    from textual.widget import Widget

    from finetop.store.rows import JobKey

TITLE = "While you were away"
MOST = 200
"""Of one kind; the list of jobs has the others."""


class Away(Pick):
    """Returns the place of the chosen job among the news. A key that means nothing here is done below."""

    def __init__(self, found: Sequence[News], *, now: float) -> None:
        self.found = list(found)
        super().__init__(TITLE, entries(found, now))

    def content(self) -> Iterable[Widget]:
        """The list, and the two keys to know."""
        yield from super().content()
        yield Hints(("dialog.choose", "goes there"), ("dialog.leave", "closes"))

    def update(self, found: Sequence[News], *, now: float) -> None:
        """More has become known; the cursor stays on its job."""
        shown = self.query_one(Entries)
        chosen = self._key(shown.current)
        self.found = list(found)
        place = next((str(at) for at, one in enumerate(self.found) if one.key == chosen), "")
        shown.show(entries(found, now), place)

    def _key(self, entry: Entry | None) -> JobKey | None:
        return None if entry is None else self.found[int(entry.value)].key

    def on_key(self, event: events.Key) -> None:
        """It came unasked, so it must not take what was typed for the screen below."""
        if event.key not in self.active_bindings:
            event.stop()
            self.dismiss(None)
            self.app.post_message(events.Key(event.key, event.character))


def entries(found: Sequence[News], now: float) -> list[Entry]:
    """One line for each, under a heading for each kind."""
    lines: list[Entry] = []
    numbered = list(enumerate(found))
    for event, group in groupby(numbered, key=lambda pair: pair[1].event):
        kind = list(group)
        lines.append(Entry("", WORDS[event], str(len(kind)), heading=True))
        for place, one in kind[:MOST]:
            label = f"{one.name}: {one.said}" if one.said else one.name
            lines.append(Entry(str(place), label, text.age(max(0.0, now - one.at)), at_end=True))
        if len(kind) > MOST:
            lines.append(Entry("", f"and {len(kind) - MOST:,} more", heading=True))
    return lines
