"""What was measured: at one step, and at a checkpoint."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from pydantic import Field, model_validator

from finetop.models.measures import METRIC_NAMES, STEP_NAMES, TOKEN_NAMES, measurements
from finetop.models.values import Count, Text, Time, Value, to_count, to_measured, to_number

if TYPE_CHECKING:
    from finetop.models.events import Event

_NUMBER: Final = r"([-+]?(?:\d[\d.]*(?:e[-+]?\d+)?|nan|inf(?:inity)?))"
_STEP_TEXT: Final = re.compile(r"^Step (\d{1,15})(?:/(\d{1,15}))?\s*[:,]", re.IGNORECASE)
_SAID: Final = re.compile(rf"([a-z][a-z ]*?)\s*=\s*{_NUMBER}", re.IGNORECASE)
_SAID_NAMES: Final = {
    "training loss": "train_loss",
    "validation loss": "valid_loss",
    "full validation loss": "full_valid_loss",
    "train mean reward": "train_reward",
    "full validation mean reward": "full_valid_reward",
    "full validation mean parse error": "valid_parse_error",
}
_CLOCK: Final = re.compile(r"(?:(\d+) days?, )?(\d+):(\d\d):(\d\d)(?:\.\d+)?")


class Metric(Value):
    """The measurements of one step; a value that was not sent is absent, never 0."""

    step: int
    total_steps: Count = None
    epoch: float | None = None
    values: dict[str, float] = Field(default_factory=dict)
    """By our names; a diverged loss is nan or infinite."""
    tokens: Count = None
    """How many were trained on until this step, where the provider tells."""
    step_s: float | None = None
    """How long one step takes, where the provider tells."""
    left_s: float | None = None
    """How long the rest takes, where the provider tells."""

    @classmethod
    def from_event(cls, event: Event) -> Metric | None:
        """The measurements an event carries in `data`, or failing that in its text; None when it has none."""
        data = event.data
        step = next((step for name in STEP_NAMES if (step := to_count(data.get(name))) is not None), None)
        if step is None or step < 0:
            return cls._from_text(event.message)
        return cls(
            step=step,
            total_steps=data.get("total_steps", data.get("max_steps")),
            epoch=to_number(data.get("epoch", data.get("current_epoch"))),
            values=measurements(data),
            tokens=tokens_in(data),
            step_s=_positive(_deep(data, "timing", "step", "full_iteration")),
            left_s=_positive(data.get("eta_seconds")) or _clock_s(data.get("remaining_time")),
        )

    @classmethod
    def _from_text(cls, message: str) -> Metric | None:
        """What stands in `Step 3/9: training loss=0.71, validation loss=0.80`."""
        said = _STEP_TEXT.match(message)
        if said is None:
            return None
        found = {
            name: number
            for words, value in _SAID.findall(message[said.end() :])
            if (name := _SAID_NAMES.get(words.strip().lower())) is not None
            and (number := to_measured(value)) is not None
        }
        return cls(step=int(said[1]), total_steps=said[2], values=found)


def tokens_in(data: Mapping[str, Any]) -> int | None:
    """How many tokens were trained on so far, by any of its names."""
    return next((count for name in TOKEN_NAMES if (count := to_count(data.get(name))) is not None), None)


def _deep(data: Any, *path: str) -> Any:
    for name in path:
        data = data.get(name) if isinstance(data, Mapping) else None
    return data


def _positive(value: object) -> float | None:
    number = to_number(value)
    return number if number is not None and number > 0 else None


def _clock_s(value: object) -> float | None:
    """Seconds from `1 day, 0:09:20`; a bare number is seconds already."""
    if isinstance(value, str) and (read := _CLOCK.fullmatch(value.strip())):
        days, hours, minutes, seconds = (int(part or 0) for part in read.groups())
        return float(((days * 24 + hours) * 60 + minutes) * 60 + seconds)
    return _positive(value)


class Checkpoint(Value):
    """A usable state of the model saved on the way."""

    id: str = Field(min_length=1)
    created_at: Time = None
    fine_tuned_model_checkpoint: Text = None
    step_number: Count = None
    metrics: dict[str, float] = Field(default_factory=dict)
    unreadable: Text = None
    """Why the provider's words could not be read; then `id` alone can be trusted."""

    @model_validator(mode="before")
    @classmethod
    def _tolerate(cls, raw: object) -> object:
        if not isinstance(raw, Mapping):
            return raw
        metrics = raw.get("metrics")
        kept = metrics if isinstance(metrics, Mapping) else {}
        step = raw.get("step_number", raw.get("step", kept.get("step")))
        numbers = {
            METRIC_NAMES.get(name, name): number
            for name, value in kept.items()
            if name not in STEP_NAMES and (number := to_measured(value)) is not None
        }
        named = {**raw, "metrics": numbers, "step_number": step}
        named["fine_tuned_model_checkpoint"] = raw.get("fine_tuned_model_checkpoint", raw.get("path"))
        if raw.get("id") is None and to_count(step) is not None:
            named["id"] = raw.get("path") or f"step-{to_count(step)}"
        return named
