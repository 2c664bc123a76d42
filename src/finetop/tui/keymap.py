"""Which keys do what: those finetop ships with, a preset's, and those a person wants in their place."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from textual.binding import BindingsMap

from finetop.text.keys import is_typed

if TYPE_CHECKING:
    from textual.binding import Binding

PLAIN: Final[Mapping[str, tuple[str, ...]]] = {
    "app.browse": ("ctrl+o",),
    "app.copy": ("ctrl+y",),
    "app.editor": ("ctrl+e",),
    "app.palette": ("f2", "ctrl+p"),
    "app.quit": ("f10",),
    "curve.best": ("f6",),
    "curve.export": ("ctrl+x",),
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
    """Keys that somebody wants for something else, which would come too late there."""

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


def _plain(name: str, shipped: Sequence[str]) -> tuple[str, ...]:
    """Keys that are not letters or signs; the space bar is neither."""
    if name.startswith(IN_DIALOGS):
        return tuple(shipped)
    return PLAIN.get(name) or tuple(key for key in shipped if key == "space" or not is_typed(key))
