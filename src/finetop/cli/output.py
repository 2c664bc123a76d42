"""stdout is data, stderr is talk; nothing an API said reaches a terminal uncleaned."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NoReturn

from finetop.errors import FinetopError
from finetop.text import cells, clean, cut, pad

if TYPE_CHECKING:
    from pathlib import Path

GAP = "  "

PIPE_CLOSED = 141
"""What a shell reports of a program whose reader went away."""


def write_json(value: object) -> None:
    """One JSON value; all but ASCII is escaped, so it is as safe to look at as to parse."""
    _write(_json(value, indent=2) + "\n")


def write_json_line(value: object) -> None:
    """One JSON value on a line of its own, for one who reads while we write."""
    _write(_json(value) + "\n")


def _json(value: object, indent: int | None = None) -> str:
    import json  # noqa: PLC0415 - a table without it is there 1 ms sooner

    try:
        return json.dumps(value, indent=indent, allow_nan=False)
    except ValueError:  # JSON has no word for a loss that diverged
        from finetop.cli.values import strict  # noqa: PLC0415 - few losses do

        return json.dumps(strict(value), indent=indent, allow_nan=False)


def write_values(values: Iterable[object], *, lines: bool) -> None:
    """One JSON array, or a value a line as they come."""
    if not lines:
        write_json(list(values))
        return
    for value in values:
        write_json_line(value)


def write_line(values: Sequence[str]) -> None:
    """One line of a table that grows: what is to come does not tell how wide it will be."""
    _write(GAP.join(clean(value) for value in values).rstrip() + "\n")


def write_text(text: str) -> None:
    """Text of our own, as it is."""
    _write(text)


def write_bytes(path: Path) -> None:
    """A file's own bytes, as they are."""
    import shutil  # noqa: PLC0415 - only here

    try:
        with path.open("rb") as opened:
            shutil.copyfileobj(opened, sys.stdout.buffer)
        sys.stdout.buffer.flush()
    except OSError as error:
        give_up(error)


def in_json(value: object) -> str:
    """A value that has no other form, in one line."""
    import json  # noqa: PLC0415 - as in `write_json`

    return json.dumps(value, ensure_ascii=False)


class Table:
    """Columns as wide as what the first rows hold; nothing is cut, for a pipe has no width."""

    def __init__(self, heads: Sequence[str]) -> None:
        self._heads = heads
        self._widths: list[int] = []

    def write(self, rows: Sequence[Sequence[str]]) -> None:
        """Write some more rows, the first of them below the heads; none writes nothing."""
        if not rows:
            return
        drawn: list[Sequence[str]] = [[clean(value) for value in row] for row in rows]
        if not self._widths:
            drawn.insert(0, self._heads)
            self._widths = [max(map(cells, column)) for column in zip(*drawn, strict=True)]
        _write("".join(GAP.join(map(pad, line, self._widths)).rstrip() + "\n" for line in drawn))

    @property
    def is_empty(self) -> bool:
        """Whether nothing was written so far."""
        return not self._widths


def write_table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A whole table."""
    Table(heads).write(rows)


def write_facts(facts: Sequence[tuple[str, str]]) -> None:
    """Label and value, one a line; what is empty is left out."""
    width = max(cells(label) for label, _ in facts)
    _write("".join(f"{pad(label, width)}{GAP}{clean(value)}\n" for label, value in facts if value))


def talk(sentence: str) -> None:
    """Say something to the person, beside the data."""
    _say(f"finetop: {clean(sentence)}\n")


def is_watched() -> bool:
    """Whether a person looks on, at a terminal where a line can be written over."""
    return sys.stderr.isatty() and os.environ.get("TERM", "") not in {"", "dumb"}


def tell_over(sentence: str) -> None:
    """Say something in the place of what was said so last; only where it `is_watched`."""
    try:
        width = os.get_terminal_size(sys.stderr.fileno()).columns or 80
    except OSError:
        width = 80
    _say(f"\r\x1b[K{cut(clean(sentence), width - 1)}")  # of a line that wraps only the end would go


def complain(error: FinetopError, *, of: str = "") -> None:
    """One sentence on what is wrong, where there are several profiles of which, and one on what to do."""
    said = error.message.removeprefix(f"profile {of}: ")
    advice = f"\n  {clean(error.advice)}" if error.advice else ""
    _say(f"finetop: {f'{of}: ' if of else ''}{clean(said)}{advice}\n")


def _say(text: str) -> None:
    with contextlib.suppress(OSError):  # a terminal that was closed hears nothing, and stops nothing
        sys.stderr.write(text)
        sys.stderr.flush()


def _write(text: str) -> None:
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except OSError as error:
        give_up(error)


def give_up(error: OSError) -> NoReturn:
    """End the command, for its result cannot be delivered."""
    # The interpreter flushes once more at its end, and would complain a second time.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    if isinstance(error, BrokenPipeError):
        raise SystemExit(PIPE_CLOSED) from None
    raise FinetopError(f"the result cannot be written: {error.strerror}") from error
