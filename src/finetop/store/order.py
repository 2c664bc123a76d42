"""A view as SQL over the roster: which jobs, and by what they are ordered; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple
from zlib import crc32

from finetop.views import ACTIVE, FAILED

if TYPE_CHECKING:
    from finetop.query import Condition
    from finetop.views import Sort, View

FOUND = "found_in"
"""The SQL function that looks for the view's regular expression."""
SORTED = "roster_by_"
"""How the names of indexes begin that were made for an order that somebody asked for."""
_UNSETTLED = "pending in ('written', 'sent', 'unsure')"
"""A create that nobody knows the end of, which no view hides."""
# `shown` stands in each part and nowhere else, so that SQLite looks for either by an index of its own.
_ONLY = {
    ACTIVE: f"((shown and {_UNSETTLED}) or (shown and rank < 3))",
    FAILED: f"({_UNSETTLED} or status = 'failed')",
}
_COLUMNS = {
    "name": "lower(name)",
    "model": "lower(model)",
    "method": "method",
    "progress": "share",
    "step": "step",
    "epoch": "epoch",
    "loss": "train_loss",
    "valid": "valid_loss",
    "took": "ended_at - coalesce(started_at, created_at)",
    "age": "-created_at",
    "created": "created_at",
    "started": "started_at",
    "ended": "ended_at",
    "ends": "ends_at",
    "cost": "cost",
    "tokens": "tokens",
    "tuned": "lower(tuned)",
    "suffix": "lower(suffix)",
    "seed": "seed",
    "raw_status": "raw_status",
    "organization": "organization",
    "tag": "coalesce(json_extract(metadata, '$.tag'), json_extract(metadata, '$.tags'))",
    "error": "error",
    "job": "id",
} | {
    # Few sort by these, so that they are looked up in the jobs' own rows.
    name: f"""(select coalesce(json_extract(form, '$.{files}[0].filename'),
        json_extract(form, '$.{files}[0].id'))
        from job where job.account = roster.account and job.id = roster.id)"""
    for name, files in (("file", "training_files"), ("result_file", "result_files"))
}
"""What a column is sorted by; those that are orders of their own are left out."""
_PAIRS = {"metadata": "metadata", "setting": "settings"}
"""Column before the dot -> where the roster keeps such pairs."""


class By(NamedTuple):
    """One of the things that an order goes by."""

    sql: str
    down: bool = False


USUAL = (By("rank"), By("created_at", down=True), By("n"))
"""Active jobs first, then the newest; there is an index of it."""


class Asked(NamedTuple):
    """What to ask of the roster for a view."""

    where: str
    """Which of its lines are wanted."""
    bound: Mapping[str, object]
    by: tuple[By, ...]
    pattern: str = ""
    """What `FOUND` looks for."""
    source: str = "not indexed"
    """Who needs every line is done sooner with the table as it lies, but for an order that has an index."""
    is_everything: bool = False
    """True where every job of these accounts is wanted."""

    @property
    def order_by(self) -> str:
        """The order as SQL."""
        return ", ".join(f"{by.sql}{' desc' if by.down else ''}" for by in self.by)

    @property
    def index_name(self) -> str:
        """What an index of this order is called; empty where there can be none, for it changes with time."""
        if ":" in self.order_by or "select" in self.order_by:
            return ""
        return f"{SORTED}{crc32(self.order_by.encode()):08x}"

    def place(self, values: Sequence[Any]) -> Place:
        """Where a line stands, by what it has of each thing that the order goes by."""
        return Place(tuple((_rank(value), by.down) for value, by in zip(values, self.by, strict=True)))


class Place:
    """A line's place in an order; the smaller comes first, as in SQLite."""

    __slots__ = ("_parts",)

    def __init__(self, parts: tuple[tuple[tuple[int, Any], bool], ...]) -> None:
        self._parts = parts

    def __lt__(self, other: Place) -> bool:
        """Whether this one comes first."""
        for (mine, down), (theirs, _) in zip(self._parts, other._parts, strict=True):
            if mine != theirs:
                return (mine < theirs) != down
        return False


