"""What a reply holds: unpacked within bounds, as JSON or as lines of text."""

from __future__ import annotations

import codecs
import json
import math
import re
import zlib
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from finetop.errors import BadReply
from finetop.replies import request_id_of, title_of

PACKINGS = "gzip, deflate"
"""What we offer to unpack: each within bounds, which a library that unpacks by itself does not promise."""
PIECE = 1 << 20
"""No more is unpacked at once, however well it was packed."""
LONGEST_LINE = 1 << 20
_LINE_END = re.compile(r"\r\n|\n|\r")


@dataclass(frozen=True, slots=True)
class Reply:
    """A 2xx, read to its end."""

    status: int
    body: bytes
    headers: Mapping[str, str]

    def json(self) -> Any:
        """The body's JSON; an empty body is null, a stream a list. Raises BadReply for anything else."""
        if self.headers.get("content-type", "").startswith("text/event-stream"):
            return self._told()
        if not self.body.strip():
            return None
        try:
            return json.loads(self.body)
        except RecursionError as error:
            raise self.bad("the answer is nested too deeply to be read") from error
        except ValueError as error:
            found = _forgiving(self.body)
            if found is None:
                raise self.bad(self._otherwise()) from error
            return found

    def bad(self, message: str) -> BadReply:
        """The error for a reply that cannot be used, with what its provider's support asks for."""
        return BadReply(message, status=self.status, request_id=request_id_of(self.headers))

    def _told(self) -> list[Any]:
        """A stream that was to be a list, as some servers send their logs: newest last, so turned round."""
        told = [
            _forgiving(line.removeprefix(b"data:")) for line in self.body.splitlines() if line[:5] == b"data:"
        ]
        return [item for item in reversed(told) if isinstance(item, dict)]

    def _otherwise(self) -> str:
        kind = self.headers.get("content-type", "").split(";")[0].strip() or "no content type"
        if "json" in kind:
            return f"the answer breaks off or is no JSON ({len(self.body)} bytes)"
        title = title_of(self.body)
        return f"the answer is not JSON but {kind}" + (f": {title}" if title else "")


def _forgiving(body: bytes) -> Any:
    """JSON with one odd thing in it: bytes that are no UTF-8, bare control characters, an endless number."""
    text = body.decode("utf-8-sig", "replace")
    try:
        return json.JSONDecoder(strict=False, parse_int=_whole).decode(text)
    except (ValueError, RecursionError):
        return None


def _whole(digits: str) -> int | float:
    """A whole number, or infinity where it has more digits than any quantity."""
    return int(digits) if len(digits) < 1000 else math.copysign(math.inf, -1 if digits[0] == "-" else 1)


async def unpacked(response: httpx.Response) -> AsyncGenerator[bytes]:
    """A body as it comes, a megabyte at most at a time. Raises BadReply for a packing nobody asked for."""
    packing = response.headers.get("content-encoding", "").strip().lower()
    stream = response.stream
    if not isinstance(stream, httpx.AsyncByteStream):
        raise TypeError("a reply of an AsyncClient has an asynchronous stream")
    if packing in {"", "identity"}:
        async for raw in stream:
            yield raw
        return
    if packing not in {"gzip", "x-gzip", "deflate"}:
        raise BadReply(f"the answer is packed as {packing[:40]}, which was not asked for")
    unpacker = _Unpacker(lenient=packing == "deflate")
    async for raw in stream:
        for piece in unpacker.feed(raw):
            yield piece
    unpacker.finish()


class _Unpacker:
    """zlib's work in pieces of bounded size. Raises BadReply for bytes that were never packed."""

    def __init__(self, *, lenient: bool) -> None:
        self._zlib = zlib.decompressobj(zlib.MAX_WBITS | 32)
        self._lenient = lenient
        self._begun = False

    def feed(self, raw: bytes) -> Iterator[bytes]:
        while raw and not self._zlib.eof:
            try:
                piece = self._zlib.decompress(raw, PIECE)
            except zlib.error as error:
                if self._begun or not self._lenient:
                    raise BadReply(f"the answer cannot be unpacked: {error}") from error
                self._zlib, self._lenient = zlib.decompressobj(-zlib.MAX_WBITS), False
                continue  # some servers leave the wrapping out
            self._begun = True
            if piece:
                yield piece
            raw = self._zlib.unconsumed_tail

    def finish(self) -> None:
        if self._begun and not self._zlib.eof:
            raise BadReply("the packed answer breaks off")


async def lines_of(chunks: AsyncIterator[bytes]) -> AsyncGenerator[str]:
    """Lines of text, ended by CR, LF or both and by nothing else: JSON may hold every other line end."""
    decoder = codecs.getincrementaldecoder("utf-8-sig")("replace")
    waiting = ""
    async for chunk in chunks:
        waiting += decoder.decode(chunk)
        start = 0
        for end in _LINE_END.finditer(waiting):
            if end.end() == len(waiting) and end[0] == "\r":
                break  # the LF that belongs to it may be on its way
            yield waiting[start : end.start()]
            start = end.end()
        waiting = waiting[start:]
        if len(waiting) > LONGEST_LINE:
            raise BadReply(f"a line of the answer is longer than {LONGEST_LINE} characters")
    waiting += decoder.decode(b"", final=True)
    if waiting:
        yield waiting.removesuffix("\r")
