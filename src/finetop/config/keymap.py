"""The section [keys]: which keys a person wants for what; only the screen knows what can have keys."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import MISSING, dataclass, field, fields
from typing import Any, Final, NamedTuple

from finetop.config.tables import Complaint, Place, checked
from finetop.text.keys import is_typed, key_name, key_word, why_never

PRESETS: Final = ("default", "plain")
TABLE: Final = ("keys",)
_FORMS: Final = 'Write a key, a list of keys, or "" for none.'


class Wish(NamedTuple):
    """The keys somebody wants for one action; none takes its keys away."""

    keys: tuple[str, ...]
    place: Place
    """Where the file says so."""


class KeyLine(NamedTuple):
    """One action, as lists of keys tell of it."""

    section: str
    id: str
    keys: tuple[str, ...]
    shipped: tuple[str, ...]
    """What it has where nobody wants something else."""
    does: str
    places: tuple[str, ...]
    """Where its keys work."""


class KeyTable(NamedTuple):
    """All actions with their keys, what is wrong with somebody's wishes, and what they may not expect."""

    lines: tuple[KeyLine, ...]
    complaints: tuple[Complaint, ...] = ()
    notes: tuple[Complaint, ...] = ()


@dataclass(frozen=True, slots=True)
class Keys:
    """Keys of one's own: `"job.cancel" = "f9"`, a list of several, or "" for none; see finetop keys."""

    preset: str = field(default="default", metadata={"choices": PRESETS})
    """The map that the others change; plain has arrows, function keys and ctrl, but no letters."""
    wishes: Mapping[str, Wish] = field(default_factory=dict)
    """By the id of what they do."""

    @property
    def is_shipped(self) -> bool:
        """Whether they change nothing."""
        return self == Keys()

    def in_short(self) -> dict[str, Any]:
        """As one would write them."""
        return {"preset": self.preset} | {
            name: [key_word(key) for key in wish.keys] for name, wish in self.wishes.items()
        }


def read_keys(table: object, complaints: list[Complaint]) -> Keys:
    """What the table says; a wish that cannot be read is complained about and left out."""
    if not isinstance(table, dict):
        complaints.append(Complaint(TABLE, "keys must be a table", "Write [keys]."))
        return Keys()
    table = dict(table)
    preset = _preset(table.pop("preset", "default"), complaints)
    wishes: dict[str, Wish] = {}
    for place, written in _leaves(table, TABLE):
        name = ".".join(str(part) for part in place[1:])
        keys = _keys(name, place, written, complaints)
        if name in wishes:
            complaints.append(Complaint(place, f"{name} stands there twice", "Keep one of them."))
        elif keys is not None:
            wishes[name] = Wish(keys, place)
    return Keys(preset, wishes)


def _preset(written: object, complaints: list[Complaint]) -> str:
    (option,) = (option for option in fields(Keys) if option.name == "preset")
    found, said, hint = checked(str, option, written)
    if found is not MISSING:
        return str(found)
    complaints.append(Complaint((*TABLE, "preset"), said, hint))
    return "default"


def _leaves(table: Mapping[str, Any], place: Place) -> Iterator[tuple[Place, Any]]:
    """Each wish; without quotes TOML reads `job.cancel` as a table in a table."""
    for name, written in table.items():
        if isinstance(written, dict):
            yield from _leaves(written, (*place, name))
        else:
            yield (*place, name), written


def _keys(name: str, place: Place, written: object, complaints: list[Complaint]) -> tuple[str, ...] | None:
    """The keys of one wish by the names the screen knows; None where one of them is no key."""
    if isinstance(written, str):
        words = _words(written)
    elif isinstance(written, list) and all(isinstance(word, str) for word in written):
        words = written
    else:
        complaints.append(Complaint(place, f"{name} cannot be {written!r}", _FORMS))
        return None
    names = [key_name(word) for word in words]
    for word, key in zip(words, names, strict=True):
        reason = why_never(key)
        if not key:
            hint = 'Write it as in "x", "ctrl+f", "f5", "pgdn" or "?".'
            complaints.append(Complaint(place, f"{name}: {word!r} is no key", hint))
        elif reason:
            complaints.append(Complaint(place, f"{name}: {reason}", "Use another key."))
        elif name.startswith(("form.", "prompt.")) and is_typed(key):
            said = f"{name}: {word} would be typed into the field"
            complaints.append(Complaint(place, said, "Use ctrl, or a function key."))
        else:
            continue
        return None
    return tuple(dict.fromkeys(names))


def _words(written: str) -> list[str]:
    """`x,f9` are two keys, `,` is one."""
    if not written.strip():
        return [" "] if written else []
    if written.strip() == ",":
        return [","]
    return [word for word in (part.strip() for part in written.split(",")) if word]
