"""Reads a training file line by line, as JSON objects; needs no numpy."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

Example = TypeVar("Example")
LONGEST_LINE = 1 << 20
"""Bytes; one example is held in memory whole, so it must have an end."""

LOOK_EVERY = 200
"""Lines between two looks at whether to stop."""

BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class Problem:
    """Why a file cannot be used; `message` already names the line where there is one."""

    line: int | None
    code: str
    message: str


class BadExample(ValueError):
    """A line that cannot be trained on."""

    def __init__(self, line: int, code: str, reason: str) -> None:
        self.problem = Problem(line, code, f"line {line}: {reason}")
        super().__init__(self.problem.message)


class Stopped(Exception):
    """`stop` asked for the end of the reading."""


def records(path: Path, *, stop: Callable[[], bool] = lambda: False) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the number and the object of each line, blank ones counted; raises BadExample and Stopped."""
    with path.open("rb") as file:
        number = 0
        while raw := file.readline(LONGEST_LINE + 2):
            if number % LOOK_EVERY == 0 and stop():
                raise Stopped
            number += 1
            if raw.strip():
                yield number, _parsed(raw, number)


def read(path: Path, example: Callable[[dict[str, Any], int], Example]) -> Iterator[Example]:
    """What `example` makes of each line, in file order."""
    return (example(record, number) for number, record in records(path))


def _parsed(raw: bytes, number: int) -> dict[str, Any]:
    if len(raw.rstrip(b"\r\n")) > LONGEST_LINE:
        raise BadExample(number, "line_too_long", "longer than 1 MiB; split the example")
    if raw.startswith(BOM):
        raise BadExample(
            number, "byte_order_mark", "begins with a byte-order mark; save as UTF-8 without one"
        )
    try:
        record = json.loads(raw.decode())
    except UnicodeDecodeError as error:
        raise BadExample(number, "not_utf8", f"not UTF-8 text (byte {error.start + 1})") from None
    except json.JSONDecodeError as error:
        if number == 1 and raw.lstrip().startswith(b"["):
            _refuse_array(number)
        # A lone quote or brace is what a person can look for; Python's own words name it.
        reason = f"not JSON ({error.msg[:1].lower()}{error.msg[1:]} at character {error.colno})"
        raise BadExample(number, "not_json", reason) from None
    except (ValueError, RecursionError):
        reason = "not JSON that can be read: a number too long or brackets too deep"
        raise BadExample(number, "not_json", reason) from None
    if isinstance(record, list) and number == 1:
        _refuse_array(number)
    if not isinstance(record, dict):
        raise BadExample(number, "not_an_object", "not a JSON object")
    return record


def _refuse_array(number: int) -> NoReturn:
    raise BadExample(number, "json_array", "the file is one JSON array; write one JSON object per line")
