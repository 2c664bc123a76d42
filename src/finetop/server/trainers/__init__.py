"""What trains: programs that turn a file into losses, checkpoints and result files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from finetop.server.trainers.tiny import BASE_CREATED, BASE_NAME, BASE_PATH, BASE_SHA256

if TYPE_CHECKING:
    from pathlib import Path

TRAINED_MODELS = (BASE_NAME,)
"""The names of the base models that exist here; tuned ones can be a base as well."""


@dataclass(frozen=True)
class BaseModelInfo:
    """A base model that comes with the package."""

    name: str
    trainer: str
    path: Path
    sha256: str
    parameters: int
    created: int
    description: str


class CannotTrainError(Exception):
    """A job cannot go on for a reason a person can understand."""

    def __init__(self, code: str, message: str, *, param: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.param = param
        """The field of the job that is to blame."""


def base_models() -> list[BaseModelInfo]:
    """The base models, in the order in which they are offered."""
    description = "0.36 M-parameter byte model for rehearsing a job: file, hyperparameters, split, curves"
    return [BaseModelInfo(BASE_NAME, "tiny", BASE_PATH, BASE_SHA256, 358_984, BASE_CREATED, description)]
