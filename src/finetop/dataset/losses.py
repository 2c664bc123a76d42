"""The losses of single examples, as a result file tells them: lines of `split,line,loss,bytes`. Pure.

`split` is train or valid and names the file, `line` counts its lines from 1. A server that counts tokens
calls the last column `tokens`; what is missing is missing.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

if TYPE_CHECKING:
    from finetop.models import File, Job

Split = Literal["train", "valid"]

NAME: Final = "examples"
"""A part of the name of such a file; where its name is not known it has to be looked into."""
_NEEDED: Final = {"line", "loss"}
_SPLITS: Final[Mapping[str, Split]] = {
    "": "train",
    "train": "train",
    "training": "train",
    "valid": "valid",
    "validation": "valid",
}
_UNITS: Final = ("bytes", "tokens")
_LONGEST: Final = 7
"""Digits of a line's number; nobody has a file of more lines."""


class ExampleLoss(NamedTuple):
    """One example, by where it stands."""

    split: Split
    line: int
    """From 1."""
    loss: float
    size: int | None = None
    """Bytes or tokens of what was to be answered."""


@dataclass(frozen=True)
class Losses:
    """All that were told, the worst first; equal ones in the order of the file."""

    worst: tuple[ExampleLoss, ...]
    unit: str = ""
    """What the sizes are counted in: bytes, tokens, or empty."""

    @cached_property
    def of(self) -> Mapping[Split, tuple[ExampleLoss, ...]]:
        """Those of each file, what was learned from first."""
        each: tuple[Split, ...] = ("train", "valid")
        found = {split: tuple(one for one in self.worst if one.split == split) for split in each}
        return {split: told for split, told in found.items() if told}

    @cached_property
    def means(self) -> Mapping[Split, float]:
        """The mean over the examples of each file, however long each is."""
        return {split: math.fsum(one.loss for one in told) / len(told) for split, told in self.of.items()}


def losses_of(content: bytes) -> Losses | None:
    """What a result file tells of single examples; None for any other file."""
    lines = csv.reader(io.StringIO(content.decode("utf-8-sig", "replace"), newline=""))
    found: list[ExampleLoss] = []
    try:
        names = [name.strip().lower() for name in next(lines, [])]
        if not names or not set(names) >= _NEEDED or "step" in names:
            return None
        unit = next((unit for unit in _UNITS if unit in names), "")
        for line in lines:
            one = _one(dict(zip(names, line, strict=False)), unit)
            if one is not None:
                found.append(one)
    except csv.Error:
        pass  # what came before the odd line is good
    return Losses(tuple(sorted(found, key=lambda one: -one.loss)), unit)


def _one(line: Mapping[str, str], unit: str) -> ExampleLoss | None:
    split = _SPLITS.get(line.get("split", "").strip().lower())
    number, size = _count(line.get("line", "")), _count(line.get(unit, ""))
    try:
        loss = float(line.get("loss", ""))
    except ValueError:
        return None
    if split is None or not number or not math.isfinite(loss):
        return None
    return ExampleLoss(split, number, loss, size)


def _count(cell: str) -> int | None:
    cell = cell.strip()
    return int(cell) if cell.isascii() and cell.isdigit() and len(cell) <= _LONGEST else None


def per(job: Job, losses: Losses) -> str:
    """What a loss is reckoned for, in words: `per byte`, or empty where nobody says."""
    if job.method == "dpo":
        return "per pair"
    return f"per {losses.unit.removesuffix('s')}" if losses.unit else ""


def may_tell(files: Iterable[File], named: Mapping[str, str]) -> list[File]:
    """The result files that may hold losses of examples, the likeliest first; `named` are names by id."""
    names = {file: (file.filename or named.get(file.id) or "").lower() for file in files}
    likely = [file for file, name in names.items() if NAME in name]
    # The measurements of the steps come first in every list that has more than them.
    return likely or [file for file, name in reversed(names.items()) if not name]


def file_of(job: Job, split: Split) -> File | None:
    """The file that a split's lines are counted in."""
    files = job.training_files if split == "train" else job.validation_files
    return files[0] if files else None
