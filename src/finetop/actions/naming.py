"""A file name that is safe to create in a folder, from whatever a server calls the file; pure."""

from __future__ import annotations

import re

from finetop.text import clean

MOST_BYTES = 200
"""Of a name in UTF-8: file systems take 255, and a number may have to be added."""
MOST_ENDING_BYTES = 20
NAMELESS = "file"

_SEPARATORS = re.compile(r"[/\\]+")
_FORBIDDEN = re.compile(r'[<>:"|?*%$`]')
"""What Windows forbids, and what shells put something else in the place of."""
_DEVICES = re.compile(r"(con|prn|aux|nul|clock_|conin_|conout_|(com|lpt)[0-9¹²³])", re.IGNORECASE)
"""Names that Windows takes for machines, whatever ending they have."""


def safe_name(said: str) -> str:
    """One component of a path, never empty, that stays in its folder on every system; safe ones are kept."""
    last = next((part for part in reversed(_SEPARATORS.split(said)) if part.strip(" .")), "")
    name = _trimmed(_short(_trimmed(_FORBIDDEN.sub("_", clean(last)))))
    if _DEVICES.fullmatch(name.partition(".")[0].rstrip()):
        name = f"_{name}"
    return name or NAMELESS


def numbered(name: str, number: int) -> str:
    """The name for the second and every later file that would bear it: `a (2).csv`."""
    stem, ending = _parts(name)
    return f"{stem} ({number}){ending}"


def _trimmed(name: str) -> str:
    """Without what hides a file, makes it an option or a home, or vanishes on some systems."""
    while (rest := clean(name.strip().lstrip(".-~ ").rstrip(". "))) != name:
        name = rest  # an accent that sat on a dot has nothing to sit on now, and so on
    return name


def _parts(name: str) -> tuple[str, str]:
    stem, dot, ending = name.rpartition(".")
    if not stem or len(ending.encode()) > MOST_ENDING_BYTES:
        return name, ""
    return stem, dot + ending


def _short(name: str) -> str:
    """Cut before the ending, between characters."""
    if len(name.encode()) <= MOST_BYTES:
        return name
    stem, ending = _parts(name)
    room = MOST_BYTES - len(ending.encode())
    return stem.encode()[:room].decode("utf-8", "ignore") + ending
