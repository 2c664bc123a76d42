"""A file, or a part of one, as a form that is read from the disk while it is sent."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncGenerator, Callable, Mapping
from pathlib import Path

from finetop.errors import BadFile

CHUNK = 1 << 20

Progress = Callable[[int, int], None]
"""Called with the bytes sent and the bytes there are."""


class Form:
    """A multipart body of known length, read a megabyte at a time. Raises BadFile for what cannot be read."""

    def __init__(
        self,
        file: Path,
        fields: Mapping[str, str],
        *,
        field: str = "file",
        offset: int = 0,
        size: int | None = None,
        progress: Progress | None = None,
    ) -> None:
        boundary = f"finetop-{random.getrandbits(128):032x}"
        name = file.name.translate({ord('"'): "%22", ord("\r"): "%0D", ord("\n"): "%0A"})
        parts = [
            f'--{boundary}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'
            for key, value in fields.items()
        ]
        parts.append(
            f'--{boundary}\r\nContent-Disposition: form-data; name="{field}"; filename="{name}"\r\n'
            "Content-Type: application/octet-stream\r\n\r\n"
        )
        self._head = "".join(parts).encode("utf-8", "surrogateescape")
        self._tail = f"\r\n--{boundary}--\r\n".encode()
        self._file = file
        self._offset = offset
        self._file_bytes = _bytes_from(file, offset) if size is None else size
        self._progress = progress
        self.content_type = f"multipart/form-data; boundary={boundary}"
        self.size_bytes = len(self._head) + self._file_bytes + len(self._tail)

    async def chunks(self) -> AsyncGenerator[bytes]:
        """The body, a megabyte at a time."""
        yield self._head
        sent = 0
        # Opened on a thread, a file would stay open where we are stopped just then.
        with self._file.open("rb") as opened:
            await asyncio.to_thread(opened.seek, self._offset)
            while sent < self._file_bytes:
                chunk = await asyncio.to_thread(opened.read, min(CHUNK, self._file_bytes - sent))
                if not chunk:
                    raise BadFile("became shorter while it was sent", path=self._file)
                yield chunk
                sent += len(chunk)
                if self._progress is not None:
                    self._progress(sent, self._file_bytes)
        yield self._tail


def _bytes_from(file: Path, offset: int) -> int:
    try:
        return max(0, file.stat().st_size - offset)
    except OSError as error:
        raise BadFile(f"cannot be read: {error.strerror}", path=file) from error
