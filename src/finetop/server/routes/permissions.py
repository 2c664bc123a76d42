"""/v1/fine_tuning/checkpoints/{checkpoint}/permissions: which projects may use a checkpoint."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse
from starlette.routing import Route

from finetop.server import bodies, models, permissions, wire
from finetop.server.faults import ApiFault, shown
from finetop.server.services import Services, services

if TYPE_CHECKING:
    import sqlite3

    from starlette.requests import Request

_MOST_PROJECTS = 100
_LONGEST_PROJECT = 256


async def list_permissions(request: Request) -> JSONResponse:
    """Permissions from newest to oldest, or the other way round."""
    here = services(request)
    checkpoint = _checkpoint(here, request)
    query = request.query_params
    order = query.get("order", "descending")
    if order not in ("ascending", "descending"):
        raise bodies.invalid("order", order, "ascending or descending")
    limit = bodies.limit(request, 10)
    after = query.get("after")
    rows = permissions.listed(
        here.database,
        checkpoint,
        limit=limit,
        after=None if after is None else _place(here, checkpoint, after),
        oldest_first=order == "ascending",
        project=query.get("project_id"),
    )
    return JSONResponse(_page(rows, limit))


async def create(request: Request) -> JSONResponse:
    """Let projects use a checkpoint."""
    here = services(request)
    checkpoint = _checkpoint(here, request)
    body = await bodies.json_object(request)
    bodies.only(body, "project_ids")
    rows = permissions.grant(here.database, checkpoint, _projects(body.get("project_ids")))
    return JSONResponse(_page(rows, len(rows)))


async def delete(request: Request) -> JSONResponse:
    """Take a permission back."""
    here = services(request)
    checkpoint = _checkpoint(here, request)
    permission_id = request.path_params["permission"]
    row = permissions.find(here.database, checkpoint, permission_id)
    if row is None:
        raise ApiFault(
            404,
            f"The checkpoint has no permission {shown(permission_id)!r}.",
            param="permission_id",
            code="permission_not_found",
        )
    permissions.remove(here.database, row["id"])
    return JSONResponse({"id": row["id"], "object": "checkpoint.permission", "deleted": True})


def _checkpoint(here: Services, request: Request) -> str:
    name: str = request.path_params["checkpoint"]
    model = models.known(here.database, here.layout, name, param="fine_tuned_model_checkpoint")
    if model.path is None:
        raise ApiFault(
            404,
            f"The model {model.name} is no checkpoint of a fine-tuning job.",
            param="fine_tuned_model_checkpoint",
            code="checkpoint_not_found",
        )
    return model.name


def _projects(value: object) -> list[str]:
    if value is None:
        raise ApiFault(
            400, "You have to give project_ids.", param="project_ids", code="missing_required_parameter"
        )
    good = isinstance(value, list) and 1 <= len(value) <= _MOST_PROJECTS
    if not good or not all(
        isinstance(project, str) and 1 <= len(project) <= _LONGEST_PROJECT
        for project in value  # type: ignore[attr-defined]  # `good` says it is a list
    ):
        raise bodies.invalid("project_ids", value, f"a list of 1 to {_MOST_PROJECTS} ids")
    projects: list[str] = value  # type: ignore[assignment]  # as judged above
    return projects


def _place(here: Services, checkpoint: str, after: str) -> int:
    row = permissions.find(here.database, checkpoint, after)
    if row is None:
        raise ApiFault(
            400, f"The checkpoint has no permission {shown(after)!r}.", param="after", code="invalid_cursor"
        )
    place: int = row["n"]
    return place


def _page(rows: list[sqlite3.Row], limit: int) -> dict[str, Any]:
    return wire.with_ends(wire.page(rows, limit, wire.permission_object), empty=None)


_PERMISSIONS = "/v1/fine_tuning/checkpoints/{checkpoint:path}/permissions"
ROUTES = [
    Route(_PERMISSIONS, list_permissions, methods=["GET"]),
    Route(_PERMISSIONS, create, methods=["POST"]),
    Route(f"{_PERMISSIONS}/{{permission}}", delete, methods=["DELETE"]),
]
