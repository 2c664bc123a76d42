"""What a query comes to: terms that must all hold, each a test of one field."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from finetop.query.fields import Field


class Match(NamedTuple):
    r"""The text is like this: `*` stands for anything, `\*` for a star, capitals count for nothing."""

    pattern: str
    plain: str
    """What was asked for where it is the whole text; empty where it is a part or a pattern."""


class Range(NamedTuple):
    """The number lies between these; None is no bound."""

    low: float | None = None
    high: float | None = None
    low_in: bool = True
    high_in: bool = True

    def holds(self, number: float | None) -> bool:
        """Whether a number lies inside; one that is unknown does not."""
        if number is None or number != number:  # noqa: PLR0124 - nan
            return False
        if self.low is not None and (number < self.low or (number == self.low and not self.low_in)):
            return False
        return self.high is None or not (number > self.high or (number == self.high and not self.high_in))


class Present(NamedTuple):
    """There is a value at all."""


Test = Match | Range | Present


class Term(NamedTuple):
    """One part of a query."""

    field: Field | None
    """None for a bare word, which is looked for in name, id and model."""
    tests: tuple[Test, ...]
    """One of them must hold."""
    negated: bool = False
    key: str = ""
    """Which setting, or which pair of metadata."""


@dataclass(frozen=True, slots=True)
class Condition:
    """Which jobs are meant: those of which all terms hold; without a term it is all jobs."""

    text: str = ""
    """As it was typed."""
    terms: tuple[Term, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.terms)

    @property
    def pairs(self) -> dict[str, str]:
        """The pairs of metadata that each job must bear, which a provider may filter by."""
        found = {}
        for term in self.terms:
            if term.field is None or term.field.name != "metadata" or term.negated or len(term.tests) != 1:
                continue
            (test,) = term.tests
            if isinstance(test, Match) and test.plain:
                found[term.key] = test.plain
        return found

    def bearing(self, pairs: Mapping[str, str]) -> Condition:
        """The same, of jobs that bear these pairs of metadata."""
        from finetop.query.fields import FIELDS, METADATA  # noqa: PLC0415 - they know of each other

        terms = [
            Term(FIELDS[METADATA], (Match(plain_pattern(value), value),), key=key)
            for key, value in pairs.items()
        ]
        words = [self.text, *(f"metadata:{key}={value}" for key, value in pairs.items())]
        return Condition(" ".join(words).strip(), (*self.terms, *terms))


def plain_pattern(text: str) -> str:
    """A pattern that only the text itself is like."""
    return text.replace("\\", "\\\\").replace("*", "\\*")


ALL = Condition()
"""Every job."""
