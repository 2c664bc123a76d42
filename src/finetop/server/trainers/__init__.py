"""What trains: programs that turn a file into losses, checkpoints and result files."""

from __future__ import annotations

from dataclasses import dataclass

from finetop.server.trainers.tiny import BASE_CREATED, BASE_NAME, BASE_SHA256


@dataclass(frozen=True)
class BaseModelInfo:
    """A base model that comes with the package."""

    name: str
    trainer: str
    sha256: str
    created: int


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
    return [BaseModelInfo(BASE_NAME, "tiny", BASE_SHA256, BASE_CREATED)]
