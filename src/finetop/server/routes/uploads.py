"""/v1/uploads: a large file in parts, each of which can be sent again."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse
from starlette.routing import Route

from finetop.server import assembling, bodies, files, forms, uploads, wire
from finetop.server.faults import ApiFault, not_here
from finetop.server.services import Services, services

if TYPE_CHECKING:
    import sqlite3

    from starlette.requests import Request

_MOST_PARTS = 10_000
_LINES = (
    "text/jsonl",
    "application/jsonl",
    "application/jsonlines",
    "application/x-jsonlines",
    "application/x-ndjson",
    "application/json",
    "application/octet-stream",
    "text/plain",
)
_ANY = re.compile(r"[\w.+-]{1,127}/[\w.+-]{1,127}", re.ASCII)
# By purpose: the types that are taken; None takes any.
_TYPES: dict[str, tuple[str, ...] | None] = {
    "fine-tune": _LINES,
    "batch": _LINES,
    "vision": ("image/png", "image/jpeg", "image/gif", "image/webp"),
    "assistants": None,
}
_MD5 = re.compile(r"[0-9a-fA-F]{32}", re.ASCII)


async def create(request: Request) -> JSONResponse:
    """Announce a file."""
    here = services(request)
    body = await bodies.json_object(request)
    bodies.only(body, "filename", "purpose", "bytes", "mime_type", "expires_after")
    assembling.expire(here.database, here.layout, but=here.assembling)
    return JSONResponse(_object(here, assembling.begin(here.database, _announced(body))))


async def add_part(request: Request) -> JSONResponse:
    """Take one part; several may be on their way at once."""
    here = services(request)
    _pending(here, request)
    length = request.headers.get("content-length", "")
    if length.isdigit() and int(length) > here.most_part_bytes + forms.ENVELOPE:
        raise forms.too_large("data", here.most_part_bytes)
    part_id = wire.new_id("part_")
    path = here.layout.incoming / f"{part_id}.part"
    try:
        form = await forms.read(
            request.stream(), request.headers.get("content-type", ""), path, "data", here.most_part_bytes
        )
        await asyncio.to_thread(forms.settle, path, here.layout.part(part_id))
        # While the bytes arrived the upload may have come to its end.
        row = assembling.add_part(here.database, _pending(here, request), part_id, form.size)
    except BaseException:
        here.layout.part(part_id).unlink(missing_ok=True)
        raise
    finally:
        path.unlink(missing_ok=True)
    return JSONResponse(wire.part_object(row))


async def complete(request: Request) -> JSONResponse:
    """Make a file of parts; asking again for what is done is answered with it."""
    here = services(request)
    _upload(here, request)
    body = await bodies.json_object(request)
    bodies.only(body, "part_ids", "md5")
    part_ids, md5 = _part_ids(body.get("part_ids")), _md5(body.get("md5"))
    upload = _upload(here, request)
    if upload["status"] == "completed":
        return JSONResponse(_object(here, upload))
    upload = _pending(here, request)
    parts = [row["id"] for row in assembling.chosen(here.database, upload, part_ids)]
    file_id = wire.new_id("file-")
    with _alone(here, upload["id"]):
        sha256 = await asyncio.to_thread(assembling.assemble, here.layout, upload, parts, file_id, md5)
        try:
            assembling.complete(here.database, here.layout, upload, file_id, sha256)
        except BaseException:
            here.layout.file(file_id).unlink(missing_ok=True)
            raise
    return JSONResponse(_object(here, assembling.get(here.database, upload["id"])))


async def cancel(request: Request) -> JSONResponse:
    """Let an upload and its parts go."""
    here = services(request)
    upload = _pending(here, request)
    assembling.cancel(here.database, here.layout, upload)
    return JSONResponse(_object(here, assembling.get(here.database, upload["id"])))


def _announced(body: dict[str, Any]) -> assembling.Announced:
    filename = bodies.text_field(body, "filename", longest=255, needed=True) or ""
    purpose = bodies.text_field(body, "purpose", longest=64, needed=True) or ""
    if purpose not in _TYPES:
        raise bodies.invalid("purpose", purpose, "one of " + ", ".join(_TYPES))
    if body.get("bytes") is None:
        raise ApiFault(400, "You have to give bytes.", param="bytes", code="missing_required_parameter")
    size = bodies.whole_number(body["bytes"], "bytes", 1, assembling.MOST_BYTES)
    kind = bodies.text_field(body, "mime_type", longest=255, needed=True) or ""
    known = _TYPES[purpose]
    # A parameter, as in `application/jsonl; charset=utf-8`, changes nothing.
    plain = kind.partition(";")[0].strip().lower()
    if (known is not None and plain not in known) or not _ANY.fullmatch(plain):
        wanted = "like text/plain" if known is None else f"for {purpose} one of {', '.join(known)}"
        raise bodies.invalid("mime_type", kind, f"a media type, {wanted}")
    return assembling.Announced(forms.clean_name(filename), purpose, size, _expiry(body.get("expires_after")))


def _expiry(value: object) -> int | None:
    if value is None:
        return None
    if not isinstance(value, dict) or value.get("anchor") != "created_at":
        raise bodies.invalid("expires_after", value, 'an object with anchor "created_at" and seconds')
    return bodies.whole_number(value.get("seconds"), "expires_after.seconds", *uploads.EXPIRY_S)


def _part_ids(value: object) -> list[str]:
    good = isinstance(value, list) and 1 <= len(value) <= _MOST_PARTS
    if not good or not all(isinstance(part_id, str) for part_id in value):  # type: ignore[attr-defined]  # `good` says it is a list
        raise bodies.invalid("part_ids", value, f"a list of 1 to {_MOST_PARTS} ids")
    part_ids: list[str] = value  # type: ignore[assignment]  # as judged above
    return part_ids


def _md5(value: object) -> str | None:
    if value is not None and not (isinstance(value, str) and _MD5.fullmatch(value)):
        raise bodies.invalid("md5", value, "32 hexadecimal digits")
    return value if isinstance(value, str) else None


def _upload(here: Services, request: Request) -> sqlite3.Row:
    upload_id = request.path_params["upload"]
    assembling.expire(here.database, here.layout, but=here.assembling)
    row = assembling.find(here.database, upload_id)
    if row is None:
        raise not_here("upload", upload_id, param="upload_id", code="upload_not_found")
    return row


def _pending(here: Services, request: Request) -> sqlite3.Row:
    upload = _upload(here, request)
    assembling.refuse_ended(upload)
    if upload["id"] in here.assembling:
        raise ApiFault(400, f"The upload {upload['id']} is being completed.", code="upload_completing")
    return upload


@contextmanager
def _alone(here: Services, upload_id: str) -> Iterator[None]:
    here.assembling.add(upload_id)
    try:
        yield
    finally:
        here.assembling.discard(upload_id)


def _object(here: Services, row: sqlite3.Row) -> dict[str, Any]:
    return wire.upload_object(row, None if row["file"] is None else files.find(here.database, row["file"]))


_UPLOADS = "/v1/uploads"
ROUTES = [
    Route(_UPLOADS, create, methods=["POST"]),
    Route(f"{_UPLOADS}/{{upload}}/parts", add_part, methods=["POST"]),
    Route(f"{_UPLOADS}/{{upload}}/complete", complete, methods=["POST"]),
    Route(f"{_UPLOADS}/{{upload}}/cancel", cancel, methods=["POST"]),
]
