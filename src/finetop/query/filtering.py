"""What is typed to have fewer lines of a list: words, `status:failed lr>1`, `~regex`, `!not this`."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from finetop.errors import BadQuery
from finetop.query import fields
from finetop.query.condition import ALL, Condition, Match, Term, plain_pattern
from finetop.query.parsing import HEAD, parse
from finetop.query.patterns import NOT, REGEX, SLASH, checked_pattern


@dataclass(frozen=True, slots=True)
class Filter:
    """Which lines of a list are wanted: those a condition means, or those a pattern is found in."""

    text: str = ""
    """As it was typed."""
    condition: Condition = ALL
    pattern: str = ""
    """A regular expression that is looked for where a bare word is, whatever the case; empty for none."""
    inverse: bool = False
    """The other lines are wanted."""

    def __bool__(self) -> bool:
        return bool(self.condition or self.pattern)


NO_FILTER = Filter()
"""Every line."""


def read_filter(line: str, *, profiles: Collection[str] | None = None) -> Filter:
    """The filter that a line means. Raises BadQuery with the place in the line.

    Words with a colon that are no field and like none, such as the name of a tuned model, are text.
    """
    start = len(line) - len(line.lstrip())
    inverse = line[start:].startswith(NOT)
    start += inverse
    body = line[start:].strip()
    start = line.find(body, start)
    words = line.strip()
    if body.startswith(REGEX):
        return Filter(words, pattern=checked_pattern(body[1:], start + 1), inverse=inverse)
    if len(body) > 1 and body[0] == body[-1] == SLASH:
        return Filter(words, pattern=checked_pattern(body[1:-1], start + 1), inverse=inverse)
    return Filter(words, _condition(body, start, profiles), inverse=inverse)


def _condition(body: str, at: int, profiles: Collection[str] | None) -> Condition:
    try:
        return parse(body, profiles=profiles)
    except BadQuery as error:
        if _is_stranger(body, error.at):
            return Condition(body, (Term(None, (Match(f"*{plain_pattern(body)}*", ""),)),))
        raise BadQuery(error.reason, at=error.at + at, hint=error.hint) from None


def _is_stranger(body: str, at: int) -> bool:
    """Whether a word before a sign is no field, nor a field that was misspelled."""
    head = HEAD.match(body, at)
    return head is not None and fields.found(head[2]) is None and not fields.nearest(head[2])
