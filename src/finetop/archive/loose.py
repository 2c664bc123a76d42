"""Jobs in any JSON file: one a line, an array, a list's page, or one after another over many lines."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO, Final, NamedTuple

from finetop.archive.found import lines_in
from finetop.archive.lines import LONGEST

CHUNK: Final = 1 << 20
_SPACE: Final = re.compile(r"[\s,]*")
_PAGE: Final = re.compile(
    r'\s*\{(?:\s*"(?:object|has_more|first_id|last_id|next)"\s*:\s*(?:"[^"\\]*"|true|false|null)\s*,)*'
    r'\s*"data"\s*:\s*\['
)
"""The head of a list's page, whose items can then be read one by one however many there are."""


class Item(NamedTuple):
    """One thing in a file, and the line it begins in."""

    line: int
    value: Any
    error: str = ""
    """Why it cannot be read; empty where it can."""


def items_in(path: Path) -> Iterator[Item]:
    """Everything a file of jobs holds; what cannot be read says why, and hides nothing before or after it."""
    if is_lines(path):
        for line in lines_in(path):
            if line.error:
                yield Item(line.number, None, line.error)
            else:
                yield from _spread(line.number, line.value)
    else:
        with path.open("rb") as opened:
            yield from _Document(opened).items()


def is_lines(path: Path) -> bool:
    """Whether each line is a value of its own; the second line tells where the first is damaged."""
    heads: list[bytes] = []
    with path.open("rb") as opened:
        while len(heads) < 2 and (raw := opened.readline(CHUNK)):
            if len(raw) == CHUNK:
                return False  # a list in one line may be as long as it likes, and is read piece by piece
            if raw.strip():
                heads.append(raw)
    if not heads or _is_value(heads[0]):
        return True
    return not heads[0].lstrip().startswith(b"[") and len(heads) > 1 and _is_value(heads[1])


def _is_value(raw: bytes) -> bool:
    try:
        return isinstance(json.loads(raw), dict | list)
    except (ValueError, RecursionError):
        return False


def list_in(value: Any) -> list[Any] | None:
    """The items of a list, or of a list's page; None for anything else."""
    is_page = isinstance(value, Mapping) and value.get("object", "list") == "list"
    inner = value.get("data") if is_page else value
    return inner if isinstance(inner, list) else None


def item_of(line: int, value: Any) -> Item:
    """One thing that should be a job."""
    if isinstance(value, Mapping):
        return Item(line, value)
    return Item(line, None, "this is no JSON object, so it is no job")


def _spread(line: int, value: Any) -> Iterator[Item]:
    items = list_in(value)
    return (item_of(line, item) for item in ([value] if items is None else items))


class _Document:
    """JSON over many lines, read piece by piece: an array of any length needs room for one item."""

    def __init__(self, opened: BinaryIO) -> None:
        self._file = opened
        self._decode = codecs.getincrementaldecoder("utf-8-sig")("replace")
        self._json = json.JSONDecoder()
        self._text = ""
        self._at = 0
        self._line = 1
        self._ended = False

    def items(self) -> Iterator[Item]:
        self._more()
        page = _PAGE.match(self._text)
        if page is not None:
            self._go_to(page.end())
            yield from self._array(is_page=True)
            return
        while self._skip():
            if self._text[self._at] == "[":
                self._go_to(self._at + 1)
                yield from self._array()
            else:
                found = self._value()
                if found.error:
                    yield found
                    return
                yield from _spread(found.line, found.value)

    def _array(self, *, is_page: bool = False) -> Iterator[Item]:
        while self._skip():
            if self._text[self._at] == "]":
                self._go_to(self._at + 1)
                if is_page:
                    self._leave()  # what a page says after its items is not about them
                return
            found = self._value()
            yield from [found] if found.error else _spread(found.line, found.value)
            if found.error:
                self._leave()
                return
        yield Item(self._line, None, "the list breaks off here; the file may have been cut off")

    def _value(self) -> Item:
        """The next value; an end that is not there yet may be in the next piece."""
        while True:
            try:
                value, end = self._json.raw_decode(self._text, self._at)
            except RecursionError:
                return Item(self._line, None, "it is nested too deeply; nothing after it can be read")
            except json.JSONDecodeError as error:
                if not self._ended and len(self._text) - self._at < LONGEST:
                    self._more(len(self._text) - self._at)
                    continue
                line = self._line + self._text.count("\n", self._at, error.pos)
                said = f"{error.msg[:1].lower()}{error.msg[1:]}; nothing after it can be read"
                return Item(line, None, said)
            except ValueError as error:
                return Item(self._line, None, f"{error}; nothing after it can be read")
            if end == len(self._text) and not self._ended:
                self._more()
                continue
            line = self._line
            self._go_to(end)
            return Item(line, value)

    def _leave(self) -> None:
        """Read nothing more."""
        self._ended = True
        self._go_to(len(self._text))

    def _skip(self) -> bool:
        """Go to what comes next; False at the end."""
        while True:
            found = _SPACE.match(self._text, self._at)
            self._go_to(found.end() if found else self._at)
            if self._at < len(self._text):
                return True
            if self._ended:
                return False
            self._more()

    def _go_to(self, at: int) -> None:
        self._line += self._text.count("\n", self._at, at)
        self._at = at
        if at > CHUNK:
            self._text, self._at = self._text[at:], 0

    def _more(self, size: int = 0) -> None:
        """At least as much again as what waits, so that a long value is not looked at again and again."""
        raw = self._file.read(max(CHUNK, size))
        self._ended = self._ended or not raw
        self._text += self._decode.decode(raw, final=not raw)
