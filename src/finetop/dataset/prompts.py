"""A question a tuned model was taught to answer."""

from __future__ import annotations

import json


def first_prompt(line: bytes) -> str:
    """What the user says first in one line of a chat file; nothing where that cannot be told."""
    try:
        messages = json.loads(line)["messages"]
        said = [message["content"] for message in messages if message["role"] == "user"]
    except (ValueError, TypeError, LookupError, RecursionError):
        return ""
    return said[0] if said and isinstance(said[0], str) else ""
