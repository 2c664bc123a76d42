"""Reads a file of JSON lines, one line at a time, and says in one sentence what is wrong with it."""

from __future__ import annotations

import json
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, NoReturn

from finetop.errors import BadFile

LONGEST_LINE = 64 << 20
"""Bytes; a line is held in memory whole, and a disk image without a line end must not fill it."""

_BOM = b"\xef\xbb\xbf"
_ONE_A_LINE = "Write one JSON object per line."


def read_objects(path: Path) -> Iterator[dict[str, Any]]:
    """The object of each line; blank lines count as lines and hold none. Raises BadFile with the place."""
    with _opened(path) as file:
        number = 0
        try:
            while raw := file.readline(LONGEST_LINE + 1):
                number += 1
                if raw.strip():
                    yield _parsed(path, number, raw)
        except OSError as error:
            raise BadFile(f"cannot be read: {error.strerror}", path=path) from error


def _opened(path: Path) -> BinaryIO:
    try:
        kind = path.stat().st_mode
        if stat.S_ISDIR(kind):
            raise BadFile("this is a directory", path=path, hint="Name a .jsonl file inside it.")
        if not stat.S_ISREG(kind):  # opening a pipe would wait for a writer that may never come
            raise BadFile("this is not a regular file", path=path, hint="Copy its content to a file first.")
        return path.open("rb")
    except FileNotFoundError:
        raise BadFile("there is no such file", path=path, hint="Check the path.") from None
    except (OSError, ValueError) as error:  # ValueError: a null byte in the name
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise BadFile(f"cannot be read: {reason}", path=path) from error


def _parsed(path: Path, number: int, raw: bytes) -> dict[str, Any]:
    if len(raw) > LONGEST_LINE:
        raise BadFile("longer than 64 MiB without an end", path=path, line=number, hint=_ONE_A_LINE)
    if raw.startswith(_BOM):
        raise BadFile(
            "begins with a byte-order mark", path=path, line=number, hint='Save it as UTF-8 "without BOM".'
        )
    try:
        value = json.loads(raw.decode(), parse_constant=_refuse)
    except UnicodeDecodeError as error:
        raise BadFile(
            f"not UTF-8 text (byte {error.start + 1})", path=path, line=number, hint="Save it as UTF-8."
        ) from None
    except json.JSONDecodeError as error:
        _explain(path, number, raw, error)
    except (ValueError, RecursionError) as error:
        reason = "brackets too deep" if isinstance(error, RecursionError) else str(error)
        raise BadFile(f"not JSON ({reason})", path=path, line=number, hint=_ONE_A_LINE) from None
    if isinstance(value, dict):
        return value
    if number == 1 and isinstance(value, list):
        _refuse_array(path)
    raise BadFile("not a JSON object", path=path, line=number, hint=_ONE_A_LINE)


def _explain(path: Path, number: int, raw: bytes, error: json.JSONDecodeError) -> NoReturn:
    start = raw.strip()
    if number == 1 and start.startswith(b"["):
        _refuse_array(path)
    if number == 1 and start == b"{":
        raise BadFile("one JSON object over many lines", path=path, line=number, hint=_ONE_A_LINE)
    reason = f"{error.msg[:1].lower()}{error.msg[1:]} at character {error.colno}"
    raise BadFile(f"not JSON ({reason})", path=path, line=number, hint=_ONE_A_LINE) from None


def _refuse_array(path: Path) -> NoReturn:
    raise BadFile("the whole file is one JSON array", path=path, line=1, hint=_ONE_A_LINE)


def _refuse(word: str) -> NoReturn:
    raise ValueError(f"{word} is not a number JSON knows")
