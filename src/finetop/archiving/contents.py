"""Result files' own bytes on their way into an archive: each once, whole or not at all."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from contextlib import aclosing, suppress
from typing import TYPE_CHECKING, Any

from finetop.archive import content_name, form_of
from finetop.archiving.asking import GONE
from finetop.errors import BadReply, NotSupported, ServerFault

if TYPE_CHECKING:
    from pathlib import Path

    from finetop.archive import Folder
    from finetop.models import File, Job
    from finetop.providers import Provider

SLACK_BYTES = 1 << 20


class Contents:
    """The result files of an account's jobs, and what is known of each."""

    def __init__(
        self,
        provider: Provider,
        folder: Folder,
        ask: Callable[[Callable[[], Awaitable[Any]]], Awaitable[Any]],
    ) -> None:
        self._provider = provider
        self._folder = folder
        self._ask = ask
        self.saved = 0
        self.lines: dict[str, dict[str, Any]] = {}
        """Of every result file met in this run, by its id."""

    async def save(self, job: Job) -> list[Path]:
        """Save the result files of a job that are not there yet; those that are there now."""
        paths = []
        for file in job.result_files:
            line = self.lines.get(file.id) or self._known(file.id) or await self._fetched(file)
            owners = [*line.get("result_of", ()), job.id]
            self.lines[file.id] = {**line, "result_of": list(dict.fromkeys(owners))}
            if "path" in line:
                paths.append(self._folder.path / line["path"])
        return paths

    def _known(self, file_id: str) -> dict[str, Any] | None:
        """What an earlier run has saved: a file never changes at a provider."""
        for lines in (self._folder.draft.files, self._folder.old_files):
            line = lines.get(file_id)
            if line is None or line.get("failed") or line.get("path", "") != content_name(file_id):
                continue
            if line["path"] in self._folder.damaged:
                continue
            path = self._folder.path / line["path"]
            if path.is_file() and path.stat().st_size == line.get("bytes"):
                return line
        return None

    async def _fetched(self, told: File) -> dict[str, Any]:
        """Ask for a file and its bytes; why they cannot be had stands in its line."""
        line: dict[str, Any] = {"id": told.id}
        file = told
        try:
            with suppress(NotSupported):  # its bytes may be had all the same
                file = await self._ask(lambda: self._provider.get_file(told.id))
            line |= await self._ask(lambda: self._bytes(file))
            self.saved += 1
        except GONE as error:
            line["missing"] = {"content": error.message}
        except (BadReply, ServerFault) as error:
            line["failed"] = {"content": error.message}
        line["file"] = form_of(file)
        self._folder.draft.add_file(line)
        return line

    async def _bytes(self, file: File) -> dict[str, Any]:
        """Bring a file's bytes under a name of ours. Raises BadReply where they break off."""
        name = content_name(file.id)
        path = self._folder.path / name
        part = path.with_name(f"{path.name}.part")
        sha, received = hashlib.sha256(), 0
        most = None if not file.size_bytes else 2 * file.size_bytes + SLACK_BYTES
        with part.open("wb") as opened:
            async with aclosing(self._provider.content(file.id, most_bytes=most)) as chunks:
                async for chunk in chunks:
                    opened.write(chunk)
                    sha.update(chunk)
                    received += len(chunk)
        if received < (file.size_bytes or 0):
            raise BadReply(f"{file.id} broke off: {received} of {file.size_bytes} bytes came")
        part.replace(path)
        return {"path": name, "bytes": received, "sha256": sha.hexdigest()}
