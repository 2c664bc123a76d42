"""Where the server keeps what: one data directory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class Layout:
    """The paths under one data directory."""

    data_dir: Path
    database: Path

    @property
    def files(self) -> Path:
        return self.data_dir / "files"

    @property
    def incoming(self) -> Path:
        return self.data_dir / "incoming"

    @property
    def parts(self) -> Path:
        return self.data_dir / "parts"

    @property
    def jobs(self) -> Path:
        return self.data_dir / "jobs"

    def file(self, file_id: str) -> Path:
        """The bytes of an uploaded or written file."""
        return self.files / file_id

    def part(self, part_id: str) -> Path:
        """The bytes of one part of an upload that is not complete yet."""
        return self.parts / part_id

    def job(self, job_id: str) -> Path:
        """The directory of one job."""
        return self.jobs / job_id

    def prepare(self) -> None:
        """Make the directories and throw away what a killed upload left."""
        for directory in (self.files, self.incoming, self.parts, self.jobs):
            directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        for leftover in self.incoming.iterdir():
            leftover.unlink()
