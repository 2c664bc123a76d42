"""Takes a multipart upload straight to disk: hashed, counted, and refused as soon as it is too much."""

from __future__ import annotations

import asyncio
import hashlib
import os
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from finetop.server.bodies import invalid
from finetop.server.faults import ApiFault, shown
from finetop.server.jobdir import sync_directory

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from finetop.server.layout import Layout

PURPOSES = ("fine-tune", "assistants", "batch", "vision", "user_data")
MOST_BYTES = 512 * 1024 * 1024
_MOST_PARTS = 16
_LONGEST_FIELD = 1024
ENVELOPE = 64 * 1024
"""What a body may hold beside the file: boundaries, headers, fields."""

_MOST_HEADER_BYTES = 16 * 1024
_LONGEST_NAME = 255
_EXPIRY_S = (3600, 2_592_000)


@dataclass(frozen=True)
class Upload:
    """What arrived, with its bytes under their final name."""

    filename: str
    purpose: str
    size: int
    sha256: str
    expires_after_s: int | None


class _Form:
    """Callbacks of the parser: the file's bytes go to `stream`, small fields stay in memory."""

    def __init__(self, stream: IO[bytes], most_bytes: int) -> None:
        self.stream = stream
        self.most_bytes = most_bytes
        self.digest = hashlib.sha256()
        self.size = 0
        self.filename: str | None = None
        self.fields: dict[str, bytearray] = {}
        self.complete = False
        self._parts = 0
        self._header = (bytearray(), bytearray())
        self._headers: dict[str, str] = {}
        self._header_bytes = 0
        self._field: bytearray | None = None

    def part_begin(self) -> None:
        self._parts += 1
        if self._parts > _MOST_PARTS:
            raise ApiFault(413, f"The form has more than {_MOST_PARTS} parts.", code="request_too_large")
        self._headers = {}
        self._header_bytes = 0

    def header_field(self, data: bytes, start: int, end: int) -> None:
        self._count_header(end - start)
        self._header[0].extend(data[start:end])

    def header_value(self, data: bytes, start: int, end: int) -> None:
        self._count_header(end - start)
        self._header[1].extend(data[start:end])

    def _count_header(self, size: int) -> None:
        # Older parsers have no limit of their own.
        self._header_bytes += size
        if self._header_bytes > _MOST_HEADER_BYTES:
            raise ApiFault(400, "A part of the form has too many headers, or too long ones.")

    def header_end(self) -> None:
        name, value = self._header
        self._headers[name.decode("latin-1").lower()] = value.decode("latin-1")
        self._header = (bytearray(), bytearray())

    def headers_finished(self) -> None:
        kind, options = parse_options_header(self._headers.get("content-disposition", ""))
        name = options.get(b"name", b"").decode(errors="replace")
        if kind != b"form-data" or not name:
            raise ApiFault(400, "A part of the form has no name.")
        if name != "file":
            self._field = self.fields.setdefault(name[:_LONGEST_FIELD], bytearray())
            return
        if self.filename is not None:
            raise ApiFault(400, "The form holds more than one file.", param="file")
        self._field = None
        self.filename = _clean_name(options.get(b"filename", b"").decode(errors="replace"))

    def part_data(self, data: bytes, start: int, end: int) -> None:
        if self._field is not None:
            self._field.extend(data[start:end])
            if len(self._field) > _LONGEST_FIELD:
                raise ApiFault(413, "A field of the form is too long.", code="request_too_large")
            return
        piece = data[start:end]
        self.size += len(piece)
        if self.size > self.most_bytes:
            raise too_large(self.most_bytes)
        self.digest.update(piece)
        self.stream.write(piece)

    def end(self) -> None:
        self.complete = True

    def text(self, name: str) -> str | None:
        """A small field, where it was given."""
        value = self.fields.get(name)
        return None if value is None else value.decode(errors="replace")


