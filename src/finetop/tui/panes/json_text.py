"""A JSON document as lines: laid out, coloured by the kinds of its values, folded, and found again. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

from finetop import text
from finetop.config.masked import HIDDEN
from finetop.tui.panes.laying import Row
from finetop.tui.widgets.runs import Run, plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

Path: TypeAlias = tuple[str | int, ...]

AT_ONCE: Final = 200_000
"""Bytes that are laid out while somebody waits; more than that is done in a thread."""
INDENT: Final = 2
_SECRET: Final = re.compile(r"api_?key|secret|password|authorization|access_?token", re.IGNORECASE)
NARROWEST: Final = 20
"""However deep it lies, a value has so many cells."""


class JsonLine(NamedTuple):
    """One line: how far in, what it says, and the value it belongs to."""

    depth: int
    runs: tuple[Run, ...]
    path: Path
    folds: bool = False
    """True where it is the head of an object or a list with something in it."""


class _Open(NamedTuple):
    """A value that is still to be laid out."""

    path: Path
    lead: tuple[Run, ...]
    value: Any
    comma: str


class Document:
    """An answer's bytes: a value where they are JSON, else the lines they hold."""

    def __init__(self, raw: bytes | str) -> None:
        words = raw.decode("utf-8", "replace") if isinstance(raw, bytes) else raw
        self.value: Any = None
        self.plain: list[str] | None = None
        try:
            self.value = json.loads(words, object_pairs_hook=without_secrets)
        except (ValueError, RecursionError):  # nested too deep to be laid out: as it came
            self.plain = text.clean_lines(words) if words else []

    def lines(self, folded: AbstractSet[Path] = frozenset()) -> list[JsonLine]:
        """Every line that is not folded away."""
        if self.plain is not None:
            return [JsonLine(0, ((words, "text"),), (at,)) for at, words in enumerate(self.plain)]
        return list(_lines(self.value, folded))

    def at(self, path: Path) -> str:
        """What stands at a place, to be copied: a text as it is, all else as JSON."""
        if self.plain is not None:
            return self.plain[int(path[0])]
        found = self.value
        for step in path:
            found = found[step]
        return found if isinstance(found, str) else json.dumps(found, indent=INDENT, ensure_ascii=False)


def without_secrets(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    """An object as it is shown: some servers send back the key to a third party."""
    return {name: HIDDEN if value and _SECRET.search(name) else value for name, value in pairs}


def _lines(value: Any, folded: AbstractSet[Path]) -> Iterator[JsonLine]:
    """A stack of its own in place of Python's, which a deep document would exhaust."""
    work: list[_Open | JsonLine] = [_Open((), (), value, "")]
    while work:
        part = work.pop()
        if isinstance(part, JsonLine):
            yield part
            continue
        path, lead, found, comma = part
        depth = len(path)
        if not (isinstance(found, dict | list) and found):
            yield JsonLine(depth, (*lead, *_scalar(found), *_faint(comma)), path)
            continue
        begins, ends = ("{", "}") if isinstance(found, dict) else ("[", "]")
        if path in folded:
            said = f"{begins} {text.count(len(found))} {ends}{comma}"
            yield JsonLine(depth, (*lead, (said, "faint")), path, folds=True)
            continue
        yield JsonLine(depth, (*lead, (begins, "faint")), path, folds=True)
        work.append(JsonLine(depth, ((ends + comma, "faint"),), path))
        work += reversed(list(_inner(path, found)))


def _inner(path: Path, found: dict[str, Any] | list[Any]) -> Iterator[_Open]:
    """The values inside an object or a list."""
    last = len(found) - 1
    items: Iterable[tuple[str | int, Any]] = found.items() if isinstance(found, dict) else enumerate(found)
    for at, (name, value) in enumerate(items):
        lead: tuple[Run, ...] = ()
        if isinstance(name, str):
            lead = ((text.clean(json.dumps(name, ensure_ascii=False)), "muted"), (": ", "faint"))
        yield _Open((*path, name), lead, value, "" if at == last else ",")


def _scalar(value: Any) -> tuple[Run, ...]:
    """Text plain, numbers bright, and what says nothing faint."""
    words = text.clean(json.dumps(value, ensure_ascii=False))
    if isinstance(value, str):
        return ((words, "text"),)
    is_number = isinstance(value, bool | int | float)
    return ((words, "bright" if is_number else "faint"),)


def _faint(words: str) -> tuple[Run, ...]:
    return ((words, "faint"),) if words else ()


def json_rows(lines: Sequence[JsonLine], width: int) -> list[Row]:
    """The lines in so many cells: a long one goes on below, a little further in."""
    rows: list[Row] = []
    for place, line in enumerate(lines):
        indent = min(1 + line.depth * INDENT, max(1, width - NARROWEST))
        if indent + len(plain(line.runs)) < width and plain(line.runs).isascii():
            rows.append(Row(((" " * indent, "text"), *line.runs), place))
            continue
        for at, piece in enumerate(_cut(line.runs, width - indent - 1 - INDENT)):
            begins = indent + (INDENT if at else 0)
            lead = (" " * begins, "text")
            rows.append(Row((lead, *piece), place, begins=begins if at else 0, glue="" if at else None))
    return rows


def _cut(runs: Sequence[Run], room: int) -> Iterator[list[Run]]:
    """The runs in pieces of so many cells, wherever that cuts them: every character stays."""
    piece: list[Run] = []
    left = room
    for words, role in runs:
        at = 0
        while at + len(part := text.cut(words, left, at)) < len(words):
            if not part and left == room:
                part = words[at]  # wider than the line itself
            if part:
                piece.append((part, role))
            yield piece
            piece, left, at = [], room, at + len(part)
        if part:
            piece.append((part, role))
            left -= text.cells(part)
    if piece:
        yield piece
