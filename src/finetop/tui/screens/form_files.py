"""The files of a form: an uploaded one by its id, one of this machine by what was read of it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from finetop import text
from finetop.actions.methods import read_grader
from finetop.dataset import Report, check_file
from finetop.errors import BadFile, FinetopError
from finetop.tui.screens import drafting

if TYPE_CHECKING:
    from finetop.tui.screens.supplies import Supplies

DATA_FIELDS = ("training", "validation")
FILE_FIELDS = (*DATA_FIELDS, "grader")


@dataclass(frozen=True, slots=True)
class GraderReport:
    """What a look into the file of a grader found."""

    path: Path
    grader: Mapping[str, Any] = field(default_factory=dict)
    problem: BadFile | None = None


@dataclass
class FormFiles:
    """What is known about the files in the fields, by field."""

    ids: dict[str, str] = field(default_factory=dict)
    """Uploaded files that were chosen."""
    reports: dict[str, Report] = field(default_factory=dict)
    """Files of this machine that were read."""
    grader: GraderReport | None = None
    there: dict[str, str] = field(default_factory=dict)
    """Ids of files at the provider with the same bytes."""

    def choose(self, name: str, file_id: str) -> None:
        """An uploaded file is meant."""
        self.forget(name)
        self.ids[name] = file_id

    def forget(self, name: str) -> None:
        """What was known of this field is not of what stands there now."""
        for known in (self.ids, self.reports, self.there):
            known.pop(name, None)
        if name == "grader":
            self.grader = None

    def leave_profile(self) -> None:
        """Another provider has other files."""
        self.ids.clear()
        self.there.clear()

    @property
    def bad(self) -> list[str]:
        """The fields whose files were read and cannot be used."""
        found = [name for name, report in self.reports.items() if report.problem is not None]
        return [*found, *(["grader"] if self.grader is not None and self.grader.problem else [])]

    def is_local(self, name: str, words: str) -> bool:
        """True where a file of this machine is meant."""
        written_here = name == "grader" and words.strip() == drafting.STRING_CHECK
        return bool(words.strip()) and name not in self.ids and not written_here

    def is_read(self, name: str, words: str) -> bool:
        """True where the file that is meant was found good and has not changed since."""
        report = self.reports.get(name)
        if report is None or report.problem is not None or report.path != drafting.local_path(words):
            return False
        return report.is_current()

    def keep(self, name: str, report: Report | GraderReport) -> None:
        """Remember what the file in a field holds."""
        if isinstance(report, Report):
            self.reports[name] = report
        else:
            self.grader = report

    async def look_there(self, supplies: Supplies, profile: str, words: str) -> str:
        """The id of the file at the provider with the same bytes; empty where there is none to be found."""
        try:
            found = await supplies.already_there(profile, drafting.local_path(words))
        except FinetopError:
            return ""  # it is looked for once more before anything is sent
        return "" if found is None else found.id


async def read(name: str, words: str) -> Report | GraderReport:
    """Read the file that is meant in a field, on a thread."""
    look = _look_at_grader if name == "grader" else check_file
    return await asyncio.to_thread(look, drafting.local_path(words))


def said_of(report: Report | GraderReport) -> str:
    """A good file in a few words."""
    if isinstance(report, Report):
        return f"{report.examples:,} examples, {text.size(report.size_bytes)}"
    return f"a {report.grader['type']}"


def _look_at_grader(path: Path) -> GraderReport:
    if path.exists() and not (path.is_file() or path.is_dir()):  # a pipe would never end
        hint = "Copy its content to a file first."
        return GraderReport(path, problem=BadFile("this is not a regular file", path=path, hint=hint))
    try:
        return GraderReport(path, read_grader(path))
    except BadFile as problem:
        return GraderReport(path, problem=problem)
