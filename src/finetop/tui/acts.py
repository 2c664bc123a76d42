"""Everything that can be done now: by a key of where one is, of another pane, or by no key at all.

    class Pane(...):
        ACTIONS: ClassVar[tuple[Act, ...]] = (Act("pane.larger", "Make this pane larger", "larger"),)

What has a key is a `Binding`; an `Act` is what has none. The palette offers both.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from finetop.text.keys import key_word

if TYPE_CHECKING:
    from textual.binding import Binding
    from textual.dom import DOMNode
    from textual.screen import Screen
    from textual.widget import Widget

NOT_OFFERED: Final = ("move.", "dialog.", "prompt.", "app.palette")
"""Ids of what nobody looks for by its name."""

_NAMED: Final = re.compile(r"\{([a-z_.]+)\|([^}]+)\}")

SECTIONS: Final[Mapping[str, str]] = {
    "move": "Move",
    "pane": "Panes",
    "screen": "Panes",
    "tab": "Panes",
    "list": "List",
    "job": "Jobs",
    "text": "Text",
    "detail": "Detail",
    "curve": "Curves",
    "compare": "Compare",
    "events": "Events",
    "files": "Files",
    "record": "Files",
    "models": "Models",
    "actions": "Actions",
    "data": "Data",
    "app": "App",
    "form": "Form",
    "columns": "Columns",
    "views": "Views",
    "profile": "Profiles",
    "prompt": "Line",
    "dialog": "Dialogs",
    "confirm": "Dialogs",
    "settings": "Dialogs",
    "report": "Dialogs",
}
"""The first part of an id, and the heading its keys stand under, in this order."""


def section(name: str) -> str:
    """The heading of an id."""
    return SECTIONS.get(name.split(".", maxsplit=1)[0], "App")


@dataclass(frozen=True, slots=True)
class Act:
    """Something to do that has no key of its own; it is found by its name."""

    id: str
    label: str
    """A sentence without a full stop."""
    action: str
    """As in a binding: `name(1)` of the node that says so, or `app.name`."""


class Offer(NamedTuple):
    """One thing that can be done now, and where."""

    id: str
    label: str
    key: str
    """The first key that does it; empty where none does."""
    action: str
    node: DOMNode
    word: str = ""
    """What the footer calls it."""
    pane: Widget | None = None
    """Where the focus has to be first; None for what works where one is."""


def offers(screen: Screen[Any], panes: Iterable[Widget] = ()) -> list[Offer]:
    """What can be done where the focus is, then in the other panes."""
    chain = list((screen.focused or screen).ancestors_with_self)
    live = screen.active_bindings
    found: dict[tuple[str, Widget | None], Offer] = {}
    for node in chain:
        for offer in _of(node, [key for key, active in live.items() if active.node is node]):
            found.setdefault((offer.id, None), offer)
    here = {name for name, _ in found}
    for pane in panes:
        if pane not in chain:
            for offer in _of(pane, list(pane._bindings.key_to_bindings)):  # noqa: SLF001 - Textual tells of the focused chain only
                if offer.id not in here:
                    found.setdefault((offer.id, pane), offer._replace(pane=pane))
    return list(found.values())


def _of(node: DOMNode, keys: Iterable[str]) -> Iterator[Offer]:
    """What one node can do now, its keys among those that reach it."""
    reached: dict[str, str] = {}
    for key in keys:
        for binding in node._bindings.key_to_bindings.get(key, ()):  # noqa: SLF001 - as above
            if binding.id:
                reached.setdefault(binding.id, key)
    for binding in declared(type(node)):
        if _is_on(binding.action, node) and not (binding.id or "").startswith(NOT_OFFERED):
            name, word = binding.id or "", binding.description
            yield Offer(name, binding.tooltip or word, reached.get(name, ""), binding.action, node, word)
    for act in acts(type(node)):
        if _is_on(act.action, node):
            yield Offer(act.id, act.label, "", act.action, node)


def key_to(node: Widget, name: str, otherwise: str = "") -> str:
    """The key that does something on a node's screen, for sentences that name it.

    What has lost its keys is reached through the palette; what is bound nowhere here has `otherwise`.
    """
    if not node.is_attached:
        return otherwise
    screen = node.screen
    nodes = [*(screen.focused or screen).ancestors_with_self, *getattr(screen, "panes", ())]
    for one in nodes:
        for key, binding in one._bindings:  # noqa: SLF001 - Textual tells of the focused chain only
            if binding.id == name:
                return key_word(key)
    if any(binding.id == name for one in nodes for binding in declared(type(one))):
        return key_to(node, "app.palette", ":")
    return otherwise


def keyed(node: Widget, sentence: str) -> str:
    """A sentence of ours with its keys: `{data.refresh|r} asks again`."""
    return _NAMED.sub(lambda found: key_to(node, found[1], found[2]), sentence)


def declared(kind: type[DOMNode]) -> list[Binding]:
    """One binding for each id that a class has or inherits, whatever keys the user gave it."""
    return list({binding.id: binding for binding in bound(kind)}.values())


def bound(kind: type[DOMNode]) -> Iterator[Binding]:
    """Each key of a class and its bases that does something of ours, as finetop ships."""
    merged = kind._merged_bindings  # noqa: SLF001 - Textual merges what the classes say
    return (binding for _, binding in merged or () if binding.id)


def acts(kind: type[DOMNode]) -> Iterator[Act]:
    """What a class and its bases offer without a key."""
    for base in kind.__mro__:
        yield from vars(base).get("ACTIONS", ())


def _is_on(action: str, node: DOMNode) -> bool:
    return bool(node.app._check_action_state(action, node))  # noqa: SLF001 - what Textual asks before a key
