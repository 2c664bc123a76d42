"""A reply's items as values, one by one: an odd one is told, and hides no other."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from pydantic import ValidationError

from finetop.errors import BadReply
from finetop.models import Checkpoint, Event, File, Job, Model, Permission, Value, words_of

V = TypeVar("V", bound=Value)
Listed = TypeVar("Listed", Checkpoint, File, Model, Permission)

Sent = tuple[Job, bytes]
"""A job, and the provider's own words for it."""


def read_job(item: Any) -> Sent:
    """A job; one that cannot be read stays visible by its id, with its words kept."""
    raw = words_of(item)
    try:
        return Job.model_validate(item), raw
    except ValidationError as error:
        return Job(id=_name(item, raw), raw_status="unreadable", unreadable=_first(error)), raw


def read_event(item: Any) -> Event:
    """A log line; one that cannot be read is a line that says so."""
    try:
        return Event.model_validate(item)
    except ValidationError as error:
        return Event(
            id=_name(item, words_of(item)),
            created_at=item.get("created_at") if isinstance(item, Mapping) else None,
            level="warn",
            message=f"an event that could not be read: {_first(error)}",
        )


def read_any(kind: type[Listed]) -> Callable[[Any], Listed]:
    """A reader of one kind of value; one that cannot be read stays visible and says why."""

    def read(item: Any) -> Listed:
        try:
            return kind.model_validate(item)
        except ValidationError as error:
            return kind(id=_name(item, words_of(item)), unreadable=_first(error))

    return read


def read_one(kind: type[V], item: Any, called: str) -> V:
    """The one thing that was asked for. Raises BadReply, which says what it is `called`."""
    try:
        return kind.model_validate(item)
    except ValidationError as error:
        raise BadReply(f"the answer is not {called}: {_first(error)}") from error


def _name(item: Any, raw: bytes) -> str:
    """Its id, or a name that is the same as long as its words are."""
    found = item.get("id") if isinstance(item, Mapping) else None
    return found if isinstance(found, str) and found else unreadable_id(raw)


def unreadable_id(raw: bytes) -> str:
    """A name for something that has none, equal as long as its words are."""
    return f"unreadable-{hashlib.sha256(raw).hexdigest()[:12]}"


def _first(error: ValidationError) -> str:
    """The first complaint, in one line."""
    complaint = error.errors(include_url=False, include_input=False)[0]
    place = ".".join(str(part) for part in complaint["loc"])
    return f"{place}: {complaint['msg']}" if place else complaint["msg"]
