"""Files as a provider tells of them: sent whole or in parts, listed, read back and deleted."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from finetop.errors import BadReply
from finetop.models import File, Upload
from finetop.providers.asking import Asking
from finetop.providers.reading import read_any, read_one

if TYPE_CHECKING:
    from finetop.client import Progress
    from finetop.providers.pages import Page


MIME_TYPE = "text/jsonl"


class FilesApi(Asking):
    """The routes of files, and of uploads in parts."""

    async def upload(self, path: Path, *, progress: Progress | None = None) -> File:
        """Send a training file once."""
        reply = await self.client.upload(
            self._path("files"), path, {"purpose": "fine-tune"}, progress=progress
        )
        return read_one(File, reply.json(), "a file")

    async def get_file(self, file_id: str) -> File:
        """What the provider says of one file."""
        return read_one(File, await self._get("file", file_id), "a file")

    async def list_files(self, *, after: str | None = None, purpose: str = "fine-tune") -> Page[File]:
        """Files of one purpose, newest first; without one, all that the key may see."""
        if not purpose:
            return await self._page("files", "", read_any(File), after=after)
        return await self._page("files", "", read_any(File), after=after, purpose=purpose)

    def content(self, file_id: str, *, most_bytes: int | None = None) -> AsyncGenerator[bytes]:
        """The bytes of a file."""
        return self.client.download(self._path("content", file_id), most_bytes=most_bytes)

    async def delete_file(self, file_id: str) -> None:
        """Have the provider forget a file."""
        await self._delete("file", file_id)

    async def start_upload(
        self, name: str, size_bytes: int, *, purpose: str = "fine-tune", mime_type: str = MIME_TYPE
    ) -> Upload:
        """Announce a file that will come in parts; it takes up nothing until it is complete."""
        body = {"filename": name, "purpose": purpose, "bytes": size_bytes, "mime_type": mime_type}
        return read_one(Upload, await self._post("uploads", "", body), "an upload")

    async def add_part(
        self, upload_id: str, path: Path, offset: int, size_bytes: int, *, progress: Progress | None = None
    ) -> str:
        """Send one piece of a file, and have its id, by which the completion names it."""
        reply = await self.client.upload_part(
            self._path("parts", upload_id), path, offset=offset, size=size_bytes, progress=progress
        )
        answer = reply.json()
        found = answer.get("id") if isinstance(answer, Mapping) else None
        if not isinstance(found, str) or not found:
            raise BadReply("the answer is not a part of an upload", status=reply.status)
        return found

    async def complete_upload(
        self, upload_id: str, part_ids: Sequence[str], *, md5: str | None = None
    ) -> Upload:
        """Make a file of the parts named, in this order."""
        body: dict[str, Any] = {"part_ids": list(part_ids)}
        if md5 is not None:
            body["md5"] = md5
        return read_one(Upload, await self._post("complete", upload_id, body), "an upload")

    async def cancel_upload(self, upload_id: str) -> None:
        """Have the provider drop an upload with all its parts."""
        await self._post("drop", upload_id)
