"""/v1/chat/completions and /v1/completions: one prompt put to a model, answered whole or as a stream."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse
from starlette.routing import Route

from finetop.server import bodies, chunks, models, wire
from finetop.server.faults import ApiFault, shown
from finetop.server.generating import generate
from finetop.server.services import services

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

_MOST_TOKENS = 4096
_USUAL_TOKENS = 256
_MOST_MESSAGES = 512
_ROLES = ("system", "developer", "user", "assistant")
_TAKEN = frozenset(
    {
        "model",
        "messages",
        "prompt",
        "max_tokens",
        "max_completion_tokens",
        "temperature",
        "seed",
        "stop",
        "stream",
        "stream_options",
    }
)
# Sent by many clients without meaning anything by it; any other value would change the answer.
_HARMLESS: dict[str, tuple[object, ...]] = {
    "n": (1,),
    "top_p": (1,),
    "presence_penalty": (0,),
    "frequency_penalty": (0,),
    "logprobs": (False,),
    "best_of": (1,),
    "echo": (False,),
    "tools": ([],),
    "response_format": ({"type": "text"},),
}
_IGNORED = frozenset({"user", "metadata", "store", "safety_identifier", "prompt_cache_key"})


async def chat(request: Request) -> Response:
    """The answer to a conversation."""
    body = await bodies.json_object(request)
    asked = _asked(request, body, {"messages": _messages(body)})
    if body.get("stream"):
        form = chunks.Chat(body["model"])
        return await chunks.streamed(services(request), asked, form, usage_wanted=_usage_wanted(body))
    reply = await generate(services(request), asked)
    choice = {
        "index": 0,
        "message": {"role": "assistant", "content": reply["text"], "refusal": None},
        "logprobs": None,
        "finish_reason": reply["finish_reason"],
    }
    return JSONResponse(
        {
            "id": wire.new_id("chatcmpl-"),
            "object": "chat.completion",
            "created": int(time.time()),
            "model": body["model"],
            "choices": [choice],
            "usage": chunks.usage(reply),
        }
    )


async def complete(request: Request) -> Response:
    """The continuation of a text."""
    body = await bodies.json_object(request)
    prompt = body.get("prompt")
    if isinstance(prompt, list) and len(prompt) == 1:
        prompt = prompt[0]
    if not isinstance(prompt, str):
        raise bodies.invalid("prompt", prompt, "a string")
    asked = _asked(request, body, {"prompt": prompt})
    if body.get("stream"):
        form = chunks.Text(body["model"])
        return await chunks.streamed(services(request), asked, form, usage_wanted=_usage_wanted(body))
    reply = await generate(services(request), asked)
    choice = {"index": 0, "text": reply["text"], "logprobs": None, "finish_reason": reply["finish_reason"]}
    return JSONResponse(
        {
            "id": wire.new_id("cmpl-"),
            "object": "text_completion",
            "created": int(time.time()),
            "model": body["model"],
            "choices": [choice],
            "usage": chunks.usage(reply),
        }
    )


def _asked(request: Request, body: dict[str, Any], prompt: dict[str, Any]) -> dict[str, Any]:
    here = services(request)
    name = bodies.text_field(body, "model", longest=256, needed=True) or ""
    model = models.known(here.database, here.layout, name)
    _refuse_unsupported(body)
    if not isinstance(body.get("stream"), bool | None):
        raise bodies.invalid("stream", body["stream"], "true or false")
    if not body.get("stream") and body.get("stream_options") is not None:
        raise bodies.invalid("stream_options", body["stream_options"], "left out where stream is not true")
    weights = None if model.path is None else str(model.path)
    return {**prompt, "weights": weights, **_settings(body)}


def _usage_wanted(body: dict[str, Any]) -> bool:
    options = body.get("stream_options")
    if options is None:
        return False
    wanted = options.get("include_usage", False) if isinstance(options, dict) else None
    if not isinstance(wanted, bool):
        raise bodies.invalid("stream_options", options, "an object with include_usage true or false")
    return wanted


def _settings(body: dict[str, Any]) -> dict[str, Any]:
    most = body.get("max_completion_tokens", body.get("max_tokens"))
    temperature = body.get("temperature")
    if temperature is None:
        temperature = 1.0
    if (
        isinstance(temperature, bool)
        or not isinstance(temperature, (int, float))
        or not 0 <= temperature <= 2
    ):
        raise bodies.invalid("temperature", temperature, "a number from 0 to 2")
    seed = body.get("seed")
    return {
        "max_tokens": _USUAL_TOKENS
        if most is None
        else bodies.whole_number(most, "max_tokens", 1, _MOST_TOKENS),
        "temperature": float(temperature),
        "seed": None if seed is None else bodies.whole_number(seed, "seed", 0, 2**63 - 1),
        "stop": _stop(body.get("stop")),
    }


def _stop(value: object) -> list[str]:
    words = [value] if isinstance(value, str) else value
    if words is None:
        return []
    if (
        not isinstance(words, list)
        or len(words) > 4
        or not all(isinstance(word, str) and word for word in words)
    ):
        raise bodies.invalid("stop", value, "a string, or a list of at most 4")
    return words


def _refuse_unsupported(body: dict[str, Any]) -> None:
    for name, value in body.items():
        if name in _TAKEN or name in _IGNORED or value is None or value in _HARMLESS.get(name, ()):
            continue
        raise ApiFault(
            400,
            f"This server cannot do {shown(name)} = {shown(value)}.",
            param=shown(name),
            code="unsupported_parameter",
        )


def _messages(body: dict[str, Any]) -> list[dict[str, str]]:
    given = body.get("messages")
    if not isinstance(given, list) or not 1 <= len(given) <= _MOST_MESSAGES:
        raise bodies.invalid("messages", given, f"a list of 1 to {_MOST_MESSAGES} messages")
    return [_message(item, f"messages[{place}]") for place, item in enumerate(given)]


def _message(item: object, where: str) -> dict[str, str]:
    if not isinstance(item, dict) or item.get("role") not in _ROLES:
        raise bodies.invalid(where, item, "an object with a role of " + ", ".join(_ROLES))
    content = item.get("content")
    if isinstance(content, list) and all(
        isinstance(part, dict) and part.get("type") == "text" and isinstance(part.get("text"), str)
        for part in content
    ):
        content = "".join(part["text"] for part in content)
    if not isinstance(content, str):
        raise bodies.invalid(f"{where}.content", content, "text")
    return {"role": item["role"], "content": content}


ROUTES = [
    Route("/v1/chat/completions", chat, methods=["POST"]),
    Route("/v1/completions", complete, methods=["POST"]),
]
