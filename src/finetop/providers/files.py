"""Files as a provider tells of them: sent, listed and read back."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from pathlib import Path
from typing import TYPE_CHECKING

from finetop.models import File
from finetop.providers.asking import Asking
from finetop.providers.reading import read_any, read_one

if TYPE_CHECKING:
    from finetop.client import Progress
    from finetop.providers.pages import Page


class FilesApi(Asking):
    """The routes of files."""

    async def upload(self, path: Path, *, progress: Progress | None = None) -> File:
        """Send a training file once."""
        reply = await self.client.upload(
            self._path("files"), path, {"purpose": "fine-tune"}, progress=progress
        )
        return read_one(File, reply.json(), "a file")

    async def get_file(self, file_id: str) -> File:
        """What the provider says of one file."""
        return read_one(File, await self._get("file", file_id), "a file")

    async def list_files(self, *, after: str | None = None) -> Page[File]:
        """Training files, newest first."""
        return await self._page("files", "", read_any(File), after=after, purpose="fine-tune")

    def content(self, file_id: str, *, most_bytes: int | None = None) -> AsyncGenerator[bytes]:
        """The bytes of a file."""
        return self.client.download(self._path("content", file_id), most_bytes=most_bytes)
