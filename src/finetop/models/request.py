"""What the user wants made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from finetop.models.job import Integration
from finetop.models.values import Value

if TYPE_CHECKING:
    from pydantic import JsonValue


class JobRequest(Value):
    """What the user wants made. `auto` leaves a hyperparameter to the provider."""

    model: str
    training_file: str
    validation_file: str | None = None
    method: str = "supervised"
    hyperparameters: dict[str, int | float | str] = Field(default_factory=dict)
    suffix: str | None = None
    seed: int | None = None
    metadata: dict[str, str] = Field(default_factory=dict)
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
