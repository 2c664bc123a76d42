"""The files of a form: an uploaded one by its id, one of this machine by what was read of it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from finetop.dataset import Report, check_file
from finetop.errors import FinetopError
from finetop.tui.screens import drafting
from finetop.tui.screens.consequences import Given

if TYPE_CHECKING:
    from finetop.tui.screens.supplies import Supplies

FILE_FIELDS = ("training", "validation")


@dataclass
class FormFiles:
    """What is known about the files in the fields, by field."""

    ids: dict[str, str] = field(default_factory=dict)
    """Uploaded files that were chosen."""
    reports: dict[str, Report] = field(default_factory=dict)
    """Files of this machine that were read."""
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

    def leave_profile(self) -> None:
        """Another provider has other files."""
        self.ids.clear()
        self.there.clear()

    @property
    def bad(self) -> list[str]:
        """The fields whose files were read and cannot be used."""
        return [name for name, report in self.reports.items() if report.problem is not None]

    def is_local(self, name: str, words: str) -> bool:
        """True where a file of this machine is meant."""
        return bool(words.strip()) and name not in self.ids

    async def read(self, words: str) -> Report:
        """Read a file through, on a thread."""
        return await asyncio.to_thread(check_file, drafting.local_path(words))

    async def look_there(self, supplies: Supplies, profile: str, words: str) -> str:
        """The id of the file at the provider with the same bytes; empty where there is none to be found."""
        try:
            found = await supplies.already_there(profile, drafting.local_path(words))
        except FinetopError:
            return ""  # it is looked for once more before anything is sent
        return "" if found is None else found.id

    def given(self, words: Mapping[str, str], profile: str) -> Given:
        """What follows from these files depends on this."""
        files = {name: words[name] for name in FILE_FIELDS}
        return Given(files, self.ids, self.reports, profile, self.there)
