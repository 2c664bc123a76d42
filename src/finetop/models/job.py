"""One fine-tuning job, whichever of the two objects its provider speaks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import BeforeValidator, Field, JsonValue, model_validator

from finetop.models.events import Event
from finetop.models.files import File
from finetop.models.folding import folded
from finetop.models.metrics import Checkpoint
from finetop.models.sayings import Said, said_by_all
from finetop.models.settings import Setting
from finetop.models.status import JobStatus
from finetop.models.values import Count, Text, Time, Value, sound, to_number
from finetop.names import MARKER, suffix_in

Number = Annotated[float | None, BeforeValidator(to_number)]


class JobError(Value):
    """Why a job failed, in the provider's words."""

    code: Text = None
    message: Text = None
    param: Text = None

    @model_validator(mode="before")
    @classmethod
    def _tolerate(cls, raw: object) -> object:
        if not isinstance(raw, Mapping):
            return raw
        return {name: str(value) if isinstance(value, int | float) else value for name, value in raw.items()}


class Integration(Value):
    """A third party that hears of the job, such as Weights & Biases."""

    type: str = ""
    settings: dict[str, JsonValue] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _tolerate(cls, raw: object) -> object:
        if isinstance(raw, str):
            return {"type": raw}
        if not isinstance(raw, Mapping) or "settings" in raw:
            return raw
        kind = str(raw.get("type") or "")
        beside = {name: value for name, value in raw.items() if name != "type"}
        settings = raw.get(kind, beside)
        kept = settings if isinstance(settings, Mapping) else {}
        # Some servers send back the key to the third party.
        return {"type": kind, "settings": {name: kept[name] for name in kept if "api_key" not in name}}


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
    """Told by legacy jobs and some servers; OpenAI's jobs have none."""
    estimated_finish: Time = None
    """When the provider expects the end."""
    organization_id: Text = None
    suffix: Text = None
    method: str = "supervised"
    """supervised, dpo, reinforcement, legacy, or the API's own word."""
    hyperparameters: dict[str, Setting] = Field(default_factory=dict)
    """As reported; `auto` becomes a number once the provider has chosen it."""
    grader: dict[str, JsonValue] | None = None
    """What gives the reward; reinforcement only, as is the shape its answers must have."""
    response_format: dict[str, JsonValue] | str | None = None
    eval_id: Text = None
    """The evaluation that a reinforcement job is made with."""
    training_files: tuple[File, ...] = ()
    validation_files: tuple[File, ...] = ()
    result_files: tuple[File, ...] = ()
    trained_tokens: Count = None
    usage_metrics: dict[str, JsonValue] | None = None
    shared_with_openai: bool | None = None
    cost: Number = None
    """What it costs, in `currency`, where the provider tells."""
    currency: Text = None
    trained_steps: Count = None
    """How far it is as the provider counts, as the next four are."""
    total_steps: Count = None
    epochs_done: Number = None
    percent_done: Number = None
    seconds_left: Number = None
    queue_position: Count = None
    """Place in the line from 1, where the server tells it; OpenAI does not."""
    error: JobError | None = None
    seed: Count = None
    integrations: tuple[Integration, ...] = ()
    metadata: dict[str, str] = Field(default_factory=dict)
    events: tuple[Event, ...] = ()
    """Legacy jobs carry their events; others have a route for them."""
    checkpoints: tuple[Checkpoint, ...] = ()
    """Where they stand in the job itself; most have a route for them."""
    unreadable: Text = None
    """Why the provider's words could not be read; then `id` alone can be trusted."""

    @property
    def is_legacy(self) -> bool:
        """True for the old `fine-tune` object."""
        return self.kind == "fine-tune"

    @property
    def said(self) -> Said:
        """What the log inside it tells in words: legacy jobs have no fields for these."""
        return said_by_all(self.events)

    @property
    def reason(self) -> str | None:
        """Why it failed, from its error or else from the log inside it."""
        if self.status is not JobStatus.FAILED:
            return None
        told = (self.error.message or self.error.code) if self.error is not None else None
        return told or self.said.reason

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
        return self.suffix or suffix_in(self.fine_tuned_model) or self.id

    @model_validator(mode="before")
    @classmethod
    def _fold(cls, raw: object) -> object:
        """Fold the spellings of both objects into one set of fields."""
        if not isinstance(raw, Mapping) or raw.keys() & {"raw_status", "unreadable"}:
            return raw  # our own normal form, read back
        return folded(sound(raw))
