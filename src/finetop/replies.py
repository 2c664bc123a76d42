"""What a refusal means: a status, its headers and whatever stands in its body, as one of our errors."""

from __future__ import annotations

import json
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Any

from finetop.errors import (
    ApiError,
    BadReply,
    BadRequest,
    Forbidden,
    NoFineTuning,
    NotFound,
    QuotaExceeded,
    RateLimited,
    ServerFault,
    Unauthorized,
)

_WORDS_FOR = {
    401: "the key was refused",
    403: "this is not allowed",
    404: "there is no such thing",
    413: "this is too large",
    429: "too many requests",
}
_MONEY = ("insufficient_quota", "billing_hard_limit_reached", "daily_rate_limit_exceeded")
LONGEST_MESSAGE = 2_000


def error_of(
    status: int, headers: Mapping[str, str], body: bytes, *, path: str, host: str, now: float
) -> ApiError:
    """The error of a reply that is no 2xx. `path` tells whether an object or the whole route is missing."""
    said = _said(body)
    code, param = _text(said.get("code")), _text(said.get("param"))
    message = _text(said.get("message")) or _WORDS_FOR.get(status) or f"the answer was HTTP {status}"
    kind, hint = _kind(status, said, path)
    if kind is NoFineTuning:
        message, hint = f"{host}: this server has no fine-tuning API", None
    elif 300 <= status < 400:
        message = f"{host} sends elsewhere: {headers.get('location', 'nowhere')[:200]}"
    error = kind(
        message[:LONGEST_MESSAGE],
        status=status,
        code=code,
        param=param,
        request_id=headers.get("x-request-id") or headers.get("apim-request-id"),
        retry_after_s=_retry_after(headers, now),
        hint=hint,
    )
    error.should_retry = {"true": True, "false": False}.get(headers.get("x-should-retry", "").lower())
    return error


def _kind(status: int, said: Mapping[str, Any], path: str) -> tuple[type[ApiError], str | None]:
    """The class for this status, and a hint where the class's own would mislead."""
    if status == 401:
        return Unauthorized, None
    if status == 403:
        return Forbidden, None
    if status == 404:
        return _missing(said, path), None
    if status == 429:
        words = {_text(said.get("code")), _text(said.get("type"))}
        return (QuotaExceeded if words & set(_MONEY) else RateLimited), None
    if status >= 500:
        return ServerFault, None
    if status >= 400:
        return BadRequest, None
    return BadReply, None


def _missing(said: Mapping[str, Any], path: str) -> type[ApiError]:
    """A missing object is named in an error of its own; a missing route is a bare 404."""
    if not path.startswith("/fine_tuning/jobs"):
        return NotFound
    if path == "/fine_tuning/jobs":  # a create may name a model that does not exist
        return NotFound if said.get("param") or said.get("code") == "model_not_found" else NoFineTuning
    names_object = said.get("enveloped") and said.get("code") != "unknown_url"
    return NotFound if names_object else NoFineTuning


def _said(body: bytes) -> dict[str, Any]:
    """`message`, `code`, `param` and `type` from any of the bodies servers are known to send."""
    try:
        parsed = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    if not isinstance(parsed, dict):
        return {}
    inner = parsed.get("error")
    if isinstance(inner, dict):
        return {**inner, "enveloped": True}
    if isinstance(inner, str):
        return {"message": inner, "enveloped": True}
    if "detail" in parsed:
        return {"message": _detail(parsed["detail"])}
    return {**parsed, "enveloped": bool(parsed.get("message"))}


def _detail(detail: Any) -> str:
    """FastAPI's complaint: a sentence, or a list of places with a sentence each."""
    if isinstance(detail, list):
        return "; ".join(_detail(item) for item in detail)
    if isinstance(detail, dict):
        place = ".".join(str(part) for part in detail.get("loc", ()) if part != "body")
        sentence = str(detail.get("msg") or detail.get("message") or detail)
        return f"{place}: {sentence}" if place else sentence
    return str(detail)


def _text(value: object) -> str | None:
    if isinstance(value, str) and value:
        return value
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else None


def _retry_after(headers: Mapping[str, str], now: float) -> float | None:
    """Seconds to wait: retry-after-ms, else Retry-After as seconds or as a date; None when not said."""
    for name, unit_s in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        try:
            seconds = float(headers.get(name, "")) * unit_s
        except ValueError:
            continue
        if 0 <= seconds < 1e9:
            return seconds
    try:
        return max(0.0, parsedate_to_datetime(headers.get("retry-after", "")).timestamp() - now)
    except (ValueError, OverflowError):
        return None
