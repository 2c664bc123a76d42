"""Reads JSON bodies and query strings, refusing early what could not be stored or answered."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NoReturn

from finetop.server.faults import ApiFault, shown

if TYPE_CHECKING:
    from starlette.requests import Request

MOST_BYTES = 1 << 20
LONGEST_LIST = 10_000


async def json_object(request: Request) -> dict[str, Any]:
    """The body of a request, which has to be one JSON object."""
    kind = request.headers.get("content-type", "application/json").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise ApiFault(415, f"The body has to be application/json, not {shown(kind)}.")
    return parsed_object(await whole_body(request))


async def whole_body(request: Request) -> bytes:
    """The body of a request, which has to be small."""
    pieces, size = [], 0
    async for piece in request.stream():
        size += len(piece)
        if size > MOST_BYTES:
            raise ApiFault(413, f"The body is larger than {MOST_BYTES} bytes.", code="request_too_large")
        pieces.append(piece)
    return b"".join(pieces)


def parsed_object(body: bytes) -> dict[str, Any]:
    """JSON text as a dictionary whose strings can be written as UTF-8."""
    try:
        value = json.loads(body, parse_constant=_refuse_constant)
        # Half a surrogate pair is legal in JSON and can be neither stored nor sent.
        # What overflows to infinity, as 1e999 does, is no constant and no JSON either.
        json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
    except (ValueError, RecursionError) as error:
        raise ApiFault(400, f"The body is not JSON that can be read: {shown(str(error))}.") from None
    if not isinstance(value, dict):
        raise ApiFault(400, "The body has to be a JSON object.")
    return value


def only(body: dict[str, Any], *names: str) -> None:
    """Refuse keys that would otherwise be ignored without a word."""
    for key in body:
        if key not in names:
            raise ApiFault(
                400, f"Unknown parameter: {shown(key)}.", param=shown(key), code="unknown_parameter"
            )


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON number")


def limit(request: Request, default: int) -> int:
    """The query's `limit`."""
    text = request.query_params.get("limit")
    if text is None:
        return default
    if not (text.isascii() and text.isdigit() and len(text) <= 6 and 1 <= int(text) <= LONGEST_LIST):
        raise invalid("limit", text, f"a whole number from 1 to {LONGEST_LIST}")
    return int(text)


def invalid(param: str, value: object, wanted: str) -> ApiFault:
    """A value that will not do, and what would."""
    return ApiFault(
        400,
        f"Invalid value for {param}: {shown(value)}. It has to be {wanted}.",
        param=param,
        code="invalid_value",
    )


def text_field(
    body: dict[str, Any], name: str, *, longest: int, needed: bool = False, shortest: int = 1
) -> str | None:
    """A string of the body; None where it is absent or null."""
    value = body.get(name)
    if value is None:
        if needed:
            raise ApiFault(400, f"You have to give {name}.", param=name, code="missing_required_parameter")
        return None
    if not isinstance(value, str) or not shortest <= len(value) <= longest:
        raise invalid(name, value, f"a string of {shortest} to {longest} characters")
    return value


def whole_number(value: object, name: str, low: int, high: int) -> int:
    """An integer within bounds; true and false are none."""
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise invalid(name, value, f"a whole number from {low} to {high}")
    return value
