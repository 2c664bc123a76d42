"""The result file while it grows: a row for every step, cut back when an attempt resumes."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

COLUMNS = {
    "step": "step",
    "train_loss": "train_loss",
    "train_accuracy": "train_accuracy",
    "valid_loss": "valid_loss",
    "valid_mean_token_accuracy": "valid_accuracy",
    "full_valid_loss": "full_valid_loss",
    "full_valid_mean_token_accuracy": "full_valid_accuracy",
}
"""The columns and the names our values have; validation cells stay empty where nothing was measured."""


class ResultRows:
    """Rows appended to one file, of which the first `keep` bytes are known to be right."""

    def __init__(self, path: Path, keep: int) -> None:
        path.parent.mkdir(exist_ok=True)
        self._file = path.open("ab")
        self._file.truncate(keep)
        if keep == 0:
            self._file.write(",".join(COLUMNS).encode() + b"\n")

    def append(self, values: dict[str, float]) -> None:
        """Add the row of one step."""
        cells = [str(int(values["step"]))]
        cells += [f"{values[name]:.5f}" if name in values else "" for name in list(COLUMNS.values())[1:]]
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
