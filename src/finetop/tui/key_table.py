"""All actions with their keys, as `finetop keys` and the README list them; whether one's own are sound."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from finetop.config.keymap import KeyLine, KeyTable
from finetop.config.reading import first_of, located
from finetop.config.tables import Complaint
from finetop.text.keys import key_word, why_seldom
from finetop.tui.acts import SECTIONS, section
from finetop.tui.key_rules import complaints, keymap_of, losses
from finetop.tui.keymap import Keymap, keys_of
from finetop.tui.places import places

if TYPE_CHECKING:
    from pathlib import Path

    from textual.binding import Binding

    from finetop.config.keymap import Keys
    from finetop.tui.places import Place


def key_table(keys: Keys) -> KeyTable:
    """Every action under these settings."""
    where = places()
    keymap = keymap_of(keys, where)
    return KeyTable(
        tuple(_lines(keymap, where)),
        tuple(complaints(keys, keymap, where)),
        tuple(_notes(keys, keymap, where)),
    )


def checked(keys: Keys, file: Path) -> Keymap:
    """The map that somebody wants. Raises BadFile with the first line that is wrong."""
    where = places()
    keymap = keymap_of(keys, where)
    found = complaints(keys, keymap, where)
    if found:
        raise first_of(tuple(located(file, found)))
    return keymap


def _lines(keymap: Keymap, where: Sequence[Place]) -> Iterator[KeyLine]:
    bindings: dict[str, Binding] = {}
    for place in where:
        for binding in place.bindings():
            bindings.setdefault(binding.id or "", binding)  # the main screen comes first, and says it best
    shipped = keys_of(binding for place in where for binding in place.bindings())
    places_of: dict[str, list[str]] = {}
    for place in where:
        for name in keys_of(place.bindings()):
            places_of.setdefault(name, []).append(place.name)
    order = list(dict.fromkeys(SECTIONS.values()))
    for name in sorted(bindings, key=lambda name: order.index(section(name))):
        does = bindings[name].tooltip or bindings[name].description
        keys = keymap.keys(name, shipped[name])
        yield KeyLine(section(name), name, keys, shipped[name], does, tuple(dict.fromkeys(places_of[name])))


def _notes(keys: Keys, keymap: Keymap, where: Sequence[Place]) -> Iterator[Complaint]:
    """What a wish takes from something else, and keys that may not arrive."""
    yield from losses(keys, keymap, where)
    for name, wish in keys.wishes.items():
        for key in wish.keys:
            if reason := why_seldom(key):
                said = f"{name}: {key_word(key)} is {reason}"
                yield Complaint(wish.place, said, "See whether it arrives: finetop keys --test")
