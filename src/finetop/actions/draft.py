"""What the form or the command line collected about a job to be made; no pydantic, so it loads at once."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Draft:
    """A job to be made. A `Path` is a file on this machine, a `str` the id of one at the provider."""

    profile: str
    model: str
    training: Path | str
    validation: Path | str | None = None
    hyperparameters: Mapping[str, int | float | str] = field(default_factory=dict)
    """Numbers or "auto"; what is left out is the provider's choice."""
    suffix: str | None = None
    seed: int | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)
    upload_anew: bool = False
    """Send files also where the provider has the same bytes already."""
    method: str = "supervised"
    """supervised, dpo or reinforcement."""
    grader: Mapping[str, Any] | None = None
    """What gives the reward, as the API wants it; reinforcement has one, the others none."""
    integrations: Sequence[Mapping[str, Any]] = ()
    """Third parties that hear of the job, as the API wants them."""

    def to_json(self) -> str:
        """The draft as the journal keeps it until its files have ids."""
        return json.dumps(
            {
                "profile": self.profile,
                "model": self.model,
                "training": _named(self.training),
                "validation": None if self.validation is None else _named(self.validation),
                "hyperparameters": dict(self.hyperparameters),
                "suffix": self.suffix,
                "seed": self.seed,
                "metadata": dict(self.metadata),
                "upload_anew": self.upload_anew,
                "method": self.method,
                "grader": None if self.grader is None else dict(self.grader),
                "integrations": [dict(item) for item in self.integrations],
            }
        )

    @classmethod
    def from_json(cls, text: str) -> Draft:
        """The draft that `to_json` wrote, of this version or one that knew less."""
        kept = json.loads(text)
        training, validation = kept.pop("training"), kept.pop("validation")
        integrations = tuple(kept.pop("integrations", ()))
        return cls(
            training=_unnamed(training),
            validation=None if validation is None else _unnamed(validation),
            integrations=integrations,
            **kept,
        )


def _named(file: Path | str) -> dict[str, str]:
    return {"path": str(file)} if isinstance(file, Path) else {"id": file}


def _unnamed(kept: Mapping[str, str]) -> Path | str:
    return Path(kept["path"]) if "path" in kept else kept["id"]
