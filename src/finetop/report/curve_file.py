"""Curves in a file: all numbers as CSV or JSON, the picture as SVG or in letters; pure."""

from __future__ import annotations

import csv
import io
import json
import math
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from finetop import text
from finetop.errors import BadInput
from finetop.plot import Request, chart
from finetop.plot.svg import sheet

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from finetop.store.rows import Series

FORMATS: Final = ("csv", "json", "svg", "text")
_BY_ENDING: Final = {".csv": "csv", ".json": "json", ".svg": "svg", ".txt": "text", ".text": "text"}
WIDTH: Final = 100
HEIGHT: Final = 24
_FORMULA: Final = ("=", "+", "-", "@")


class Exported(NamedTuple):
    """Curves as they are shown, and their numbers."""

    columns: Sequence[tuple[str, Series]]
    """Name and series; the steps are a column by themselves."""
    charts: Sequence[tuple[str, Request]]
    """Title and picture."""


def format_of(path: str) -> str:
    """The format that a file's ending asks for. Raises BadInput for any other."""
    found = _BY_ENDING.get(Path(path).suffix.lower())
    if found is None:
        raise BadInput(
            f"{path} does not tell how the curve shall be written",
            hint="Let its name end in .csv, .json, .svg or .txt.",
        )
    return found


def written(curves: Exported, kind: str) -> str:
    """The curves in one of the formats."""
    match kind:
        case "csv":
            return _csv(_rows(curves.columns), [name for name, _ in curves.columns])
        case "json":
            return _json(_rows(curves.columns))
        case "svg":
            return sheet(curves.charts)
    return "\n".join(_letters(title, request) for title, request in curves.charts)


def _rows(columns: Sequence[tuple[str, Series]]) -> list[dict[str, float]]:
    """One for each step, with what was measured at it."""
    steps = sorted(set(chain.from_iterable(series.steps for _, series in columns)))
    rows: dict[int, dict[str, float]] = {step: {"step": step} for step in steps}
    for name, series in columns:
        for step, value in zip(series.steps, series.values, strict=True):
            rows[step][name] = value
    return [*rows.values()]


def _csv(rows: Sequence[Mapping[str, float]], names: Sequence[str]) -> str:
    """Numbers in full; a value that is none is `nan` or `inf`, one that was not measured is empty."""
    made = io.StringIO()
    writer = csv.writer(made, lineterminator="\n")
    writer.writerow(["step", *map(_harmless, names)])
    writer.writerows([[repr(row[name]) if name in row else "" for name in ("step", *names)] for row in rows])
    return made.getvalue()


def _harmless(name: str) -> str:
    """A head that no spreadsheet takes for a formula."""
    words = text.clean(name)
    return f"'{words}" if words.startswith(_FORMULA) else words


def _json(rows: Sequence[Mapping[str, float]]) -> str:
    """As `finetop jobs metrics --json` has it."""
    told = [{name: _sound(value) for name, value in row.items()} for row in rows]
    return json.dumps(told, indent=2, allow_nan=False) + "\n"


def _sound(value: float) -> float | str:
    if math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def _letters(title: str, request: Request) -> str:
    lines = ("".join(words for words, _ in line).rstrip() for line in chart(request, WIDTH, HEIGHT).lines)
    return "\n".join([text.clean(title), *lines, ""])
