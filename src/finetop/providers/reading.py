"""A reply's items as values, one by one: an odd one is told, and hides no other."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from pydantic import ValidationError

from finetop.errors import BadReply
from finetop.models import Event, Job, Value

V = TypeVar("V", bound=Value)

Sent = tuple[Job, bytes]
"""A job, and the provider's own words for it."""


def read_job(item: Any) -> Sent:
    """A job; one that cannot be read stays visible by its id, with its words kept."""
    raw = json.dumps(item, ensure_ascii=False).encode("utf-8", "surrogatepass")
    try:
        return Job.model_validate(item), raw
    except ValidationError as error:
        found = item.get("id") if isinstance(item, Mapping) else None
        id_ = found if isinstance(found, str) and found else unreadable_id(raw)
        return Job(id=id_, raw_status="unreadable", unreadable=_first(error)), raw


def read_event(item: Any) -> Event:
    """A log line; one that cannot be read is a line that says so."""
    try:
        return Event.model_validate(item)
    except ValidationError as error:
        raw = json.dumps(item, ensure_ascii=True).encode()
        found = item.get("id") if isinstance(item, Mapping) else None
        return Event(
            id=found if isinstance(found, str) else unreadable_id(raw),
            level="warn",
            message=f"an event that could not be read: {_first(error)}",
        )


def read_any(kind: type[V]) -> Callable[[Any], V | None]:
    """A reader of one kind of value; None for what is none."""

    def read(item: Any) -> V | None:
        try:
            return kind.model_validate(item)
        except ValidationError:
            return None

    return read


def read_one(kind: type[V], item: Any, called: str) -> V:
    """The one thing that was asked for. Raises BadReply, which says what it is `called`."""
    found = read_any(kind)(item)
    if found is None:
        raise BadReply(f"the answer is not {called}")
    return found


def unreadable_id(raw: bytes) -> str:
    """A name for something that has none, equal as long as its words are."""
    return f"unreadable-{hashlib.sha256(raw).hexdigest()[:12]}"


def _first(error: ValidationError) -> str:
    """The first complaint, in one line."""
    complaint = error.errors(include_url=False, include_input=False)[0]
    place = ".".join(str(part) for part in complaint["loc"])
    return f"{place}: {complaint['msg']}" if place else complaint["msg"]
