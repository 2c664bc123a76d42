"""What a key is called: as a person writes it, as the screen's library does, and as it is shown."""

from __future__ import annotations

import string
import unicodedata
from typing import Final

NAMED: Final = frozenset(
    {"up", "down", "left", "right", "home", "end", "pageup", "pagedown", "insert", "delete", "backspace"}
    | {"tab", "enter", "escape", "space"}
    | {f"f{number}" for number in range(1, 25)}
)
"""Keys that type no character, and the space bar, which nobody can see."""
MODIFIERS: Final = ("ctrl", "shift", "alt", "super", "hyper", "meta")
_ALSO: Final = {
    "esc": "escape",
    "pgdn": "pagedown",
    "pgup": "pageup",
    "del": "delete",
    "ins": "insert",
    "return": "enter",
    "control": "ctrl",
    "spacebar": "space",
    " ": "space",
}
_SHORT: Final = {"escape": "esc", "pagedown": "pgdn", "pageup": "pgup", "delete": "del", "insert": "ins"}
_CALLED: Final = {
    "solidus": "slash",
    "reverse_solidus": "backslash",
    "commercial_at": "at",
    "hyphen_minus": "minus",
    "plus_sign": "plus",
    "low_line": "underscore",
}
_NEVER: Final = {
    "ctrl+i": "arrives as tab",
    "ctrl+m": "arrives as enter",
    "ctrl+j": "arrives as enter",
    "ctrl+[": "arrives as esc",
    "ctrl+h": "arrives as backspace",
    "ctrl+@": "has another name in each terminal",
    "ctrl+space": "has another name in each terminal",
}
_TAKEN: Final = {
    "ctrl+a": "the prefix of screen, and of many a tmux",
    "ctrl+b": "the prefix of tmux",
    "ctrl+z": "what sends a program into the background",
    "ctrl+s": "what stops the output of some terminals",
    "ctrl+\\": "what kills a program in many terminals",
    "~": "what ends a line's connection in ssh",
    "f11": "what makes the window fill the screen in many a desktop",
}


def key_name(written: str) -> str:
    """The name that Textual has for a key somebody wrote down; empty where it is none.

    `/` is `slash`, `Ctrl-F` is `ctrl+f`, `shift+k` is `K`, `esc` is `escape`.
    """
    *modifiers, key = _parts(written)
    held = [_ALSO.get(part.lower(), part.lower()) for part in modifiers]
    if not set(held) <= set(MODIFIERS) or len(set(held)) < len(held):
        return ""
    name = _base(key)
    if held and len(name) == 1:
        if held == ["shift"]:
            return name.upper()
        name = name.lower()
    return "+".join([*sorted(held), name]) if name else ""


def key_word(name: str) -> str:
    """A key as people write it: `slash` is `/`, `escape` is `esc`."""
    *held, key = name.split("+")
    if key not in NAMED and len(key) > 1:
        key = _character(key) or key
    return "+".join([*held, _SHORT.get(key, key)])


def is_typed(name: str) -> bool:
    """Whether the key types something into a field."""
    return name == "space" or (name not in NAMED and "+" not in name)


def why_never(name: str) -> str:
    """Why a key cannot arrive as itself; empty where it can."""
    word = key_word(name)
    if word in _NEVER:
        return f"{word} {_NEVER[word]}"
    for held in ("alt", "super", "hyper", "meta"):
        if held in name.split("+")[:-1]:
            return f"{held} is kept by most terminals"
    return ""


def why_seldom(name: str) -> str:
    """What may take a key before it arrives; empty where nothing is known."""
    return _TAKEN.get(key_word(name), "")


def _parts(written: str) -> list[str]:
    """Modifiers and key; the sign between them may be the key itself."""
    text = written if written == " " else written.strip()
    if len(text) < 2:
        return [text]
    head, last = text[:-1], text[-1]
    if last in "+-":
        return [*filter(None, head.replace("-", "+").split("+")), last]
    return text.replace("-", "+").split("+")


def _base(key: str) -> str:
    """The name of a key without its modifiers; empty where it is none."""
    if len(key) == 1 and key != " ":
        return _called(key)
    name = _ALSO.get(key.lower(), key.lower())
    return name if name in NAMED or _character(name) else ""


def _called(character: str) -> str:
    if character.isalnum():
        return character
    name = unicodedata.name(character, "").lower().replace("-", "_").replace(" ", "_")
    return _CALLED.get(name, name) if character.isprintable() else ""


def _character(name: str) -> str:
    """The character of a name such as `question_mark`; empty where there is none."""
    try:
        found = _ASCII.get(name) or unicodedata.lookup(name.replace("_", " "))
    except KeyError:
        return ""
    return found if found.isprintable() and not found.isalnum() else ""


_ASCII: Final = {_called(sign): sign for sign in string.punctuation}
