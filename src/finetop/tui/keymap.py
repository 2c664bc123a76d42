"""The keys a person wants in place of those finetop ships with, and what is wrong with such wishes.

Whoever names a key for something gets it: what had the key before goes without. Two wishes for one key in
one place are a contradiction, and quitting, going back, help and palette keep a key everywhere.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from textual.binding import BindingsMap

from finetop.config.keymap import TABLE
from finetop.config.tables import Complaint, unknown
from finetop.text.keys import is_typed, key_word

if TYPE_CHECKING:
    from textual.binding import Binding

    from finetop.config.keymap import Keys
    from finetop.tui.places import Place

FIXED: Final = ("app.quit_at_once", "app.copy_selection")
"""Whatever else somebody binds, ctrl+q leaves and ctrl+c copies."""
NEEDED: Final = ("app.quit", "app.help", "app.palette")
BACK: Final = "escape"
"""What finetop ships with this key goes one step back; of several the nearest does."""
ONE_OF: Final = ({"job.pause", "job.resume"}, {"detail.open", "detail.unfold", "detail.fold"})
"""Of these only one can be done at a time."""
PLAIN: Final[Mapping[str, tuple[str, ...]]] = {
    "app.browse": ("ctrl+o",),
    "app.copy": ("ctrl+y",),
    "app.editor": ("ctrl+e",),
    "app.palette": ("f2", "ctrl+p"),
    "app.quit": ("f10",),
    "curve.best": ("f6",),
    "curve.smooth": ("f7",),
    "data.export": ("ctrl+x",),
    "data.pause": ("ctrl+t",),
    "data.refresh": ("f5",),
    "events.level": ("f7",),
    "events.next": ("ctrl+pagedown",),
    "events.previous": ("ctrl+pageup",),
    "events.save": ("ctrl+x",),
    "events.wrap": ("f6",),
    "files.delete": ("delete",),
    "files.send": ("ctrl+n",),
    "job.cancel": ("f9",),
    "job.create": ("ctrl+n",),
    "job.delete": ("delete",),
    "job.pause": ("f8",),
    "job.resume": ("f8",),
    "list.active": ("f7",),
    "list.clear_marks": ("ctrl+l",),
    "list.columns": ("ctrl+k",),
    "list.filter": ("f4", "ctrl+f"),
    "list.mark": ("insert", "space"),
    "list.reverse": ("ctrl+r",),
    "list.sort": ("f6",),
    "list.views": ("ctrl+w",),
    "models.delete": ("delete",),
    "pane.full": ("f12",),
    "tab.next": ("ctrl+pagedown",),
    "tab.previous": ("ctrl+pageup",),
    "text.filter": ("f4",),
    "text.find": ("f3", "ctrl+f"),
    "text.next": ("ctrl+g",),
    "text.previous": ("ctrl+r",),
}
"""What has a letter otherwise; the keys are those of htop where it has them. The palette has the rest."""
IN_DIALOGS: Final = ("columns.", "views.", "list.save_view", "profile.", "settings.", "confirm.", "dialog.")
"""Ids of what dialogs can do: there is no palette in them, so they keep their letters."""


class Keymap(NamedTuple):
    """Which keys each action has."""

    preset: str = "default"
    wishes: Mapping[str, tuple[str, ...]] = {}
    taken: Mapping[str, frozenset[str]] = {}
    """Keys that somebody wants for something else where this can be done."""

    def keys(self, name: str, shipped: Sequence[str]) -> tuple[str, ...]:
        """The keys of an action that has these as finetop ships."""
        if name in self.wishes:
            return self.wishes[name]
        found = _plain(name, shipped) if self.preset == "plain" else tuple(shipped)
        return tuple(key for key in found if key not in self.taken.get(name, ()))

    def over(self, bindings: BindingsMap) -> BindingsMap:
        """The bindings of one node with these keys.

        Textual's own keymap loses what shares a key with something that is moved, and takes no key away.
        """
        shipped = keys_of(binding for _, binding in bindings)
        placed: dict[str, list[Binding]] = {}
        moved: set[str] = set()
        for key, binding in bindings:
            name = binding.id or ""
            if name in moved:
                continue
            keys: tuple[str, ...] = (key,)
            if name and (wanted := self.keys(name, shipped[name])) != shipped[name]:
                moved.add(name)
                keys = wanted
            for one in keys:
                mine = binding if one == key else binding.with_key(one)
                placed.setdefault(one, []).append(mine)
        return BindingsMap.from_keys(placed)


def keys_of(bindings: Iterable[Binding]) -> dict[str, tuple[str, ...]]:
    """The keys of each id, in the order in which they are bound."""
    found: dict[str, tuple[str, ...]] = defaultdict(tuple)
    for binding in bindings:
        if binding.id and binding.key not in found[binding.id]:
            found[binding.id] += (binding.key,)
    return found


def keymap_of(keys: Keys, places: Sequence[Place]) -> Keymap:
    """The map that somebody wants; what is wrong with it is for `complaints` to say."""
    wanted = Keymap(keys.preset, {name: wish.keys for name, wish in keys.wishes.items()})
    taken: dict[str, frozenset[str]] = defaultdict(frozenset)
    for place in places:
        for key, names in meetings(place, wanted):
            if any(name in keys.wishes for name in names):
                for loser in [name for name in names if name not in keys.wishes]:
                    taken[loser] |= {key}
    return wanted._replace(taken=dict(taken))


def complaints(keys: Keys, keymap: Keymap, places: Sequence[Place]) -> list[Complaint]:
    """What is wrong with somebody's wishes, each with its place in the file."""
    shipped = keys_of(binding for place in places for binding in place.bindings())
    found = [
        Complaint(wish.place, *unknown("action", name, shipped))
        for name, wish in keys.wishes.items()
        if name not in shipped
    ]
    found += [
        Complaint(keys.wishes[name].place, f"{name} always has {key_word(shipped[name][0])}", "Leave it out.")
        for name in FIXED
        if name in keys.wishes
    ]
    for place in places:
        for key, names in meetings(place, keymap):
            wished = [name for name in keys.wishes if name in names]  # as the file has them
            if len(wished) > 1:
                said = f"in {place.name} {key_word(key)} is both {' and '.join(wished)}"
                found.append(Complaint(keys.wishes[wished[-1]].place, said, "Keep one of them."))
    for place in places:
        for ways in _needed(place):
            if not any(keymap.keys(name, shipped[name]) for name in ways):
                found.append(_hidden(ways[0], keys, keymap))
    return list(dict.fromkeys(found))


