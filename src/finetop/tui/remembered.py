"""What was open, for the next start: a small file in the state folder that nothing depends on.

    class EventsPane:
        def state(self) -> State: return {"wraps": self.wraps}
        def restore(self, state: Part) -> None: self.wraps = state.flag("wraps")

    self.recall()       what a screen calls in `on_mount`, before its first paint; the rest is done for it

A widget takes part by having an id and these two methods. `Part` gives the default for what is missing or of
another type: a file may be older, newer, or written by hand.
"""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeAlias, runtime_checkable

from finetop.tui import private_file

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from textual.app import App
    from textual.screen import Screen

FILE: Final = "remembered.json"
VERSION: Final = 1
LIMIT: Final = 256 * 1024
PLACES: Final = 50
"""Sets of profiles that are remembered; who watches more forgets the first ones."""
EVERYWHERE: Final = ""
"""The place of what does not depend on the profiles, such as the theme."""

State: TypeAlias = dict[str, Any]
"""What JSON can hold."""


class Part(dict[str, Any]):
    """What one widget has kept."""

    def text(self, name: str, default: str = "") -> str:
        """A text."""
        found = self.get(name)
        return found if isinstance(found, str) else default

    def flag(self, name: str, *, default: bool = False) -> bool:
        """Yes or no."""
        found = self.get(name)
        return found if isinstance(found, bool) else default

    def whole(self, name: str, default: int = 0) -> int:
        """A whole number."""
        found = self.get(name)
        return found if isinstance(found, int) and not isinstance(found, bool) else default

    def texts(self, name: str) -> list[str]:
        """A list of texts; what is none is left out."""
        found = self.get(name)
        return [one for one in found if isinstance(one, str)] if isinstance(found, list) else []

    def wholes(self, name: str) -> list[int]:
        """A list of whole numbers; none where one of them is none."""
        found = self.get(name)
        is_sound = isinstance(found, list) and all(type(one) is int for one in found)
        return list(found) if is_sound and isinstance(found, list) else []

    def part(self, name: str) -> Part:
        """A table within it."""
        found = self.get(name)
        return Part(found) if isinstance(found, dict) else Part()


@runtime_checkable
class Remembers(Protocol):
    """A widget or screen with an id that has something to keep."""

    def state(self) -> State:
        """What to keep; empty for nothing."""

    def restore(self, state: Part) -> None:
        """Be as one was; before the first paint, and with anything in it."""


class Remembered:
    """One file, and this run's place in it."""

    def __init__(self, file: Path | None, place: str) -> None:
        """No file for a run that shall leave no trace."""
        self._file = file
        self._place = place
        before = self._read()
        self.everywhere = before.part(EVERYWHERE)
        """What was chosen whatever is shown."""
        self._states = before.part(place)

    def part(self, name: str) -> Part:
        """What is kept under this name for what is shown."""
        return self._states.part(name)

    def put(self, name: str, state: State) -> None:
        """Keep this under a name, for what is shown."""
        self._states[name] = state

    def restore(self, screen: Screen[Any]) -> None:
        """Give a screen, and every widget on it, what it has kept."""
        for name, one in _those_who_remember(screen):
            one.restore(self._states.part(name))

    def hold(self, screen: Screen[Any]) -> None:
        """Take what a screen and its widgets have to keep."""
        for name, one in _those_who_remember(screen):
            self._states[name] = one.state()

    def keep(self, everywhere: State) -> None:
        """Write it down; a disk that is full is no reason not to end."""
        if self._file is None:
            return
        places = self._read()  # another screen may have ended meanwhile
        places.pop(self._place, None)
        places[self._place] = self._states  # the last one that was seen is the last to be forgotten
        changed = {name: value for name, value in everywhere.items() if self.everywhere.get(name) != value}
        places[EVERYWHERE] = {**places.part(EVERYWHERE), **changed}
        for old in [place for place in places if place != EVERYWHERE][:-PLACES]:
            places.pop(old)
        content = json.dumps({"version": VERSION, "places": places}, ensure_ascii=False)
        if len(content) <= LIMIT:
            with suppress(OSError):
                private_file.write(self._file, content.encode("utf-8", "replace"))

    def _read(self) -> Part:
        content = None if self._file is None else private_file.read(self._file, LIMIT * 4)
        try:
            found = json.loads(content or b"{}")
        except (ValueError, RecursionError):
            return Part()
        is_ours = isinstance(found, dict) and found.get("version") == VERSION
        return Part(found).part("places") if is_ours else Part()


def remembered_of(app: App[Any]) -> Remembered:
    """What an app of ours remembers; of any other, nothing."""
    found = getattr(app, "remembered", None)
    return found if isinstance(found, Remembered) else Remembered(None, "")


def place_of(profiles: Iterable[str], query: str = "") -> str:
    """The name of what a run shows: its profiles, and the query it was started with."""
    return " ".join([*sorted(profiles), query]).strip() or "no profile"


def _those_who_remember(screen: Screen[Any]) -> Iterator[tuple[str, Remembers]]:
    for one in (screen, *screen.query("*")):
        name = one.id
        if name and isinstance(one, Remembers):
            yield name, one
