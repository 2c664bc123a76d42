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
TOO_DEEP = "nested too deeply"


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
    """The same value as JSON that every reader and every database can hold; itself where it is so already.

    Half characters become question marks; numbers that JSON does not have, or no database, become text;
    what is nested deeper than `deepest` gives way to a word.
    """
    kind = value.__class__
    if kind is str:
        mended = value if value.isascii() else value.encode("utf-8", "replace").decode()
        return value if mended == value else mended
    if kind is bool or value is None:
        return value
    if kind is int:
        return value if -LARGEST <= value <= LARGEST else f"{float_of(value):g}"
    if kind is float:
        return value if math.isfinite(value) else str(value)
    if kind is dict or isinstance(value, Mapping):
        return _sound_mapping(value, deepest - 1) if deepest > 0 else TOO_DEEP
    if not isinstance(value, list):
        return value
    if deepest <= 0:
        return TOO_DEEP
    items = [item if _is_plain(item) else sound(item, deepest - 1) for item in value]
    return items if any(new is not old for new, old in zip(items, value, strict=True)) else value


def _sound_mapping(value: Mapping[Any, Any], deepest: int) -> Mapping[Any, Any]:
    changed: dict[Any, Any] = {}
    for key, item in value.items():
        new = item if _is_plain(item) else sound(item, deepest)
        new_key = key if _is_plain(key) else sound(key)
        if new is not item or new_key is not key:
            changed[key] = (new_key, new)
    if not changed:
        return value
    return dict(changed.get(key, (key, item)) for key, item in value.items())


def _is_plain(item: Any) -> bool:
    """True for what most values are, so that they need not be looked at closely: a list has thousands."""
    return item is None or (item.__class__ is str and item.isascii())


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
