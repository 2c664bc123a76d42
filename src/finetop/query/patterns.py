"""Signs of what is typed to find something: `!` for the opposite, `~` or slashes for a regular expression."""

from __future__ import annotations

import re

from finetop.errors import BadQuery

NOT = "!"
REGEX = "~"
SLASH = "/"


def checked_pattern(words: str, at: int) -> str:
    """A regular expression as it was typed. Raises BadQuery where it is none."""
    try:
        re.compile(words)
    except re.error as error:
        raise BadQuery(
            f"this is no regular expression: {error.msg}",
            at=at + (error.pos or 0),
            hint="Put \\ before a sign that is meant as it is.",
        ) from None
    return words
