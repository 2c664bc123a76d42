"""/v1/files: upload, list, look at, download and delete."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from starlette.responses import FileResponse, JSONResponse
from starlette.routing import Route

from finetop.server import bodies, downloads, files, forms, jobs, uploads, wire
from finetop.server.faults import ApiFault, not_here
from finetop.server.services import Services, services

if TYPE_CHECKING:
    import sqlite3

    from starlette.requests import Request
    from starlette.responses import Response


async def upload(request: Request) -> JSONResponse:
    """Take one file."""
    here = services(request)
    length = request.headers.get("content-length", "")
    if length.isdigit() and int(length) > here.most_upload_bytes + forms.ENVELOPE:
        raise forms.too_large("file", here.most_upload_bytes)
    file_id = wire.new_id("file-")
    taken = await uploads.receive(
        request.stream(),
        request.headers.get("content-type", ""),
        here.layout,
        file_id,
        most_bytes=here.most_upload_bytes,
    )
    try:
        row = files.add(here.database, file_id, taken)
    except BaseException:
        here.layout.file(file_id).unlink(missing_ok=True)
        raise
    return JSONResponse(wire.file_object(row))


async def list_files(request: Request) -> JSONResponse:
    """Files from newest to oldest, or the other way round."""
    here = services(request)
    query = request.query_params
    order = query.get("order", "desc")
    if order not in ("asc", "desc"):
        raise bodies.invalid("order", order, "asc or desc")
    limit = bodies.limit(request, bodies.LONGEST_LIST)
    after = query.get("after")
    rows = files.listed(
        here.database,
        limit=limit,
        after=None if after is None else _place(here, after),
        oldest_first=order == "asc",
        purpose=query.get("purpose"),
    )
    return JSONResponse(wire.with_ends(wire.page(rows, limit, wire.file_object), empty=""))


async def retrieve(request: Request) -> JSONResponse:
    """One file's description."""
    return JSONResponse(wire.file_object(_file(services(request), request.path_params["file"])))


async def content(request: Request) -> Response:
    """One file's bytes, or a piece of them."""
    here = services(request)
    row = _file(here, request.path_params["file"])
    path = here.layout.file(row["id"])
    if not path.is_file():
        raise ApiFault(404, f"The bytes of {row['id']} are not here.", param="id", code="file_not_found")
    if downloads.prefers_json(request.headers.get("accept", "")):
        return JSONResponse(await asyncio.to_thread(downloads.text_of, path))
    downloads.judge_range(request.scope, row["bytes"])
    return FileResponse(path, media_type="application/octet-stream", filename=row["filename"])


async def delete(request: Request) -> JSONResponse:
    """Remove a file that no unfinished job needs."""
    here = services(request)
    row = _file(here, request.path_params["file"])
    job = jobs.using_file(here.database, row["id"])
    if job is not None:
        raise ApiFault(
            400,
            f"The file {row['id']} is needed by the job {job['id']}, which has not ended.",
            code="file_in_use",
        )
    files.remove(here.database, here.layout, row["id"])
    return JSONResponse({"object": "file", "id": row["id"], "deleted": True})


def _place(here: Services, after: str) -> int:
    row = files.find(here.database, after)
    if row is None:
        raise not_here("file", after, param="after", code="invalid_cursor", status=400)
    place: int = row["n"]
    return place


def _file(here: Services, file_id: str) -> sqlite3.Row:
    row = files.find(here.database, file_id)
    if row is None:
        raise not_here("file", file_id, param="id", code="file_not_found")
    return row


_FILES = "/v1/files"
ROUTES = [
    Route(_FILES, upload, methods=["POST"]),
    Route(_FILES, list_files, methods=["GET"]),
    Route(f"{_FILES}/{{file}}", retrieve, methods=["GET"]),
    Route(f"{_FILES}/{{file}}", delete, methods=["DELETE"]),
    Route(f"{_FILES}/{{file}}/content", content, methods=["GET"]),
]