def _needed(place: Place) -> Iterator[list[str]]:
    """What nobody may be without in a place: one way back, and each of `NEEDED` that is there."""
    shipped = keys_of(place.bindings())
    if back := [name for name, keys in shipped.items() if BACK in keys]:
        yield back
    yield from ([name] for name in shipped if name in NEEDED)


def _hidden(name: str, keys: Keys, keymap: Keymap) -> Complaint:
    """That nobody could leave, go back or find help any more."""
    if name in keys.wishes:
        return Complaint(keys.wishes[name].place, f"{name} must have a key", "Name one.")
    lost = keymap.taken.get(name, frozenset())
    taker = next((one for one, wish in keys.wishes.items() if lost & set(wish.keys)), "")
    said = f"{taker} takes the last key of {name}" if taker else f"{name} would have no key"
    return Complaint(
        keys.wishes[taker].place if taker else TABLE, said, f"Name another key for {name} as well."
    )


def meetings(place: Place, keymap: Keymap) -> Iterator[tuple[str, list[str]]]:
    """Each key that would do more than one thing in a place, with the ids, the nearest first."""
    shipped = keys_of(place.bindings())
    found: dict[str, list[str]] = defaultdict(list)
    for name, had in shipped.items():
        for key in keymap.keys(name, had):
            if not (place.typing and is_typed(key)):
                found[key].append(name)
    back = {name for name, keys in shipped.items() if BACK in keys}
    for key, names in found.items():
        if len(names) > 1 and not _agree(set(names), back):
            yield key, names


def _agree(names: set[str], back: set[str]) -> bool:
    """Whether what shares a key is one thing to a person: a way back, a movement, or one of two at a time."""
    if names <= back or all(name.startswith("move.") for name in names):
        return True
    return any(names <= alternatives for alternatives in ONE_OF)


def _plain(name: str, shipped: Sequence[str]) -> tuple[str, ...]:
    """Keys that are not letters or signs; the space bar is neither."""
    if name.startswith(IN_DIALOGS):
        return tuple(shipped)
    return PLAIN.get(name) or tuple(key for key in shipped if key == "space" or not is_typed(key))
