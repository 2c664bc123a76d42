"""What is told of one profile: where it leads, whether it has a key, how it does; never the key."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from finetop.config import Profile, key_of, source_of
from finetop.errors import FinetopError
from finetop.text import age, count

if TYPE_CHECKING:
    from finetop.store.rows import ProfileState


def facts_of(
    profile: Profile, state: ProfileState, pace_s: float, environ: Mapping[str, str], now: float
) -> dict[str, Any]:
    """What is known of a profile, under the names that programs read."""
    problem = _key_problem(profile, environ)
    return {
        "name": profile.name,
        "dialect": profile.dialect,
        "host": place_of(profile),
        "base_url": profile.address,
        "key_from": source_of(profile),
        "read_only": profile.read_only,
        "colour": profile.colour,
        "pace_s": state.pace_s or pace_s,
        "paused": state.paused,
        "state": "no key" if problem else state.state,
        "message": problem or state.message,
        "last_ok_at": state.last_ok_at,
        "age_s": None if state.last_ok_at is None else max(0.0, now - state.last_ok_at),
        "requests_left": state.requests_left,
        "requests_limit": state.requests_limit,
        "jobs": state.jobs,
        "asked_by": state.poller,
    }


def line_of(facts: Mapping[str, Any]) -> tuple[str, ...]:
    """The same as a line of a table."""
    marks = [word for word in ("read-only" if facts["read_only"] else "", facts["colour"]) if word]
    if facts["message"]:
        marks.append(facts["message"])
    return (
        facts["name"],
        facts["dialect"],
        facts["host"],
        facts["key_from"] or "none",
        "paused" if facts["paused"] else facts["state"],
        "never" if facts["age_s"] is None else f"{age(facts['age_s'])} ago",
        count(facts["jobs"]),
        f"{facts['pace_s']:g} s",
        _left(facts["requests_left"], facts["requests_limit"]),
        "; ".join(marks),
    )


def place_of(profile: Profile) -> str:
    """Where a profile leads, in a word or two."""
    return profile.host or profile.path or "this machine"


def _key_problem(profile: Profile, environ: Mapping[str, str]) -> str:
    """Why there is no key just now; a command is not run to find that out."""
    try:
        key_of(profile, environ)
    except FinetopError as error:
        return of(profile, error)
    return ""


def of(profile: Profile, error: FinetopError) -> str:
    """What an error says, where the profile's name stands already."""
    return error.message.removeprefix(f"profile {profile.name}: ")


def _left(left: int | None, limit: int | None) -> str:
    if left is None:
        return ""
    return count(left) if limit is None else f"{count(left)} of {count(limit)}"


_TEXT = {"type": "string"}
_NUMBER = {"type": ["number", "null"]}
_COUNT = {"type": ["integer", "null"]}
SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "Profile",
    "description": "A profile and how it does, as `finetop profiles list --json` tells it.",
    "type": "object",
    "properties": {
        "name": _TEXT,
        "dialect": _TEXT,
        "host": {**_TEXT, "description": "Host and port, or the place on this machine."},
        "base_url": _TEXT,
        "key_from": {**_TEXT, "description": "The variable, command or file; never the key."},
        "read_only": {"type": "boolean"},
        "colour": _TEXT,
        "pace_s": {"type": "number", "description": "Seconds between two questions about a running job."},
        "paused": {"type": "boolean"},
        "state": {
            **_TEXT,
            "description": "ok, never (not asked yet), no key, offline, refused and the like.",
        },
        "message": {**_TEXT, "description": "Why, where the state is not ok."},
        "last_ok_at": {**_NUMBER, "description": "Unix time of the last answer."},
        "age_s": {**_NUMBER, "description": "Seconds since then."},
        "requests_left": {**_COUNT, "description": "Of the provider's present window, where it tells."},
        "requests_limit": _COUNT,
        "jobs": {"type": "integer", "description": "How many are known here."},
        "asked_by": {**_TEXT, "description": "Who asks: host, process and version."},
    },
    "required": ["name", "state"],
    "additionalProperties": False,
}
"""What `facts_of` tells, for `finetop schema profile`."""
