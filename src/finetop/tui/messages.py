"""News that crosses between screens and panes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.message import Message

if TYPE_CHECKING:
    from finetop.errors import FinetopError
    from finetop.models import File
    from finetop.store.rows import JobKey


class StoreChanged(Message, bubble=False):
    """Somebody wrote into the store; who draws it asks what is new."""

    def can_replace(self, message: Message) -> bool:
        """One look sees everything."""
        return isinstance(message, StoreChanged)


@dataclass
class Said(Message):
    """A sentence for the line over the footer, until the next key."""

    sentence: str
    hint: str = ""
    role: str = "text"
    """text, warn or bad."""

    @classmethod
    def of(cls, error: FinetopError) -> Said:
        """What went wrong, and what to do about it."""
        return cls(error.message, error.advice, "bad")


@dataclass
class Rung(Message):
    """The terminal itself is asked for attention: a bell, or a notification."""

    sequence: str


@dataclass
class FileWanted(Message):
    """A file of a job was chosen, to be looked at."""

    key: JobKey
    file: File


@dataclass
class ModelWanted(Message):
    """A model of a job was chosen, to be looked up among all models."""

    key: JobKey
    model: str


@dataclass
class CopyWanted(Message):
    """Put this text on the clipboard, and say so; from any widget."""

    text: str
    what: str
    """How it is called in a sentence: `the job's id`, `3 lines`."""


@dataclass
class ProfileChosen(Message):
    """The things of one profile shall be shown alone; of all of them where it has no name."""

    name: str
