"""What every value is made of: tolerant converters, and the frozen base."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, model_validator

MILLISECONDS_FROM = 1e11
"""A Unix time beyond this (the year 5138) is taken for milliseconds."""
LARGEST = 2**63 - 1
"""The largest whole number that can be kept."""
DEEPEST = 40
"""How deep a value may be nested."""


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
    seconds = to_number(value)
    if seconds is not None:
        seconds = seconds / 1000 if seconds > MILLISECONDS_FROM else seconds
    elif isinstance(value, str):
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            return None
        seconds = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    return seconds if seconds is not None and 0 < seconds <= MILLISECONDS_FROM else None


def to_count(value: object) -> int | None:
    """A whole number that can be kept; None for anything else."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value if abs(value) <= LARGEST else None
    number = to_number(value)
    return None if number is None or abs(number) >= LARGEST else int(number)


def to_text(value: object) -> str | None:
    """A non-empty string; None for anything else."""
    return value if isinstance(value, str) and value else None


def to_measured(value: object) -> float | None:
    """A measured number, which may be nan or infinite; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        return float(value)
    except (ValueError, OverflowError):
        return None


def sound(value: Any, deepest: int = DEEPEST) -> Any:
    """The same value as JSON that every reader and every database can hold.

    Half characters become question marks; numbers that JSON does not have, or no database, become text;
    what is nested deeper than `deepest` gives way to a word.
    """
    if isinstance(value, str):
        return value if value.isascii() else value.encode("utf-8", "replace").decode()
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int):
        return value if abs(value) <= LARGEST else f"{float_of(value):g}"
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if not isinstance(value, Mapping | list):
        return value
    if deepest <= 0:
        return "nested too deeply"
    if isinstance(value, list):
        return [sound(item, deepest - 1) for item in value]
    return {sound(key): sound(item, deepest - 1) for key, item in value.items()}


def words_of(item: Any) -> bytes:
    """A provider's own words for something; of what is nested too deep to be written, as much as can be."""
    try:
        said = json.dumps(item, ensure_ascii=False)
    except (RecursionError, ValueError):  # a number of very many digits has no text
        said = json.dumps(sound(item), ensure_ascii=False)
    return said.encode("utf-8", "surrogatepass")


def float_of(value: int) -> float:
    """The nearest float; infinite where there is none."""
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


Time = Annotated[float | None, BeforeValidator(to_time)]
Count = Annotated[int | None, BeforeValidator(to_count)]
Text = Annotated[str | None, BeforeValidator(to_text)]


class Value(BaseModel):
    """Equal means unchanged, so a poll that learned nothing repaints nothing."""

    model_config = ConfigDict(frozen=True, extra="ignore", ser_json_inf_nan="strings")

    @model_validator(mode="before")
    @classmethod
    def _sound(cls, raw: object) -> object:
        return sound(raw) if isinstance(raw, dict) else raw
