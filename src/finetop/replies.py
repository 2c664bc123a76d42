"""What a refusal means: a status, its headers and whatever stands in its body, as one of our errors."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from email.utils import parsedate_to_datetime

from finetop.errors import (
    ApiError,
    BadReply,
    BadRequest,
    DailyLimit,
    Forbidden,
    NoFineTuning,
    NotFound,
    NotSupported,
    QuotaExceeded,
    RateLimited,
    ServerFault,
    Unauthorized,
)
from finetop.refusals import Said, said_in, title_of

__all__ = ["error_of", "request_id_of", "title_of"]

_WORDS_FOR = {
    401: "the key was refused",
    402: "the account has to be paid for",
    403: "this is not allowed",
    404: "there is no such thing",
    408: "the request came too slowly",
    409: "this is at odds with something under way",
    413: "this is too large",
    429: "too many requests",
    500: "the server failed (HTTP 500)",
    502: "the server behind the gateway failed (HTTP 502)",
    503: "the server is overloaded or closed for a while (HTTP 503)",
    504: "the server behind the gateway did not answer (HTTP 504)",
}
_MONEY = {"insufficient_quota", "billing_hard_limit_reached", "billing_not_active"}
_DAILY = {"daily_rate_limit_exceeded"}
_ROUTES = (
    (r"/pause", "pausing jobs"),
    (r"/resume", "resuming jobs"),
    (r"/(?:fine_tuning/jobs|fine-tunes)/[^/]+/cancel", "cancelling jobs"),
    (r"/events$", "a log of jobs"),
    (r"/permissions", "permissions for checkpoints"),
    (r"/checkpoints$", "checkpoints of jobs"),
    (r"/graders/", "graders"),
    (r"^/uploads", "uploads in parts"),
    (r"^/files/[^/]+/content", "reading files back"),
    (r"^/files", "files"),
    (r"^/models", "models"),
    (r"^/chat/", "asking a model"),
    (r"/(?:fine_tuning/jobs|fine-tunes)/[^/]+$", "jobs"),
)
_JOBS = re.compile(r"/(?:fine_tuning/jobs|fine-tunes)$")
_JOB = re.compile(r"/(?:fine_tuning/jobs|fine-tunes)/[^/]+$")
_REQUEST_IDS = ("x-request-id", "apim-request-id", "request-id", "x-ms-request-id", "x-amzn-requestid")
LONGEST_MESSAGE = 2_000
LONGEST_ID = 200


def error_of(
    status: int,
    headers: Mapping[str, str],
    body: bytes,
    *,
    method: str = "GET",
    path: str,
    host: str,
    now: float,
    secrets: Iterable[str] = (),
) -> ApiError:
    """The error of a reply that is no 2xx, which never quotes `secrets`; `path` tells what was asked for."""

    def shown(words: str | None, longest: int = LONGEST_ID) -> str | None:
        for secret in filter(None, secrets):
            words = words.replace(secret, "[key]") if words else words
        return words[:longest] if words else None

    said = said_in(body)
    kind, hint = _kind(status, said, method, path)
    if kind is NoFineTuning:
        words: str | None = f"{host}: this server has no fine-tuning API"
    elif kind is NotSupported:
        words = f"{host}: this server does not offer {_what(method, path)}"
    elif 300 <= status < 400:
        words = f"{host} sends elsewhere: {headers.get('location', 'nowhere')[:200]}"
    else:
        words = said.message or _WORDS_FOR.get(status) or f"the answer was HTTP {status}"
    error = kind(
        shown(words, LONGEST_MESSAGE) or "",
        status=status,
        code=shown(said.code),
        param=shown(said.param),
        request_id=shown(request_id_of(headers) or said.request_id),
        retry_after_s=_retry_after(headers, now),
        hint=hint,
    )
    error.should_retry = {"true": True, "false": False}.get(headers.get("x-should-retry", "").lower())
    return error


def request_id_of(headers: Mapping[str, str]) -> str | None:
    """What a provider's support asks for, by the names under which it is sent."""
    return next((found for name in _REQUEST_IDS if (found := headers.get(name))), None)


def _kind(status: int, said: Said, method: str, path: str) -> tuple[type[ApiError], str | None]:
    """The class for this status, and a hint where the class's own would mislead."""
    words = {said.code, said.type}
    creates = method == "POST" and _JOBS.search(path) is not None
    if status in {400, 403, 429} and words & _DAILY:
        return DailyLimit, None
    if status == 402 or (status in {400, 403, 429} and words & _MONEY):
        return QuotaExceeded, None
    if status == 401:
        return Unauthorized, None
    if status == 403:
        return Forbidden, _MAY_NOT_CREATE if creates else None
    if status in {404, 405, 501}:
        return _missing(status, said, method, path), None
    if status == 429:
        return RateLimited, None
    if status >= 500 or status in {408, 425}:
        return ServerFault, None
    if status == 409:
        return BadRequest, "Look at its state again: something else may have changed it meanwhile."
    if status >= 400:
        return BadRequest, None
    return BadReply, None


_MAY_NOT_CREATE = (
    "Ask the owner of the project whether this key may create jobs, and the provider whether "
    "the account still may: some have closed fine-tuning."
)


def _missing(status: int, said: Said, method: str, path: str) -> type[ApiError]:
    """A missing object is named in an error of its own; a missing route is a bare 404, or a 405."""
    names_object = status == 404 and said.names_object
    if _JOBS.search(path):  # a create may name a model or a file that does not exist
        return NotFound if method == "POST" and names_object else NoFineTuning
    if names_object:
        return NotFound
    if _JOB.search(path) and method == "GET":
        return NoFineTuning
    if status == 404 and re.search(r"^/(?:files|models|uploads)/[^/]+$", path):
        return NotFound  # some say no more of an object than that it is not there
    return NotSupported


def _what(method: str, path: str) -> str:
    found = next((words for route, words in _ROUTES if re.search(route, path)), "this")
    return f"deleting {found}" if method == "DELETE" else found


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
    except (ValueError, TypeError, IndexError, OverflowError, OSError):
        return None
