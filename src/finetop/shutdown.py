"""When a tuned model ends: with its base, whose last day the provider's list of models tells. Pure.

It loads nothing, for the jobs list is drawn by it before anything else is loaded.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

DAY_S: Final = 86_400.0
DEEPEST: Final = 8
"""A tuned model may be tuned again; nobody does so more often than this."""

_VERSION: Final = re.compile(r"-(?:\d{4}-\d{2}-\d{2}|\d{8}|\d{6}|\d{4})")
"""What a snapshot's name has behind that of its family: a date, long or short."""
_LEGACY: Final = re.compile(r"([^:]+):ft-.+")
"""BASE:ft-ORGANISATION:SUFFIX-DATE, as names were until 2023."""
_AZURE: Final = re.compile(r"(.+)\.ft-.+")
"""BASE.ft-ID-SUFFIX."""


@dataclass(frozen=True, slots=True)
class Ending:
    """A model's last day."""

    at: float
    """Its beginning in UTC, in Unix seconds: the list tells a day and no hour."""
    told_of: str
    """The model whose entry says so: this one, or its base."""


def base_of(model: str) -> str | None:
    """The base inside the name of a tuned model; None where the name holds none."""
    if model.startswith("ft:"):
        base = model.split(":")[1]  # ft:BASE:ORG:SUFFIX:ID, and of a checkpoint :ckpt-step-STEP
        return base or None
    found = _LEGACY.fullmatch(model) or _AZURE.fullmatch(model)
    return found[1] if found is not None else None


def moment_of(day: str | None) -> float | None:
    """The beginning of a day told as `2027-01-14`, or with an hour behind it; None for anything else."""
    try:
        return datetime.strptime((day or "")[:10], "%Y-%m-%d").replace(tzinfo=UTC).timestamp()
    except ValueError:
        return None


def days_left(at: float, now: float) -> int:
    """Whole days from today to a last day; 0 is today, and what is over is negative."""
    return int(at // DAY_S - now // DAY_S)


class Shutdowns:
    """What one account's list of models says of their last days."""

    def __init__(self, told: Mapping[str, str | None]) -> None:
        """`told` is every listed model and its `shutdown_date`."""
        self._told = {name: moment_of(day) for name, day in told.items()}
        self._any = any(at is not None for at in self._told.values())

    def __bool__(self) -> bool:
        """True where any day is told at all."""
        return self._any

    def of(self, model: str | None, base: str | None = None) -> Ending | None:
        """When a model ends: by its own entry in the list, else by that of what it is tuned from.

        `base` is what its job was made from, for names that do not tell. A base that is listed without a
        day has none; only one that is not listed goes by its family.
        """
        if not model or not self._any:
            return None
        for name in _line_of(model, base):
            at = self._told.get(name)
            if at is not None:
                return Ending(at, name)
            if name in self._told and name != model:
                return None
            family = None if name in self._told else self._by_family(name)
            if family is not None:
                return family
        return None

    def _by_family(self, name: str) -> Ending | None:
        """A snapshot ends with its family; a family with its snapshots, where they all end on one day."""
        version = next((found for found in _VERSION.finditer(name) if found.end() == len(name)), None)
        if version is not None:
            family = name[: version.start()]
            at = self._told.get(family)
            return None if at is None else Ending(at, family)
        snapshots = {
            listed: at
            for listed, at in self._told.items()
            if listed.startswith(f"{name}-") and _VERSION.fullmatch(listed[len(name) :])
        }
        days = set(snapshots.values())
        at = days.pop() if len(days) == 1 else None
        return None if at is None else Ending(at, max(snapshots))


def _line_of(model: str, base: str | None) -> Iterator[str]:
    """A model, what it is tuned from, and so on: by its name, and where that ends by what the job says."""
    seen: set[str] = set()
    name: str | None = model
    while name is not None and name not in seen and len(seen) < DEEPEST:
        seen.add(name)
        yield name
        name = base_of(name)
        if name is None and base is not None and base not in seen:
            name, base = base, None
