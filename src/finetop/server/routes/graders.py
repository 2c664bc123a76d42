"""/v1/fine_tuning/alpha/graders: whether a grader can be used, and what it says of one answer."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse
from starlette.routing import Route

from finetop.server import bodies
from finetop.server.faults import ApiFault
from finetop.server.graders import Graded, Grader, GraderError, judged

if TYPE_CHECKING:
    from starlette.requests import Request

_FLAGS = (
    "formula_parse_error",
    "sample_parse_error",
    "truncated_observation_error",
    "unresponsive_reward_error",
    "invalid_variable_error",
    "other_error",
    "python_grader_server_error",
    "python_grader_runtime_error",
    "model_grader_server_error",
    "model_grader_refusal_error",
    "model_grader_parse_error",
)
_DETAILS = (
    "python_grader_server_error_type",
    "python_grader_runtime_error_details",
    "model_grader_server_error_details",
)


async def validate(request: Request) -> JSONResponse:
    """Give a grader back that can be used."""
    body = await bodies.json_object(request)
    bodies.only(body, "grader")
    _grader(body)
    return JSONResponse({"grader": body["grader"]})


async def run(request: Request) -> JSONResponse:
    """Put a grader to one answer."""
    body = await bodies.json_object(request)
    bodies.only(body, "grader", "model_sample", "item")
    grader = _grader(body)
    sample = body.get("model_sample")
    if not isinstance(sample, str):
        raise bodies.invalid("model_sample", sample, "a string")
    item = body.get("item")
    if item is not None and not isinstance(item, dict):
        raise bodies.invalid("item", item, "an object")
    began = time.perf_counter()
    graded = await asyncio.to_thread(grader.graded, sample, item or {})
    return JSONResponse(_answer(grader, graded, time.perf_counter() - began))


def _grader(body: dict[str, Any]) -> Grader:
    if body.get("grader") is None:
        raise ApiFault(400, "You have to give grader.", param="grader", code="missing_required_parameter")
    try:
        return judged(body["grader"])
    except GraderError as error:
        raise ApiFault(400, error.message, param=error.param, code=error.code) from None


def _answer(grader: Grader, graded: Graded, took_s: float) -> dict[str, Any]:
    flags = {name: name in graded.errors for name in _FLAGS}
    return {
        "reward": graded.reward,
        "metadata": {
            "name": grader.name,
            "type": grader.type,
            "errors": {**flags, **dict.fromkeys(_DETAILS)},
            "execution_time": took_s,
            "scores": graded.sub_rewards or {grader.name: graded.reward},
            # No model takes part in any grader there is here.
            "token_usage": None,
            "sampled_model_name": None,
        },
        "sub_rewards": graded.sub_rewards,
        "model_grader_token_usage_per_model": {},
    }


_GRADERS = "/v1/fine_tuning/alpha/graders"
ROUTES = [
    Route(f"{_GRADERS}/validate", validate, methods=["POST"]),
    Route(f"{_GRADERS}/run", run, methods=["POST"]),
]
