"""Values as a person types them: 7d, 1e-4, 10k, 50%, 2026-05-31."""

from __future__ import annotations

import math
import re
from datetime import datetime, timedelta

_NUMBER = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)([a-zA-Z%]*)")
_UNITS = {"": 1.0, "k": 1e3, "m": 1e6, "g": 1e9, "b": 1e9}
_PART = re.compile(r"(\d+\.?\d*|\.\d+)([a-z]+)")
_SECONDS = {
    **dict.fromkeys(("s", "sec"), 1.0),
    **dict.fromkeys(("m", "min"), 60.0),
    "h": 3_600.0,
    "d": 86_400.0,
    "w": 604_800.0,
    "y": 31_557_600.0,
}
_TO_THE_SECOND = re.compile(r":\d\d:\d\d")
_DATE = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?")


def number(words: str) -> float | None:
    """A number, perhaps with k, M or G; None for anything else."""
    found = _NUMBER.fullmatch(words)
    if found is None or found[2].lower() not in _UNITS:
        return None
    value = float(found[1]) * _UNITS[found[2].lower()]
    return value if math.isfinite(value) else None


def share(words: str) -> float | None:
    """0 to 1 from 50%, 0.5 or 50; None for anything else."""
    found = _NUMBER.fullmatch(words)
    if found is None or found[2] not in {"", "%"}:
        return None
    value = float(found[1])
    return value / 100 if found[2] or value > 1 else value


def duration(words: str) -> float | None:
    """Seconds from 7d, 90s or 1h30m; None for anything else, also for a number without its unit."""
    words = words.lower()
    parts = _PART.findall(words)
    if words in {"0", ""} or "".join(figure + unit for figure, unit in parts) != words:
        return 0.0 if words == "0" else None
    if any(unit not in _SECONDS for _, unit in parts):
        return None
    value = sum(float(figure) * _SECONDS[unit] for figure, unit in parts)
    return value if math.isfinite(value) else None


def moment(words: str) -> tuple[float, float] | None:
    """Where a year, month, day or minute begins and ends, in Unix seconds; None for anything else.

    Without a zone it is that of this machine.
    """
    try:
        found = _DATE.fullmatch(words)
        if found is None:
            begin = datetime.fromisoformat(words)
            length_s = 1 if _TO_THE_SECOND.search(words) else 60
            return begin.timestamp(), (begin + timedelta(seconds=length_s)).timestamp()
        year, month, day = (int(part) if part else None for part in found.groups())
        begin = datetime(year or 0, month or 1, day or 1)  # noqa: DTZ001 - this machine's zone is meant
        if day is not None:
            end = begin + timedelta(days=1)
        elif month is not None:
            end = (begin + timedelta(days=32)).replace(day=1)
        else:
            end = begin.replace(year=begin.year + 1)
        return begin.timestamp(), end.timestamp()
    except (ValueError, OverflowError, OSError):
        return None
