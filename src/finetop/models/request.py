"""What the user wants made."""

from __future__ import annotations

from pydantic import Field, JsonValue

from finetop.models.job import Integration
from finetop.models.values import Value


class JobRequest(Value):
    """What the user wants made. `auto` leaves a hyperparameter to the provider."""

    model: str
    training_file: str
    validation_file: str | None = None
    method: str = "supervised"
    """supervised, dpo, reinforcement, or legacy where the dialect has no methods."""
    hyperparameters: dict[str, int | float | str] = Field(default_factory=dict)
    grader: dict[str, JsonValue] | None = None
    """What gives the reward; reinforcement has one, the others none."""
    suffix: str | None = None
    seed: int | None = None
    metadata: dict[str, str] = Field(default_factory=dict)
    integrations: tuple[Integration, ...] = ()

    def body(self) -> dict[str, JsonValue]:
        """The request's JSON; unset keys are left out, for some servers refuse null."""
        how: dict[str, JsonValue] = {"hyperparameters": dict(self.hyperparameters)}
        if self.grader is not None:
            how["grader"] = self.grader
        wanted: dict[str, JsonValue] = {
            "model": self.model,
            "training_file": self.training_file,
            "method": {"type": self.method, self.method: how},
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
