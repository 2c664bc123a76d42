"""The lines of a job's log."""

from __future__ import annotations

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
            kept["level"] = {"warning": "warn"}.get(str(kept["level"]), str(kept["level"]))
        if not isinstance(kept.get("data"), Mapping):
            kept.pop("data", None)
        return kept
