"""What a provider keeps beside jobs and files: models, permissions, and a grader's verdict."""

from __future__ import annotations

from pydantic import Field, JsonValue

from finetop.models.values import Text, Time, Value


class Model(Value):
    """A model one can tune, or has tuned."""

    id: str = Field(min_length=1)
    created: Time = None
    owned_by: Text = None
    shutdown_date: Text = None
    unreadable: Text = None
    """Why the provider's words could not be read; then `id` alone can be trusted."""


class Permission(Value):
    """Another project's leave to use a checkpoint."""

    id: str = Field(min_length=1)
    project_id: Text = None
    created_at: Time = None
    unreadable: Text = None
    """Why the provider's words could not be read; then `id` alone can be trusted."""


class GraderRun(Value):
    """What a grader made of one sample."""

    reward: float | None = None
    sub_rewards: dict[str, JsonValue] = Field(default_factory=dict)
    metadata: dict[str, JsonValue] = Field(default_factory=dict)
    errors: tuple[str, ...] = ()
    """The names of what went wrong, in the provider's words."""
