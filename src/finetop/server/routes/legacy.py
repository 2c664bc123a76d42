"""/v1/fine-tunes: the older API over the same jobs; its events as a list or as a stream."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse
from starlette.routing import Route

from finetop.server import (
    bodies,
    jobs,
    legacy_events,
    models,
    requested,
    requested_legacy,
    streams,
    trainers,
)
from finetop.server.creating import made_once, training_data
from finetop.server.faults import not_here
from finetop.server.legacy_wire import fine_tune_object
from finetop.server.routes import jobs as todays
from finetop.server.services import Services, services

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import AsyncGenerator

    from starlette.requests import Request
    from starlette.responses import Response

QUIET_S = 15.0
"""A stream that has nothing to tell says so this often."""


async def create(request: Request) -> JSONResponse:
    """Make a job of prompts and completions."""
    here = services(request)
    job = made_once(here, request, await bodies.json_object(request), _wanted)
    return JSONResponse(fine_tune_object(here.database, job, with_events=True))


def _wanted(here: Services, body: dict[str, Any]) -> jobs.NewJob:
    wishes = requested_legacy.wishes(body)
    # That API's own default is a model of its host; here it is the one that is always there.
    name = bodies.text_field(body, "model", longest=256) or trainers.base_models()[0].name
    model = models.known(here.database, here.layout, name)
    text_suffix = requested.suffix(body)
    if text_suffix is not None and len(text_suffix) > requested_legacy.LONGEST_SUFFIX:
        raise bodies.invalid("suffix", text_suffix, f"at most {requested_legacy.LONGEST_SUFFIX} characters")
    return jobs.NewJob(
        model=model.name,
        root=model.root,
        training_file=training_data(here, body, "training_file", needed=True) or "",
        validation_file=training_data(here, body, "validation_file"),
        hyperparameters=wishes.hyperparameters,
        seed=requested.seed({}),
        suffix=text_suffix,
        integrations=None,
        metadata=None,
        legacy=wishes.kept,
        unheeded=wishes.unheeded,
    )


async def list_fine_tunes(request: Request) -> JSONResponse:
    """All jobs, the oldest first and without their events; that API has no pages."""
    here = services(request)
    rows = here.database.all("select * from job order by n")
    data = [fine_tune_object(here.database, row, with_events=False) for row in rows]
    return JSONResponse({"object": "list", "data": data})


async def retrieve(request: Request) -> JSONResponse:
    """One job with its events."""
    here = services(request)
    return JSONResponse(fine_tune_object(here.database, _job(here, request), with_events=True))


async def cancel(request: Request) -> JSONResponse:
    """Stop a job that has not ended."""
    here = services(request)
    job = _job(here, request)
    await todays.cancel(request)
    return JSONResponse(fine_tune_object(here.database, jobs.get(here.database, job["id"]), with_events=True))


async def list_events(request: Request) -> Response:
    """What happened to a job, oldest first; as a stream also what happens from now on."""
    here = services(request)
    job = _job(here, request)
    wanted = request.query_params.get("stream", "false").lower()
    if wanted not in ("true", "false", "1", "0"):
        raise bodies.invalid("stream", wanted, "true or false")
    if wanted in ("true", "1"):
        news = here.streams.begin()
        told = follow(here, job["id"], news)
        return streams.EventStream(told, lambda: here.streams.close(news))
    data = [item.object() for item in legacy_events.said(here.database, job)]
    return JSONResponse({"object": "list", "data": data})


async def follow(
    here: Services, job_id: str, news: asyncio.Event, *, quiet_s: float = QUIET_S
) -> AsyncGenerator[str]:
    """A job's events from the first to the last as server-sent events, each as soon as it is known."""
    after = 0
    while True:
        news.clear()
        job = jobs.find(here.database, job_id)
        if job is None:
            return
        last = legacy_events.newest_row(here.database)
        if found := legacy_events.said(here.database, job, after):
            yield "".join(streams.told(item.object()) for item in found)
        after = last
        if job["status"] in jobs.FINAL:
            yield streams.DONE
            return
        if here.streams.ending:
            return
        try:
            async with asyncio.timeout(quiet_s):
                await news.wait()
        except TimeoutError:
            yield streams.STILL_HERE


def _job(here: Services, request: Request) -> sqlite3.Row:
    job_id = request.path_params["job"]
    row = jobs.find(here.database, job_id)
    if row is None:
        raise not_here("fine-tune", job_id, param="fine_tune_id", code="fine_tune_not_found")
    return row


_PATH = "/v1/fine-tunes"
ROUTES = [
    Route(_PATH, create, methods=["POST"]),
    Route(_PATH, list_fine_tunes, methods=["GET"]),
    Route(f"{_PATH}/{{job}}", retrieve, methods=["GET"]),
    Route(f"{_PATH}/{{job}}/cancel", cancel, methods=["POST"]),
    Route(f"{_PATH}/{{job}}/events", list_events, methods=["GET"]),
]
