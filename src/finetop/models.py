"""The values everything else speaks in: frozen, tolerant on the way in, equal when nothing changed.

`Job` stands for both objects, today's `fine_tuning.job` and the legacy `fine-tune`; `kind` tells them
apart and what only one of them has is empty on the other. Only `id` is required: every other mark of
"required" is a statement about one server at one date.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, JsonValue, model_validator

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


class JobStatus(StrEnum):
    """The eight words finetop has for a job's state."""

    CHECKING = "checking"
    QUEUED = "queued"
    RUNNING = "running"
    PAUSED = "paused"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"

    @property
    def is_final(self) -> bool:
        """True once the job cannot change any more; a word we do not know is never final."""
        return self in {JobStatus.SUCCEEDED, JobStatus.FAILED, JobStatus.CANCELLED}


STATUS_WORDS: dict[str, JobStatus] = {
    "validating_files": JobStatus.CHECKING,
    "validating": JobStatus.CHECKING,
    "queued": JobStatus.QUEUED,
    "pending": JobStatus.QUEUED,
    "created": JobStatus.QUEUED,
    "running": JobStatus.RUNNING,
    "paused": JobStatus.PAUSED,
    "succeeded": JobStatus.SUCCEEDED,
    "failed": JobStatus.FAILED,
    "cancelled": JobStatus.CANCELLED,
    "canceled": JobStatus.CANCELLED,
}


class File(Value):
    """A file at the provider; where a job names it by id alone, only `id` is filled."""

    id: str
    filename: Text = None
    size_bytes: Annotated[Count, Field(alias="bytes")] = None
    created_at: Time = None
    purpose: Text = None
    status: Text = None
    status_details: Text = None

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)


class JobError(Value):
    """Why a job failed, in the provider's words."""

    code: Text = None
    message: Text = None
    param: Text = None


class Event(Value):
    """One line of a job's log; legacy events have no id."""

    id: Text = None
    created_at: Time = None
    level: str = "info"
    message: str = ""
    type: str = "message"
    data: dict[str, JsonValue] = {}

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
    values: dict[str, float] = {}

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
    metrics: dict[str, float] = {}

    @model_validator(mode="before")
    @classmethod
    def _tolerate(cls, raw: object) -> object:
        if not isinstance(raw, Mapping):
            return raw
        metrics = raw.get("metrics")
        kept = metrics.items() if isinstance(metrics, Mapping) else ()
        named = {METRIC_NAMES.get(name, name): to_number(value) for name, value in kept}
        return {**raw, "metrics": {name: number for name, number in named.items() if number is not None}}


class Model(Value):
    """A model one can tune, or has tuned."""

    id: str
    created: Time = None
    owned_by: Text = None
    shutdown_date: Text = None


class Integration(Value):
    """A third party that hears of the job, such as Weights & Biases."""

    type: str = ""
    settings: dict[str, JsonValue] = {}

    @model_validator(mode="before")
    @classmethod
    def _tolerate(cls, raw: object) -> object:
        if not isinstance(raw, Mapping) or "settings" in raw:
            return raw
        kind = str(raw.get("type") or "")
        settings = raw.get(kind)
        return {"type": kind, "settings": dict(settings) if isinstance(settings, Mapping) else {}}


MARKER = "finetop"
"""The metadata key that ties a job to our request; never shown as the user's own."""


