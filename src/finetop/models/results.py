"""A job's result file: one line of measurements for each step, in any of the forms there have been."""

from __future__ import annotations

import base64
import binascii
import csv
import io
from collections.abc import Mapping
from typing import Final

from finetop.models.measures import STEP_NAMES, measurements
from finetop.models.metrics import Metric, tokens_in
from finetop.models.values import to_count, to_measured, to_number

_BEFORE_2023: Final = frozenset({"elapsed_tokens", "elapsed_examples"})
"""Columns by which the legacy form is told; it writes -1 where it has no value."""


def metrics_of_csv(content: bytes) -> list[Metric]:
    """The measurements in a result file, plain or as one base64 text; empty for what is no such file."""
    text = _text(content)
    lines = csv.reader(io.StringIO(text, newline=""))
    found: list[Metric] = []
    try:
        names = [name.strip().lower() for name in next(lines, [])]
        is_legacy = not _BEFORE_2023.isdisjoint(names)
        for line in lines:
            metric = _metric(dict(zip(names, line, strict=False)), is_legacy=is_legacy)
            if metric is not None:
                found.append(metric)
    except csv.Error:
        return found  # what came before the odd line is good
    return found


def plain(content: bytes) -> bytes:
    """A file's own bytes: decoded where it is a result file that came as one base64 text."""
    inner = _unpacked(content.decode("utf-8-sig", "replace"))
    return content if inner is None else inner.encode()


def _metric(line: Mapping[str, str], *, is_legacy: bool) -> Metric | None:
    step = next((step for name in STEP_NAMES if (step := to_count(line.get(name))) is not None), None)
    if step is None or step < 0:
        return None
    told = {
        name: value
        for name, value in line.items()
        if name and not (is_legacy and (name in _BEFORE_2023 or to_measured(value) == -1))
    }
    return Metric(
        step=step, epoch=to_number(told.get("epoch")), values=measurements(told), tokens=tokens_in(line)
    )


def _text(content: bytes) -> str:
    """The file as text, decoded where it is one base64 string, perhaps in quotes."""
    text = content.decode("utf-8-sig", "replace")
    inner = _unpacked(text)
    return text if inner is None else inner


def _unpacked(text: str) -> str | None:
    """What is inside a result file that is one base64 string; None for any other text."""
    if _has_head(text):
        return None
    try:
        packed = "".join(text.split()).strip('"').encode("ascii")
        inner = base64.b64decode(packed, validate=True).decode("utf-8-sig")
    except (binascii.Error, ValueError):
        return None
    return inner if _has_head(inner) else None


def _has_head(text: str) -> bool:
    head = text[:2_000].splitlines()[:1]
    return bool(head) and "step" in head[0].lower().split(",")
