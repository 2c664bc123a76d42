"""/v1/fine_tuning/jobs: create, list, look at, pause, resume and cancel."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse
from starlette.routing import Route

from finetop.server import bodies, events, jobs, models, pauses, requested, wire
from finetop.server.creating import made_once, training_data
from finetop.server.faults import ApiFault, not_here, shown
from finetop.server.requested_method import method
from finetop.server.services import Services, services

if TYPE_CHECKING:
    import sqlite3

    from starlette.requests import Request

_METADATA = re.compile(r"metadata\[(.{1,64})\]", re.DOTALL)
_CANCEL_WAIT_S = 1.0
"""How long a cancel waits for the worker, so that its answer usually is the end of the story."""
_PAUSE_WAIT_S = 2.0
"""As much for a pause, and the time to save."""


async def create(request: Request) -> JSONResponse:
    """Make a job, or answer with the one an equal request with this key has made."""
    here = services(request)
    body = await bodies.json_object(request)
    return JSONResponse(_object(here, made_once(here, request, body, _wanted)))


def _wanted(here: Services, body: dict[str, Any]) -> jobs.NewJob:
    requested.unknown_keys(body)
    name = bodies.text_field(body, "model", longest=256, needed=True) or ""
    model = models.known(here.database, here.layout, name)
    wanted = method(body)
    return jobs.NewJob(
        model=model.name,
        root=model.root,
        training_file=training_data(here, body, "training_file", needed=True) or "",
        validation_file=training_data(here, body, "validation_file"),
        hyperparameters=wanted.hyperparameters,
        seed=requested.seed(body),
        suffix=requested.suffix(body),
        integrations=requested.integrations(body),
        metadata=requested.metadata(body),
        method=wanted.kind,
        grader=wanted.grader,
        response_format=wanted.response_format,
    )


async def list_jobs(request: Request) -> JSONResponse:
    """Jobs from newest to oldest."""
    here = services(request)
    query = request.query_params
    wanted = {
        match[1]: text
        for name, text in query.multi_items()
        if (match := _METADATA.fullmatch(name)) is not None
    }
    if query.get("metadata") not in (None, "null"):
        raise bodies.invalid("metadata", query["metadata"], "null, or pairs as metadata[key]=value")
    limit = bodies.limit(request, 20)
    after = query.get("after")
    rows = jobs.newest(
        here.database,
        limit=limit,
        before=None if after is None else _place(here, after),
        metadata=wanted,
        without_metadata=query.get("metadata") == "null",
    )
    return JSONResponse(wire.page(rows, limit, lambda row: _object(here, row)))


async def retrieve(request: Request) -> JSONResponse:
    """One job."""
    here = services(request)
    return JSONResponse(_object(here, _job(here, request.path_params["job"])))


async def cancel(request: Request) -> JSONResponse:
    """Stop a job that has not ended."""
    here = services(request)
    job = _job(here, request.path_params["job"])
    _refuse_ended(job)
    here.scheduler.cancel(job["id"])
    await here.scheduler.ended(job["id"], _CANCEL_WAIT_S)
    return JSONResponse(_object(here, jobs.get(here.database, job["id"])))


async def pause(request: Request) -> JSONResponse:
    """Save a job and free its slot until it is resumed; one that waits just stops waiting."""
    here = services(request)
    job = _job(here, request.path_params["job"])
    _refuse_ended(job)
    if job["status"] == "paused":
        raise ApiFault(400, f"The job {job['id']} is already paused.", code="job_already_paused")
    if job["cancelling"]:
        raise ApiFault(400, f"The job {job['id']} is being cancelled.", code="job_cancelling")
    here.scheduler.pause(job["id"])
    await here.scheduler.ended(job["id"], _PAUSE_WAIT_S)
    return JSONResponse(_object(here, jobs.get(here.database, job["id"])))


async def resume(request: Request) -> JSONResponse:
    """Put a paused job at the end of the queue; it goes on from where it was saved."""
    here = services(request)
    job = _job(here, request.path_params["job"])
    _refuse_ended(job)
    if job["status"] == "paused":
        # A worker that has said so may still be leaving; the next one needs its place.
        await here.scheduler.ended(job["id"], _PAUSE_WAIT_S)
    if not pauses.go_on(here.database, job["id"]):
        still = " yet" if job["paused_at"] is not None else ""
        raise ApiFault(400, f"The job {job['id']} is not paused{still}.", code="job_not_paused")
    answer = _object(here, jobs.get(here.database, job["id"]))
    here.scheduler.wake()
    return JSONResponse(answer)


def _refuse_ended(job: sqlite3.Row) -> None:
    if job["status"] in jobs.FINAL:
        how = "been cancelled" if job["status"] == "cancelled" else job["status"]
        raise ApiFault(400, f"The job {job['id']} has already {how}.", code="job_already_ended")


async def list_events(request: Request) -> JSONResponse:
    """What happened to a job, newest first."""
    here = services(request)
    job = _job(here, request.path_params["job"])
    limit = bodies.limit(request, 20)
    before = _cursor(request, "event", job)
    rows = events.newest(here.database, job["id"], limit=limit, before=before)
    return JSONResponse(wire.page(rows, limit, wire.event_object))


async def list_checkpoints(request: Request) -> JSONResponse:
    """The usable checkpoints of a job, newest first."""
    here = services(request)
    job = _job(here, request.path_params["job"])
    limit = bodies.limit(request, 10)
    before = _cursor(request, "checkpoint", job)
    rows = events.newest_checkpoints(here.database, job["id"], limit=limit, before=before)
    return JSONResponse(wire.with_ends(wire.page(rows, limit, wire.checkpoint_object), empty=None))


def _place(here: Services, after: str) -> int:
    row = jobs.find(here.database, after)
    if row is None:
        raise not_here("fine-tuning job", after, param="after", code="invalid_cursor", status=400)
    place: int = row["n"]
    return place


def _cursor(request: Request, table: str, job: sqlite3.Row) -> int | None:
    after = request.query_params.get("after")
    if after is None:
        return None
    row = services(request).database.one(
        f"select n from {table} where id = ? and job = ?", (after, job["id"])
    )
    if row is None:
        raise ApiFault(
            400, f"The job {job['id']} has no {table} {shown(after)!r}.", param="after", code="invalid_cursor"
        )
    place: int = row["n"]
    return place


def _job(here: Services, job_id: str) -> sqlite3.Row:
    row = jobs.find(here.database, job_id)
    if row is None:
        raise not_here("fine-tuning job", job_id, param="fine_tuning_job_id", code="fine_tune_not_found")
    return row


def _object(here: Services, row: sqlite3.Row) -> dict[str, Any]:
    return wire.job_object(
        row, jobs.result_files(here.database, row["id"]), jobs.queue_position(here.database, row)
    )


_JOBS = "/v1/fine_tuning/jobs"
ROUTES = [
    Route(_JOBS, create, methods=["POST"]),
    Route(_JOBS, list_jobs, methods=["GET"]),
    Route(f"{_JOBS}/{{job}}", retrieve, methods=["GET"]),
    Route(f"{_JOBS}/{{job}}/cancel", cancel, methods=["POST"]),
    Route(f"{_JOBS}/{{job}}/pause", pause, methods=["POST"]),
    Route(f"{_JOBS}/{{job}}/resume", resume, methods=["POST"]),
    Route(f"{_JOBS}/{{job}}/events", list_events, methods=["GET"]),
    Route(f"{_JOBS}/{{job}}/checkpoints", list_checkpoints, methods=["GET"]),
]