def too_large(most_bytes: int) -> ApiFault:
    """The answer to a file beyond the limit."""
    return ApiFault(
        413,
        f"The file is larger than {most_bytes} bytes, the most one upload may be.",
        param="file",
        code="file_too_large",
    )


async def receive(
    stream: AsyncIterator[bytes],
    content_type: str,
    layout: Layout,
    file_id: str,
    *,
    most_bytes: int = MOST_BYTES,
) -> Upload:
    """Read a whole multipart body; its file ends up in the files directory, or nowhere."""
    part = layout.incoming / f"{file_id}.part"
    try:
        with part.open("wb") as target:
            form = _Form(target, most_bytes)
            await _feed(_parser(content_type, form), stream, most_bytes + ENVELOPE, most_bytes)
            upload = _judged(form)
            target.flush()
            await asyncio.to_thread(os.fsync, target.fileno())
        await asyncio.to_thread(_settle, part, layout.file(file_id))
    finally:
        part.unlink(missing_ok=True)
    return upload


def _settle(part: Path, place: Path) -> None:
    part.replace(place)
    sync_directory(place.parent)


def _parser(content_type: str, form: _Form) -> MultipartParser:
    kind, options = parse_options_header(content_type)
    if kind != b"multipart/form-data":
        raise ApiFault(
            415, f"A file is uploaded as multipart/form-data, not as {shown(kind.decode('latin-1'))}."
        )
    boundary = options.get(b"boundary")
    if not boundary:
        raise ApiFault(400, "The content type names no boundary.")
    try:
        return MultipartParser(
            boundary,
            {
                "on_part_begin": form.part_begin,
                "on_header_field": form.header_field,
                "on_header_value": form.header_value,
                "on_header_end": form.header_end,
                "on_headers_finished": form.headers_finished,
                "on_part_data": form.part_data,
                "on_end": form.end,
            },
        )
    except FormParserError as error:
        raise ApiFault(400, f"The form cannot be read: {error}.") from None


async def _feed(
    parser: MultipartParser, stream: AsyncIterator[bytes], most_body: int, most_bytes: int
) -> None:
    arrived = 0
    async for piece in stream:
        arrived += len(piece)
        if arrived > most_body:
            raise too_large(most_bytes)
        try:
            parser.write(piece)
        except FormParserError as error:
            raise ApiFault(400, f"The form cannot be read: {error}.") from None


def _judged(form: _Form) -> Upload:
    if not form.complete:
        raise ApiFault(400, "The form ends before its last boundary.")
    if form.filename is None:
        raise ApiFault(400, "The form holds no file.", param="file", code="missing_required_parameter")
    purpose = form.text("purpose")
    if purpose is None:
        raise ApiFault(400, "You have to give purpose.", param="purpose", code="missing_required_parameter")
    if purpose not in PURPOSES:
        raise invalid("purpose", purpose, "one of " + ", ".join(PURPOSES))
    if form.size == 0:
        raise ApiFault(400, "The file is empty.", param="file", code="empty_file")
    return Upload(form.filename, purpose, form.size, form.digest.hexdigest(), _expiry(form))


def _expiry(form: _Form) -> int | None:
    anchor, seconds = form.text("expires_after[anchor]"), form.text("expires_after[seconds]")
    if anchor is None and seconds is None:
        return None
    if anchor != "created_at":
        raise invalid("expires_after[anchor]", anchor, "created_at")
    low, high = _EXPIRY_S
    good = seconds is not None and seconds.isascii() and seconds.isdigit() and len(seconds) <= 9
    if not good or not low <= int(seconds or 0) <= high:
        raise invalid("expires_after[seconds]", seconds, f"a whole number from {low} to {high}")
    return int(seconds or 0)


def _clean_name(name: str) -> str:
    # Browsers send a quote as %22; a path or a control character has no place in a name.
    name = name.replace("%22", '"').replace("\\", "/").rpartition("/")[2]
    name = "".join(letter for letter in name if letter.isprintable())
    return name[:_LONGEST_NAME] or "file"
