"""What lies in a demo's directory beside its jobs."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

_CARD = "demo.json"


@dataclass(frozen=True)
class Card:
    """What the screen needs to know of the demo it opens on."""

    sample: str
    """Id of the uploaded file its form begins with."""


def write(directory: Path, card: Card) -> None:
    """Mark the directory as a demo's."""
    (directory / _CARD).write_text(json.dumps(asdict(card)), "utf-8")


def read(directory: Path) -> Card:
    """The mark that `write` left."""
    return Card(**json.loads((directory / _CARD).read_text("utf-8")))


def is_demo(directory: Path) -> bool:
    """Whether a demo was kept here."""
    return (directory / _CARD).is_file()


def log_file(directory: Path) -> Path:
    """Where the demo's server complains."""
    return directory / "server.log"
