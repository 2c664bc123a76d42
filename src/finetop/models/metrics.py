"""What was measured: at one step, and at a checkpoint."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from pydantic import Field, model_validator

from finetop.models.values import Count, Text, Time, Value, to_count, to_number

if TYPE_CHECKING:
    from finetop.models.events import Event

METRIC_NAMES: dict[str, str] = {
    "train_loss": "train_loss",
    "training_loss": "train_loss",
    "valid_loss": "valid_loss",
    "validation_loss": "valid_loss",
    "full_valid_loss": "full_valid_loss",
    "train_mean_token_accuracy": "train_accuracy",
    "training_mean_token_accuracy": "train_accuracy",
    "train_accuracy": "train_accuracy",
    "valid_mean_token_accuracy": "valid_accuracy",
    "validation_mean_token_accuracy": "valid_accuracy",
    "full_valid_mean_token_accuracy": "full_valid_accuracy",
    "learning_rate": "rate",
    "lr": "rate",
}
"""Every spelling we have met, and our name for it."""

_STEP_TEXT = re.compile(r"^Step (\d+)(?:/(\d+))?: training loss=([-+.\deE]+|nan|inf)")


class Metric(Value):
    """The measurements of one step; a value that was not sent is absent, never 0."""

    step: int
    total_steps: Count = None
    epoch: float | None = None
    values: dict[str, float] = Field(default_factory=dict)

    @classmethod
    def from_event(cls, event: Event) -> Metric | None:
        """The measurements an event carries in `data`, or failing that in its text; None when it has none."""
        data = event.data
        step = to_count(data.get("step"))
        if step is not None:
            values = {
                METRIC_NAMES[name]: number
                for name, value in data.items()
                if name in METRIC_NAMES and (number := to_number(value)) is not None
            }
            return cls(
                step=step,
                total_steps=data.get("total_steps"),
                epoch=to_number(data.get("epoch")),
                values=values,
            )
        said = _STEP_TEXT.match(event.message)
        if said is None:
            return None
        loss = to_number(said[3])
        return cls(
            step=int(said[1]), total_steps=said[2], values={} if loss is None else {"train_loss": loss}
        )


class Checkpoint(Value):
    """A usable state of the model saved on the way."""

    id: str
    created_at: Time = None
    fine_tuned_model_checkpoint: Text = None
    step_number: Count = None
    metrics: dict[str, float] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _tolerate(cls, raw: object) -> object:
        if not isinstance(raw, Mapping):
            return raw
        metrics = raw.get("metrics")
        kept = metrics.items() if isinstance(metrics, Mapping) else ()
        named = {METRIC_NAMES.get(name, name): to_number(value) for name, value in kept}
        return {**raw, "metrics": {name: number for name, number in named.items() if number is not None}}
