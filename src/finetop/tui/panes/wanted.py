"""Which lines of a list are wanted, by what was typed: `words`, `!not these`, `~regex`. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from finetop.errors import BadQuery

Item = TypeVar("Item")
Meets = Callable[[str], bool]


def wanted(typed: str) -> Meets | None:
    """What a line's words have to meet, whatever their case; None where all are wanted.

    Raises BadQuery for what is no regular expression.
    """
    typed = typed.strip()
    inverse = typed.startswith("!")
    body = typed[inverse:].strip()
    if not body:
        return None
    meets = _pattern(body[1:], 1 + inverse) if body.startswith("~") else _words(body)
    return (lambda line: not meets(line)) if inverse else meets


def _words(body: str) -> Meets:
    words = body.lower().split()
    return lambda line: all(word in line.lower() for word in words)


def _pattern(body: str, at: int) -> Meets:
    try:
        pattern = re.compile(body, re.IGNORECASE)
    except re.error as error:
        raise BadQuery(
            f"this is no regular expression: {error.msg}",
            at=at + (error.pos or 0),
            hint="Put \\ before a sign that is meant as it is.",
        ) from None
    return lambda line: pattern.search(line) is not None


def arranged(
    items: Iterable[Item],
    *,
    meets: Meets | None,
    words: Callable[[Item], str],
    order: Callable[[Item], Any],
    reverse: bool,
) -> list[Item]:
    """Those that are wanted, in order; what has no value for it comes last, either way round."""
    kept = [item for item in items if meets is None or meets(words(item))]
    known = [item for item in kept if order(item) is not None]
    known.sort(key=order, reverse=reverse)
    return known if len(known) == len(kept) else [*known, *(item for item in kept if order(item) is None)]
