"""The result file while it grows: a row for every step, cut back when an attempt resumes."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from types import TracebackType


class ResultRows:
    """Rows appended to one file, of which the first `keep` bytes are known to be right.

    `columns` are the names in the file and those our values have; what was not measured stays empty.
    """

    def __init__(self, path: Path, keep: int, columns: Mapping[str, str]) -> None:
        self._columns = columns
        path.parent.mkdir(exist_ok=True)
        self._file = path.open("ab")
        self._file.truncate(keep)
        if keep == 0:
            self._file.write(",".join(columns).encode() + b"\n")

    def append(self, values: dict[str, float]) -> None:
        """Add the row of one step."""
        cells = [_cell(values.get(name)) for name in self._columns.values()]
        self._file.write(",".join(cells).encode() + b"\n")

    def sync(self) -> int:
        """Wait until the disk has every row; return how many bytes they are."""
        self._file.flush()
        os.fsync(self._file.fileno())
        return self._file.tell()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()


def _cell(value: float | None) -> str:
    if value is None:
        return ""
    return str(value) if isinstance(value, int) else f"{value:.5f}"
