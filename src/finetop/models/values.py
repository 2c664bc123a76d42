"""What every value is made of: tolerant converters, and the frozen base."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict

MILLISECONDS_FROM = 1e11
"""A Unix time beyond this (the year 5138) is taken for milliseconds."""


def to_number(value: object) -> float | None:
    """A finite number from an int, float or numeric string; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def to_time(value: object) -> float | None:
    """Unix seconds from seconds, milliseconds, a numeric string or ISO 8601; what no clock says is None."""
    number = to_number(value)
    if number is not None:
        seconds = number / 1000 if number > MILLISECONDS_FROM else number
        return seconds if 0 < seconds <= MILLISECONDS_FROM else None
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def to_count(value: object) -> int | None:
    """A whole number; None for anything else."""
    number = to_number(value)
    return None if number is None else int(number)


def to_text(value: object) -> str | None:
    """A non-empty string; None for anything else."""
    return value if isinstance(value, str) and value else None


Time = Annotated[float | None, BeforeValidator(to_time)]
Count = Annotated[int | None, BeforeValidator(to_count)]
Text = Annotated[str | None, BeforeValidator(to_text)]


class Value(BaseModel):
    """Equal means unchanged, so a poll that learned nothing repaints nothing."""

    model_config = ConfigDict(frozen=True, extra="ignore", ser_json_inf_nan="null")
