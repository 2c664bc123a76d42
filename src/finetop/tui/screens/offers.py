"""What a form can offer to choose from: files and models of one profile, as far as they are known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from finetop import text
from finetop.tui.screens import drafting
from finetop.tui.screens.pick import Entry, Pick, PickFile

if TYPE_CHECKING:
    from finetop.models import File, Model


class Offers:
    """Files and models; what is heard later is added."""

    def __init__(self) -> None:
        self.files: dict[str, File] = {}
        self.models: list[str] = []
        self._ends: dict[str, str] = {}
        """Model -> the day on which its provider ends it."""

    def learn(self, files: Iterable[File], models: Iterable[Model]) -> None:
        """There are these as well."""
        self.files |= {file.id: file for file in files}
        # A name that cannot be drawn cannot be typed either.
        heard = [model for model in models if text.clean(model.id) == model.id]
        self.models = sorted({model.id for model in heard} | set(self.models))
        self._ends |= {model.id: model.shutdown_date for model in heard if model.shutdown_date}

    def file_named(self, name: str) -> File | None:
        """A file by its id or its name."""
        return self.files.get(name) or next(
            (file for file in self.files.values() if file.filename == name), None
        )

    @property
    def base_model(self) -> str:
        """The first model that is not tuned yet."""
        return next((name for name in self.models if not name.startswith("ft:")), "")

    def file_list(self, label: str, typed: str) -> Pick:
        """The list of uploaded files and of the folder of the path being typed."""
        uploaded = [
            Entry(f"id:{file.id}", file.filename or file.id, text.size(file.size_bytes or 0))
            for file in self.files.values()
        ]
        head = [Entry("", "Uploaded", heading=True)] if uploaded else []
        return PickFile(label, [*head, *uploaded], _folder_of(typed), ".jsonl")

    def model_list(self, label: str, chosen: str) -> Pick | None:
        """The list of models; None while none is known."""
        ends = {name: f"ends {self._ends[name]}" if name in self._ends else "" for name in self.models}
        return word_list(label, ends, chosen)


def word_list(label: str, words: Mapping[str, str], chosen: str) -> Pick | None:
    """The list of a few words, and what is said of each; None without any."""
    entries = [Entry(word, word, says) for word, says in words.items()]
    return Pick(label, entries, chosen) if entries else None


def grader_list(label: str, typed: str) -> Pick:
    """The one grader that has fields of its own, and the folder of the path being typed."""
    check = Entry(drafting.STRING_CHECK, drafting.STRING_CHECK, "compares two texts")
    return PickFile(label, [Entry("", "In this form", heading=True), check], _folder_of(typed), ".json")


def _folder_of(typed: str) -> Path:
    """The folder that a path being typed is in; without one, that of the shell."""
    path = drafting.local_path(typed)
    folder = path if path.is_dir() else path.parent
    return (folder if typed and folder.is_dir() else Path.cwd()).resolve()
