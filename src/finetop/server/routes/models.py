"""/v1/models: what can be tuned and asked, and removed again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import JSONResponse
from starlette.routing import Route

from finetop.server import models, wire
from finetop.server.services import services

if TYPE_CHECKING:
    from starlette.requests import Request


async def list_models(request: Request) -> JSONResponse:
    """The packaged models and the tuned ones."""
    here = services(request)
    found = [_object(model) for model in models.everything(here.database, here.layout)]
    return JSONResponse({"object": "list", "data": found})


async def retrieve(request: Request) -> JSONResponse:
    """One model."""
    here = services(request)
    return JSONResponse(_object(models.known(here.database, here.layout, request.path_params["model"])))


async def delete(request: Request) -> JSONResponse:
    """Remove a tuned model."""
    here = services(request)
    model = models.known(here.database, here.layout, request.path_params["model"])
    models.remove(here.database, here.layout, model)
    return JSONResponse({"id": model.name, "object": "model", "deleted": True})


def _object(model: models.KnownModel) -> dict[str, object]:
    owner = models.OWNER if model.path is None else wire.ORGANIZATION
    return wire.model_object(model.name, model.created_at, owner)


ROUTES = [
    Route("/v1/models", list_models, methods=["GET"]),
    Route("/v1/models/{model:path}", retrieve, methods=["GET"]),
    Route("/v1/models/{model:path}", delete, methods=["DELETE"]),
]
