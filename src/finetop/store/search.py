"""A condition as SQL over the job table; what only a drawn row knows is tested on the row."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from finetop.names import MARKER, suffix_in
from finetop.query import Condition, Match, Present, Range, Term
from finetop.query.fields import METADATA, SETTING, TAG

if TYPE_CHECKING:
    from finetop.store.rows import JobRow

_FINAL = "status in ('succeeded', 'failed', 'cancelled')"
_TUNED = "json_extract(form, '$.fine_tuned_model')"
_SUFFIX = "json_extract(form, '$.suffix')"
_STARTED = "coalesce(started_at, created_at)"
_ENDED = (
    f"coalesce(json_extract(form, '$.finished_at'), iif({_FINAL}, json_extract(form, '$.updated_at'), null))"
)
_NAME = f"coalesce({_SUFFIX}, nullif(suffix_in({_TUNED}), ''), id)"
_COLUMNS = {
    "status": "status",
    "raw_status": "json_extract(form, '$.raw_status')",
    "id": "id",
    "name": _NAME,
    "model": "json_extract(form, '$.model')",
    "tuned": _TUNED,
    "suffix": _SUFFIX,
    "method": "json_extract(form, '$.method')",
    "object": "json_extract(form, '$.kind')",
    "error": "coalesce(json_extract(form, '$.error.message'), json_extract(form, '$.error.code'),"
    " iif(status = 'failed', json_extract(said, '$.reason'), null))",
    "organization": "json_extract(form, '$.organization_id')",
    "seed": "json_extract(form, '$.seed')",
    "tokens": "json_extract(form, '$.trained_tokens')",
    "cost": "coalesce(json_extract(said, '$.cost'),"
    " iif(json_extract(form, '$.currency') = 'USD', json_extract(form, '$.cost'), null))",
    # Minus infinity is how the database holds a nan, which is neither more nor less than anything.
    "train_loss": "nullif(train_loss, -9e999)",
    "valid_loss": "nullif(valid_loss, -9e999)",
    "age": ":now - created_at",
    "took": f"iif({_FINAL}, {_ENDED}, :now) - {_STARTED}",
    "created": "created_at",
    "started": "started_at",
    "ended": _ENDED,
    "ends": "ends_at",
    "ends_in": "ends_at - :now",
}
"""Field -> what SQL says for it."""
_ROWS: dict[str, Callable[[JobRow], float | None]] = {
    "step": lambda row: row.step,
    "steps": lambda row: row.total_steps,
    "epoch": lambda row: row.epoch,
    "progress": lambda row: row.done,
    "eta": lambda row: row.eta_s,
}
"""Fields that are reckoned from many others when the row is drawn."""
_LISTS = {
    "file": ("training_files", "validation_files"),
    "result_file": ("result_files",),
}


class Search(NamedTuple):
    """What to ask of SQLite, and what of each row that it then finds."""

    where: str
    bound: Mapping[str, object]
    rest: tuple[Term, ...]

    def holds(self, row: JobRow) -> bool:
        """Whether a row that SQLite found is meant."""
        return all(_holds(term, row) for term in self.rest)


def search(
    condition: Condition, profiles: Mapping[int, str], now: float, connection: sqlite3.Connection
) -> Search:
    """How to find the jobs that a condition means; `now` is a Unix time."""
    connection.create_function("suffix_in", 1, suffix_in, deterministic=True)
    words = _Words(profiles, now)
    here = [term for term in condition.terms if not _is_rest(term)]
    where = " and ".join(words.term(term) for term in here) or "true"
    return Search(where, words.bound, tuple(term for term in condition.terms if _is_rest(term)))


def _is_rest(term: Term) -> bool:
    return term.field is not None and term.field.name in _ROWS


def _holds(term: Term, row: JobRow) -> bool:
    assert term.field is not None
    value = _ROWS[term.field.name](row)
    found = any(
        test.holds(value) if isinstance(test, Range) else value is not None
        for test in term.tests
        if not isinstance(test, Match)
    )
    return found != term.negated


class _Words:
    """Writes SQL; what a person typed is only ever bound."""

    def __init__(self, profiles: Mapping[int, str], now: float) -> None:
        self.bound: dict[str, object] = {"now": now}
        self._profiles = profiles

    def term(self, term: Term) -> str:
        said = " or ".join(self._test(term, test) for test in term.tests)
        return f"not coalesce(({said}), false)" if term.negated else f"({said})"

    def _test(self, term: Term, test: Match | Range | Present) -> str:
        field = term.field
        if field is None:
            return " or ".join(
                self._on(column, test) for column in (_NAME, "id", _COLUMNS["model"], _COLUMNS["tuned"])
            )
        if field.name == "profile":
            cases = " ".join(
                f"when {self._bind(account)} then {self._bind(name)}"
                for account, name in self._profiles.items()
            )
            return self._on(f"(case account {cases} end)" if cases else "null", test)
        if field.name in _LISTS:
            return " or ".join(self._among(f"$.{name}", test) for name in _LISTS[field.name])
        if field.name == METADATA:
            return self._inside("$.metadata", self._bind(term.key), test, f" and key <> '{MARKER}'")
        if field.name == SETTING:
            return self._setting(term.key, test)
        if field.name == TAG:
            return self._tagged(test)
        return self._on(_COLUMNS[field.name], test)

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

    def _inside(self, path: str, key: str, test: Match | Range | Present, also: str = "") -> str:
        """A test of the value that an object holds under a key; a whole one is met to the letter."""
        exact = isinstance(test, Match) and test.plain  # as providers filter
        held = f"value = {self._bind(exact)}" if exact else self._on("value", test)
        return f"exists (select 1 from json_each(form, '{path}') where key = {key}{also} and {held})"

    def _setting(self, names: str, test: Match | Range | Present) -> str:
        """A test of a hyperparameter, or of the first of several that is there."""
        values = ", ".join(
            f"(select value from json_each(form, '$.hyperparameters') where key = {self._bind(name)})"
            for name in names.split("|")
        )
        return self._on(f"coalesce({values}, null)", test)

    def _among(self, path: str, test: Match | Range | Present) -> str:
        """A test of the files of a job."""
        return (
            f"exists (select 1 from json_each(form, '{path}') where"
            f" {self._on(_of_file('id'), test)} or {self._on(_of_file('filename'), test)})"
        )

    def _tagged(self, test: Match | Range | Present) -> str:
        """A word among those of `tag` or `tags`, or the name of a pair."""
        holds = "key in ('tag', 'tags')"
        if isinstance(test, Match):
            word = self._bind(f"% {_like(test.pattern)} %")
            words = f"(' ' || replace(value, ',', ' ') || ' ') like {word} escape '\\'"
            holds = f"iif({holds}, {words}, {self._on('key', test)})"
        return f"exists (select 1 from json_each(form, '$.metadata') where key <> '{MARKER}' and {holds})"

    def _bind(self, value: object) -> str:
        name = f"q{len(self.bound)}"
        self.bound[name] = value
        return f":{name}"


def _of_file(name: str) -> str:
    return f"json_extract(value, '$.{name}')"


_SIGNS = re.compile(r"\\(.)|([*%_])", re.DOTALL)


def _like(pattern: str) -> str:
    """Our stars as SQL's per cent, with SQL's own signs made plain."""

    def sign(found: re.Match[str]) -> str:
        plain, special = found.groups()
        if special == "*":
            return "%"
        return f"\\{plain or special}" if (plain or special) in "%_\\" else plain

    return _SIGNS.sub(sign, pattern)
