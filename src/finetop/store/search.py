"""A condition as SQL over the roster."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from finetop.names import MARKER
from finetop.query import Condition, Match, Present, Range, Term
from finetop.query.fields import METADATA, SETTING, TAG

ETA = """iif(status in ('succeeded', 'failed', 'cancelled'), null, coalesce(told_s,
    iif(finish_at > :now, finish_at - :now, null), left_s,
    iif(counted and share > 0 and :now >= started_at, (:now - started_at) * (1 - share) / share, null)))"""
"""The seconds left, as `progress` reckons them."""
_COLUMNS = {
    "object": "kind",
    "age": ":now - created_at",
    "took": """iif(status in ('succeeded', 'failed', 'cancelled'), ended_at, :now)
        - coalesce(started_at, created_at)""",
    "created": "created_at",
    "started": "started_at",
    "ended": "ended_at",
    "ends": "ends_at",
    "ends_in": "ends_at - :now",
    "progress": "share",
    "eta": ETA,
}
"""Field -> what SQL says for it, where that is not a column of the field's own name."""
_LISTS = {
    "file": ("training_files", "validation_files"),
    "result_file": ("result_files",),
}


class Search(NamedTuple):
    """What to ask of the roster."""

    where: str
    bound: Mapping[str, object]


def search(condition: Condition, profiles: Mapping[int, str], now: float, *, prefix: str = "q") -> Search:
    """How to find the jobs that a condition means; `now` is a Unix time, `prefix` begins what is bound."""
    words = _Words(profiles, now, prefix)
    where = " and ".join(words.term(term) for term in condition.terms) or "true"
    return Search(where, words.bound)


class _Words:
    """Writes SQL; what a person typed is only ever bound."""

    def __init__(self, profiles: Mapping[int, str], now: float, prefix: str) -> None:
        self.bound: dict[str, object] = {"now": now}
        self._prefix = prefix
        self._profiles = profiles

    def term(self, term: Term) -> str:
        said = " or ".join(self._test(term, test) for test in term.tests)
        return f"not coalesce(({said}), false)" if term.negated else f"({said})"

    def _test(self, term: Term, test: Match | Range | Present) -> str:
        field = term.field
        if field is None:
            return self._anywhere(test)
        if field.name == "profile":
            cases = " ".join(
                f"when {self._bind(account)} then {self._bind(name)}"
                for account, name in self._profiles.items()
            )
            return self._on(f"(case account {cases} end)" if cases else "null", test)
        if field.name in _LISTS:
            return " or ".join(self._among(f"$.{name}", test) for name in _LISTS[field.name])
        if field.name == METADATA:
            return self._inside("metadata", self._bind(term.key), test, f" and key <> '{MARKER}'")
        if field.name == SETTING:
            return self._setting(term.key, test)
        if field.name == TAG:
            return self._tagged(test)
        return self._on(_COLUMNS.get(field.name, field.name), test)

    def _anywhere(self, test: Match | Range | Present) -> str:
        """A test of everything a bare word is looked for in."""
        if isinstance(test, Match) and _INSIDE.fullmatch(test.pattern):
            return self._on("words", test)
        return " or ".join(self._on(column, test) for column in ("name", "id", "model", "tuned"))

    def _on(self, value: str, test: Match | Range | Present) -> str:
        """A test of one value."""
        if isinstance(test, Present):
            return f"{value} is not null"
        if isinstance(test, Match):
            return f"{value} like {self._bind(_like(test.pattern))} escape '\\'"
        bounds = [f"typeof({value}) in ('integer', 'real')"]
        if test.low is not None:
            bounds.append(f"{value} {'>=' if test.low_in else '>'} {self._bind(test.low)}")
        if test.high is not None:
            bounds.append(f"{value} {'<=' if test.high_in else '<'} {self._bind(test.high)}")
        return f"({' and '.join(bounds)})"

    def _inside(self, column: str, key: str, test: Match | Range | Present, also: str = "") -> str:
        """A test of the value that an object holds under a key; a whole one is met to the letter."""
        exact = isinstance(test, Match) and test.plain  # as providers filter
        held = f"value = {self._bind(exact)}" if exact else self._on("value", test)
        return f"exists (select 1 from json_each({column}) where key = {key}{also} and {held})"

    def _setting(self, names: str, test: Match | Range | Present) -> str:
        """A test of a hyperparameter, or of the first of several that is there."""
        values = ", ".join(
            f"(select value from json_each(settings) where key = {self._bind(name)})"
            for name in names.split("|")
        )
        return self._on(f"coalesce({values}, null)", test)

    def _among(self, path: str, test: Match | Range | Present) -> str:
        """A test of the files of a job, which are in its own row: few ask for them."""
        return (
            "(account, id) in (select job.account, job.id from job where exists (select 1 from"
            f" json_each(form, '{path}') where {self._on(_of_file('id'), test)}"
            f" or {self._on(_of_file('filename'), test)}))"
        )

    def _tagged(self, test: Match | Range | Present) -> str:
        """A word among those of `tag` or `tags`, or the name of a pair."""
        holds = "key in ('tag', 'tags')"
        if isinstance(test, Match):
            word = self._bind(f"% {_like(test.pattern)} %")
            words = f"(' ' || replace(value, ',', ' ') || ' ') like {word} escape '\\'"
            holds = f"iif({holds}, {words}, {self._on('key', test)})"
        return f"exists (select 1 from json_each(metadata) where key <> '{MARKER}' and {holds})"

    def _bind(self, value: object) -> str:
        name = f"{self._prefix}{len(self.bound)}"
        self.bound[name] = value
        return f":{name}"


def _of_file(name: str) -> str:
    return f"json_extract(value, '$.{name}')"


_INSIDE = re.compile(r"\*(?:[^\\*]|\\.)*\*", re.DOTALL)
"""A pattern that may begin and end anywhere: what holds of one of several texts holds of them in a row."""
_SIGNS = re.compile(r"\\(.)|([*%_])", re.DOTALL)


def _like(pattern: str) -> str:
    """Our stars as SQL's per cent, with SQL's own signs made plain."""

    def sign(found: re.Match[str]) -> str:
        plain, special = found.groups()
        if special == "*":
            return "%"
        return f"\\{plain or special}" if (plain or special) in "%_\\" else plain

    return _SIGNS.sub(sign, pattern)
