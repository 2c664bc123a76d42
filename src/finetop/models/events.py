"""The lines of a job's log."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping

from pydantic import Field, JsonValue, model_validator

from finetop.models.values import Text, Time, Value


class Event(Value):
    """One line of a job's log; legacy events have no id."""

    id: Text = None
    created_at: Time = None
    level: str = "info"
    message: str = ""
    type: str = "message"
    data: dict[str, JsonValue] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _tolerate(cls, raw: object) -> object:
        if not isinstance(raw, Mapping):
            return raw
        kept = {key: value for key, value in raw.items() if value is not None}
        if "level" in kept:
            level = str(kept["level"]).strip().lower()
            kept["level"] = _LEVELS.get(level, level)
        if not isinstance(kept.get("data"), Mapping):
            kept.pop("data", None)
        if kept.get("id", "") == "" and isinstance(kept.get("hash"), str):
            kept["id"] = kept["hash"]
        if "message" not in kept and isinstance(kept.get("name"), str):
            kept["message"] = _sentence(kept["name"], kept.get("data"))
        return kept


_LEVELS = {"": "info", "warning": "warn", "critical": "error", "fatal": "error"}


def _sentence(name: str, data: object) -> str:
    """A line for an event that has a name and facts instead of one."""
    facts = data.items() if isinstance(data, Mapping) else ()
    told = ", ".join(f"{key} {value}" for key, value in facts if isinstance(value, str | int | float))
    return f"{name}: {told}" if told else name


class Naming:
    """Names the events of one log that have none, given from its first one on.

    An event is known again by its time, its text and how often that pair came before, so the names are
    the same whether the log comes as a list, as a stream or inside its job.
    """

    def __init__(self) -> None:
        self._seen: Counter[tuple[float | None, str]] = Counter()

    def named(self, event: Event) -> Event:
        """The event under its own id, or under the one it is known by."""
        if event.id is not None:
            return event
        pair = (event.created_at, event.message)
        self._seen[pair] += 1
        told = f"{pair}{self._seen[pair]}".encode(errors="replace")
        return event.model_copy(update={"id": f"text-{hashlib.sha256(told).hexdigest()[:24]}"})
