"""Reads multipart forms piece by piece: one field straight to disk, hashed, counted and limited."""

from __future__ import annotations

import asyncio
import hashlib
import os
from typing import IO, TYPE_CHECKING

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from finetop.server.durable import sync_directory
from finetop.server.faults import ApiFault, shown

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

ENVELOPE = 64 * 1024
"""What a body may hold beside the field: boundaries, headers, other fields."""

_MOST_PARTS = 16
_LONGEST_FIELD = 1024
_MOST_HEADER_BYTES = 16 * 1024
_LONGEST_NAME = 255


async def read(
    stream: AsyncIterator[bytes], content_type: str, part: Path, field: str, most_bytes: int
) -> Form:
    """Read a whole form; the bytes of `field`, which has to be there, are then on disk at `part`."""
    with part.open("wb") as target:
        form = Form(target, field, most_bytes)
        await _feed(_parser(content_type, form), form, stream)
        if not form.complete:
            raise ApiFault(400, "The form ends before its last boundary.")
        if form.filename is None:
            raise ApiFault(400, f"The form holds no {field}.", param=field, code="missing_required_parameter")
        if form.size == 0:
            raise ApiFault(400, f"The {field} is empty.", param=field, code=f"empty_{field}")
        target.flush()
        await asyncio.to_thread(os.fsync, target.fileno())
    return form


def settle(part: Path, place: Path) -> None:
    """Give bytes that are on disk their final name, so that it survives a power cut."""
    part.replace(place)
    sync_directory(place.parent)


class Form:
    """Callbacks of the parser: the bytes of one field go to `stream`, small fields stay in memory."""

    def __init__(self, stream: IO[bytes], field: str, most_bytes: int) -> None:
        self.stream = stream
        self.field = field
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
        if name != self.field:
            self._field = self.fields.setdefault(name[:_LONGEST_FIELD], bytearray())
            return
        if self.filename is not None:
            raise ApiFault(400, f"The form holds more than one {self.field}.", param=self.field)
        self._field = None
        self.filename = clean_name(options.get(b"filename", b"").decode(errors="replace"))

    def part_data(self, data: bytes, start: int, end: int) -> None:
        if self._field is not None:
            self._field.extend(data[start:end])
            if len(self._field) > _LONGEST_FIELD:
                raise ApiFault(413, "A field of the form is too long.", code="request_too_large")
            return
        piece = data[start:end]
        self.size += len(piece)
        if self.size > self.most_bytes:
            raise too_large(self.field, self.most_bytes)
        self.digest.update(piece)
        self.stream.write(piece)

    def end(self) -> None:
        self.complete = True

    def text(self, name: str) -> str | None:
        """A small field, where it was given."""
        value = self.fields.get(name)
        return None if value is None else value.decode(errors="replace")


def too_large(field: str, most_bytes: int) -> ApiFault:
    """The answer to a file, or a part of one, beyond the limit."""
    return ApiFault(
        413,
        f"The {field} is larger than {most_bytes} bytes, the most one upload may be.",
        param=field,
        code="file_too_large",
    )


def _parser(content_type: str, form: Form) -> MultipartParser:
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


async def _feed(parser: MultipartParser, form: Form, stream: AsyncIterator[bytes]) -> None:
    arrived = 0
    async for piece in stream:
        arrived += len(piece)
        if arrived > form.most_bytes + ENVELOPE:
            raise too_large(form.field, form.most_bytes)
        try:
            parser.write(piece)
        except FormParserError as error:
            raise ApiFault(400, f"The form cannot be read: {error}.") from None


def clean_name(name: str) -> str:
    """The name of a file without what has no place in one."""
    # Browsers send a quote as %22; a path or a control character has no place in a name.
    name = name.replace("%22", '"').replace("\\", "/").rpartition("/")[2]
    name = "".join(letter for letter in name if letter.isprintable())
    return name[:_LONGEST_NAME] or "file"