def _rank(value: Any) -> tuple[int, Any]:
    """Nothing comes before numbers, and they before text."""
    if value is None:
        return 0, 0
    return (2, value) if isinstance(value, str) else (1, value)


def asked(view: View, profiles: Mapping[int, str], now: float) -> Asked:
    """What to ask of the roster; `now` is a Unix time."""
    bound: dict[str, object] = {"now": now}
    # The plus keeps SQLite from walking whole accounts.
    accounts = profiles if view.account is None else (view.account,)
    parts = [*(["shown"] if view.only != ACTIVE else ()), f"+account in ({', '.join(map(str, accounts))})"]
    typed = view.filter
    if view.condition:
        parts.append(_meant(view.condition, profiles, now, bound, "said"))
    if typed is not None and typed.condition:
        parts.append(_meant(typed.condition, profiles, now, bound, "typed", inverse=typed.inverse))
    if typed is not None and typed.pattern:
        parts.append(f"({_UNSETTLED} or {'not ' if typed.inverse else ''}{FOUND}(words))")
    if view.only:
        parts.append(_ONLY[view.only])
    return Asked(
        " and ".join(parts),
        bound,
        _by(view.sort, profiles),
        typed.pattern if typed is not None else "",
        _source(view),
        is_everything=not (view.condition or typed is not None or view.only),
    )


def _source(view: View) -> str:
    """Where SQLite is to look; left to itself it takes the slower way of two now and then."""
    if view.only == ACTIVE:
        return ""
    has_words = view.condition or view.filter is not None
    return "not indexed" if view.sort.column or has_words else "indexed by roster_order"


def _meant(
    condition: Condition,
    profiles: Mapping[int, str],
    now: float,
    bound: dict[str, object],
    prefix: str,
    *,
    inverse: bool = False,
) -> str:
    from finetop.store.search import search  # noqa: PLC0415 - a list without a query waits for none of it

    found = search(condition, profiles, now, prefix=prefix)
    bound.update(found.bound)
    where = f"not coalesce(({found.where}), false)" if inverse else found.where
    return f"({_UNSETTLED} or ({where}))"


def _by(sort: Sort, profiles: Mapping[int, str]) -> tuple[By, ...]:
    if not sort.column:
        return tuple(By(by.sql, by.down != sort.reverse) for by in USUAL)
    if sort.column == "status":
        return (By("rank", sort.reverse), By("status", sort.reverse), *USUAL[1:])
    value = _value(sort.column, profiles)
    if value is None:
        return USUAL
    return (By(f"{value} is null"), By(value, sort.reverse), *USUAL[1:])


def _value(column: str, profiles: Mapping[int, str]) -> str | None:
    """What a column is sorted by; None for one that nobody knows."""
    kind, dot, key = column.partition(".")
    if dot and kind in _PAIRS:
        return pair(kind, key)
    if column == "eta":
        from finetop.store.search import ETA  # noqa: PLC0415 - as in `_meant`

        return ETA
    if column == "profile":
        names = sorted(profiles.values(), key=str.lower)
        cases = " ".join(f"when {account} then {names.index(name)}" for account, name in profiles.items())
        return f"(case account {cases} end)"
    return _COLUMNS.get(column)


def pair(kind: str, key: str) -> str:
    """The value that a job has under a key of its metadata or settings; of a setting also by a short name."""
    keys = [key]
    if kind == "setting":
        from finetop.query.fields import SETTINGS  # noqa: PLC0415 - as in `_meant`

        keys = SETTINGS.get(key, key).split("|")
    return f"coalesce({', '.join(_under(name, _PAIRS[kind]) for name in keys)}, null)"


def _under(key: str, pairs: str) -> str:
    # In the words themselves, for an index knows nothing that is bound.
    if {'"', "\\"} & set(key):  # no path can name it
        return f"(select value from json_each({pairs}) where key = {_quoted(key)})"
    path = _quoted(f'$."{key}"')
    return f"json_extract({pairs}, {path})"


def _quoted(words: str) -> str:
    return "'" + words.replace("'", "''").replace("\0", "") + "'"