class Job(Value):
    """One fine-tuning job, as its provider last reported it."""

    id: str = Field(min_length=1)
    kind: str = ""
    """`fine_tuning.job` or `fine-tune`: the wire calls it `object`."""
    status: JobStatus = JobStatus.UNKNOWN
    raw_status: str = ""
    """The provider's own word."""
    model: Text = None
    """The base model."""
    fine_tuned_model: Text = None
    created_at: Time = None
    finished_at: Time = None
    updated_at: Time = None
    """Legacy jobs only."""
    estimated_finish: Time = None
    organization_id: Text = None
    suffix: Text = None
    method: str = "supervised"
    hyperparameters: dict[str, int | float | str | None] = {}
    """As reported; `auto` becomes a number once the provider has chosen it."""
    training_files: tuple[File, ...] = ()
    validation_files: tuple[File, ...] = ()
    result_files: tuple[File, ...] = ()
    trained_tokens: Count = None
    queue_position: Count = None
    """Place in the line from 1, where the server tells it; OpenAI does not."""
    error: JobError | None = None
    seed: Count = None
    integrations: tuple[Integration, ...] = ()
    metadata: dict[str, str] = {}
    events: tuple[Event, ...] = ()
    """Legacy jobs carry their events; others have a route for them."""
    unreadable: Text = None
    """Why the provider's words could not be read; then `id` alone can be trusted."""

    @property
    def is_legacy(self) -> bool:
        """True for the old `fine-tune` object."""
        return self.kind == "fine-tune"

    @property
    def user_metadata(self) -> dict[str, str]:
        """The metadata without the pair that finetop added."""
        return {key: value for key, value in self.metadata.items() if key != MARKER}

    @property
    def marker(self) -> str | None:
        """Which request of ours made this job, where that is known."""
        return self.metadata.get(MARKER)

    @property
    def ended_at(self) -> float | None:
        """When it ended; legacy jobs only tell their last update."""
        return self.finished_at or (self.updated_at if self.status.is_final else None)

    @property
    def name(self) -> str:
        """What a person calls it: the suffix, else the one inside the tuned model's name, else the id."""
        if self.suffix:
            return self.suffix
        parts = (self.fine_tuned_model or "").split(":")
        return (parts[3] if len(parts) > 3 else "") or self.id  # ft:BASE:ORG:SUFFIX:ID

    @model_validator(mode="before")
    @classmethod
    def _fold(cls, raw: object) -> object:
        """Fold the spellings of both objects into one set of fields."""
        if not isinstance(raw, Mapping) or "raw_status" in raw:
            return raw  # our own normal form, read back
        word = to_text(raw.get("status")) or ""
        kept = {key: value for key, value in raw.items() if value is not None}
        kept["kind"] = str(raw.get("object") or "")
        kept["raw_status"] = word
        kept["status"] = STATUS_WORDS.get(word.lower(), JobStatus.UNKNOWN)
        kept["suffix"] = raw.get("user_provided_suffix") or raw.get("suffix")
        kept["training_files"] = _files(raw.get("training_files") or raw.get("training_file"))
        kept["validation_files"] = _files(raw.get("validation_files") or raw.get("validation_file"))
        kept["result_files"] = _files(raw.get("result_files"))
        kept["error"] = _error(raw.get("error"))
        kept["method"], kept["hyperparameters"] = _method(raw)
        kept["integrations"] = [item for item in _list(raw.get("integrations")) if isinstance(item, Mapping)]
        metadata = raw.get("metadata")
        kept["metadata"] = (
            {str(key): str(value) for key, value in metadata.items()} if isinstance(metadata, Mapping) else {}
        )
        kept["events"] = [item for item in _list(raw.get("events")) if isinstance(item, Mapping)]
        return kept


def _list(value: object) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else []


def _files(value: object) -> list[object]:
    """Files from ids, objects, or a single one of either."""
    items = value if isinstance(value, list | tuple) else [value]
    return [
        {"id": item} if isinstance(item, str) else item
        for item in items
        if isinstance(item, str | Mapping) and item
    ]


def _error(value: object) -> object:
    """The error, or None when it says nothing: healthy jobs carry null, {} or three nulls."""
    if isinstance(value, str) and value:
        return {"message": value}
    if isinstance(value, Mapping) and (value.get("code") or value.get("message")):
        return value
    return None


def _method(raw: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """The method's name and its hyperparameters, wherever this server keeps them."""
    method = raw.get("method")
    if not isinstance(method, Mapping):
        method = {"type": "legacy" if raw.get("object") == "fine-tune" else "supervised"}
    kind = str(method.get("type") or "supervised")
    inner = method.get(kind)
    found = dict(_mapping(raw.get("hyperparameters") or raw.get("hyperparams")))
    if isinstance(inner, Mapping):
        found |= {
            key: value for key, value in _mapping(inner.get("hyperparameters")).items() if value is not None
        }
    kept = {
        key: value for key, value in found.items() if value is None or isinstance(value, int | float | str)
    }
    return kind, kept


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


class JobRequest(Value):
    """What the user wants made. `auto` leaves a hyperparameter to the provider."""

    model: str
    training_file: str
    validation_file: str | None = None
    method: str = "supervised"
    hyperparameters: dict[str, int | float | str] = {}
    suffix: str | None = None
    seed: int | None = None
    metadata: dict[str, str] = {}
    integrations: tuple[Integration, ...] = ()

    def body(self) -> dict[str, JsonValue]:
        """The request's JSON; unset keys are left out, for some servers refuse null."""
        wanted: dict[str, JsonValue] = {
            "model": self.model,
            "training_file": self.training_file,
            "method": {"type": self.method, self.method: {"hyperparameters": dict(self.hyperparameters)}},
        }
        optional: dict[str, JsonValue] = {
            "validation_file": self.validation_file,
            "suffix": self.suffix,
            "seed": self.seed,
            "metadata": dict(self.metadata) or None,
            "integrations": [{"type": item.type, item.type: item.settings} for item in self.integrations]
            or None,
        }
        return wanted | {key: value for key, value in optional.items() if value is not None}


class Capabilities(Value):
    """What a dialect can do; the screen greys what is missing."""

    create: bool = True
    cancel: bool = True
    pause: bool = False
    checkpoints: bool = True
    metadata: bool = True
    """False where a marker cannot travel with a created job."""
    metadata_filter: bool = False
    """True where the list can be asked for one metadata pair."""
    idempotency_key: bool = False
    validation_file: bool = True
    chat: bool = True
