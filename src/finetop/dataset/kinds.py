"""What a file is, told by its beginning: examples, a table, text, or something that is no text."""

from __future__ import annotations

import csv
import re
from typing import Final, Literal

Kind = Literal["examples", "table", "text", "binary", "empty"]

_MAGIC: Final = (
    (b"\x1f\x8b", "gzip"),
    (b"PK\x03\x04", "zip archive"),
    (b"%PDF", "PDF"),
    (b"\x89PNG", "PNG image"),
    (b"\xff\xd8\xff", "JPEG image"),
    (b"GIF8", "GIF image"),
    (b"PAR1", "Parquet table"),
    (b"\xfe\xff", "text in UTF-16"),
    (b"\xff\xfe", "text in UTF-16"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"SQLite format 3", "SQLite database"),
)
_LINES: Final = (".jsonl", ".ndjson")
_NO_TEXT: Final = "other bytes"
_CONTROLS: Final = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
"""What no text holds; escape sequences do occur in logs."""
_PACKED: Final = re.compile(rb'\s*"?[A-Za-z0-9+/\r\n]{40,}={0,2}"?\s*')


def kind_of(head: bytes, name: str = "") -> Kind:
    """The kind of a file that begins so."""
    if not head:
        return "empty"
    if called := name_of_binary(head):
        # One bad byte is no reason not to show the other examples, and where it stands.
        is_spoiled = called == _NO_TEXT and name.endswith(_LINES) and head.lstrip().startswith(b"{")
        return "examples" if is_spoiled else "binary"
    first = _first_line(head)
    if first.startswith("[") or first.rstrip() == "{":
        return "text"  # one value over many lines
    if first.startswith("{") or name.endswith(_LINES):
        return "examples"
    return "table" if name.endswith((".csv", ".tsv")) or _is_table(head) else "text"


def name_of_binary(head: bytes) -> str:
    """What a file that is no text is called; empty for text."""
    for start, name in _MAGIC:
        if head.startswith(start):
            return name
    return _NO_TEXT if _CONTROLS.search(head[:4_096]) else ""


def looks_packed(head: bytes) -> bool:
    """True where a file may be one base64 text, as some result files are."""
    return _PACKED.fullmatch(head[:4_096].rstrip(b'=\n"')) is not None


def separator_of(head: bytes) -> str:
    """What stands between the cells of a table."""
    first = _first_line(head)
    return max(",\t;", key=first.count)


def _is_table(head: bytes) -> bool:
    """Three lines of one width, of two cells or more, the first of them without a number."""
    lines = [line for line in head[:8_192].decode("utf-8-sig", "replace").splitlines()[:4] if line.strip()]
    rows = list(csv.reader(lines[:3], delimiter=separator_of(head)))
    widths = {len(row) for row in rows}
    names = rows[0] if rows else []
    return len(rows) > 1 and len(widths) == 1 and len(names) > 1 and not any(map(_is_number, names))


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return not cell.strip()
    return True


def _first_line(head: bytes) -> str:
    text = head[:8_192].decode("utf-8-sig", "replace").lstrip()
    return text.split("\n", 1)[0]
