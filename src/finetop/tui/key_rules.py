"""What may be wished for: whoever names a key for something gets it, wherever that can be done.

What is further from the focus yields there by itself, as everywhere; what is nearer, or as near, loses the
key. Two wishes for one key in one place are a contradiction, and nobody can be left without a way back, out,
to the help or to the palette.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Final

from finetop.config.keymap import TABLE
from finetop.config.tables import Complaint, unknown
from finetop.text.keys import is_typed, key_word
from finetop.tui.keymap import Keymap, keys_of

if TYPE_CHECKING:
    from finetop.config.keymap import Keys
    from finetop.tui.places import Place

FIXED: Final = ("app.quit_at_once", "app.copy_selection")
"""Whatever else somebody binds, ctrl+q leaves and ctrl+c copies."""
NEEDED: Final = ("app.quit", "app.help", "app.palette")
BACK: Final = "escape"
"""What finetop ships with this key goes one step back; of several the nearest does."""
ONE_OF: Final = ({"job.pause", "job.resume"}, {"detail.open", "detail.unfold", "detail.fold"})
"""Of these only one can be done at a time."""


def keymap_of(keys: Keys, places: Sequence[Place]) -> Keymap:
    """The map that somebody wants; what is wrong with it is for `complaints` to say."""
    wanted = _wanted(keys)
    taken: dict[str, frozenset[str]] = defaultdict(frozenset)
    for place in places:
        depths = place.depths()
        for key, names in meetings(place, wanted):
            wished = [depths[name] for name in names if name in keys.wishes]
            for name in names if wished else ():
                if name not in keys.wishes and depths[name] <= max(wished):
                    taken[name] |= {key}
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
        for ways in _needed(place):
            if not _can_be_done(ways, place, keymap):
                found.append(_hidden(ways[0], place, keys))
    return list(dict.fromkeys(found))


def losses(keys: Keys, keymap: Keymap, places: Sequence[Place]) -> Iterator[Complaint]:
    """What somebody's wishes take keys from; no mistake, but worth to be known."""
    shipped = keys_of(binding for place in places for binding in place.bindings())
    told: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for place in places:
        for key, names in meetings(place, _wanted(keys)):
            for taker in [name for name in names if name in keys.wishes][:1]:
                for loser in [name for name in names if name not in keys.wishes]:
                    told[taker, key, loser].append(place.name)
    for (taker, key, loser), where in told.items():
        word, left = key_word(key), keymap.keys(loser, shipped[loser])
        said = f"{taker} takes {word} from {loser}"
        if key in left:
            said, left = f"{said} in {' and '.join(where)}", tuple(one for one in left if one != key)
        kept = f"It keeps {', '.join(map(key_word, left))}." if left else "The palette has it still."
        yield Complaint(keys.wishes[taker].place, said, kept)


def meetings(place: Place, keymap: Keymap) -> Iterator[tuple[str, list[str]]]:
    """Each key that would do more than one thing in a place, with the ids, the nearest first."""
    back = {name for name, keys in _shipped(place).items() if BACK in keys}
    for key, names in _by_key(place, keymap).items():
        if len(names) > 1 and not _agree(set(names), back):
            yield key, names


@cache
def _shipped(place: Place) -> Mapping[str, tuple[str, ...]]:
    """The keys of a place as finetop ships; classes do not change."""
    return keys_of(place.bindings())


def _wanted(keys: Keys) -> Keymap:
    return Keymap(keys.preset, {name: wish.keys for name, wish in keys.wishes.items()})


def _by_key(place: Place, keymap: Keymap) -> dict[str, list[str]]:
    """What each key does in a place, the nearest first."""
    found: dict[str, list[str]] = defaultdict(list)
    for name, shipped in _shipped(place).items():
        for key in keymap.keys(name, shipped):
            if not (place.typing and is_typed(key)):
                found[key].append(name)
    return found


def _agree(names: set[str], back: set[str]) -> bool:
    """Whether what shares a key is one thing to a person: a way back, a movement, or one of two at a time."""
    if names <= back or all(name.startswith("move.") for name in names):
        return True
    return any(names <= alternatives for alternatives in ONE_OF)


def _needed(place: Place) -> Iterator[list[str]]:
    """What nobody may be without in a place: one way back, and each of `NEEDED` that is there."""
    shipped = _shipped(place)
    if back := [name for name, keys in shipped.items() if BACK in keys]:
        yield back
    yield from ([name] for name in shipped if name in NEEDED)


def _can_be_done(ways: Sequence[str], place: Place, keymap: Keymap) -> bool:
    """Whether a key does one of these, and nothing nearer."""
    return any(names[0] in ways for names in _by_key(place, keymap).values())


def _hidden(name: str, place: Place, keys: Keys) -> Complaint:
    """That nobody could leave, go back or find help any more."""
    if name in keys.wishes:
        return Complaint(keys.wishes[name].place, f"{name} must have a key", "Name one.")
    had = set(Keymap(keys.preset).keys(name, _shipped(place)[name]))
    taker = next((one for one, wish in keys.wishes.items() if had & set(wish.keys)), "")
    said = f"{taker} takes the last key of {name}" if taker else f"{name} would have no key"
    where = keys.wishes[taker].place if taker else TABLE
    return Complaint(where, said, f"Name another key for {name} as well.")
