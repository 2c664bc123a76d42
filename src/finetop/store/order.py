"""A view as SQL over the roster: which jobs, and by what they are ordered; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from finetop.views import ACTIVE, FAILED

if TYPE_CHECKING:
    from finetop.query import Condition
    from finetop.views import Sort, View

FOUND = "found_in"
"""The SQL function that looks for the view's regular expression."""
_UNSETTLED = "pending in ('written', 'sent', 'unsure')"
"""A create that nobody knows the end of, which no view hides."""
_ONLY = {ACTIVE: "rank < 3", FAILED: "status = 'failed'"}
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
    """For all but the usual order, who needs every line is done sooner with the table as it lies."""

    @property
    def order_by(self) -> str:
        """The order as SQL."""
        return ", ".join(f"{by.sql}{' desc' if by.down else ''}" for by in self.by)

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
    parts = ["shown", f"+account in ({', '.join(map(str, accounts))})"]
    typed = view.filter
    if view.condition:
        parts.append(_meant(view.condition, profiles, now, bound, "said"))
    if typed is not None and typed.condition:
        parts.append(_meant(typed.condition, profiles, now, bound, "typed", inverse=typed.inverse))
    if typed is not None and typed.pattern:
        parts.append(f"({_UNSETTLED} or {'not ' if typed.inverse else ''}{FOUND}(words))")
    if view.only:
        parts.append(f"({_UNSETTLED} or {_ONLY[view.only]})")
    by = _by(view.sort, profiles, bound)
    source = "not indexed" if view.sort.column else "indexed by roster_order"
    return Asked(" and ".join(parts), bound, by, typed.pattern if typed is not None else "", source)


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


def _by(sort: Sort, profiles: Mapping[int, str], bound: dict[str, object]) -> tuple[By, ...]:
    if not sort.column:
        return tuple(By(by.sql, by.down != sort.reverse) for by in USUAL)
    if sort.column == "status":
        return (By("rank", sort.reverse), By("status", sort.reverse), *USUAL[1:])
    value = _value(sort.column, profiles, bound)
    if value is None:
        return USUAL
    return (By(f"{value} is null"), By(value, sort.reverse), *USUAL[1:])


def _value(column: str, profiles: Mapping[int, str], bound: dict[str, object]) -> str | None:
    """What a column is sorted by; None for one that nobody knows."""
    kind, dot, key = column.partition(".")
    if dot and kind in _PAIRS:
        return pair(kind, key, bound)
    if column == "eta":
        from finetop.store.search import ETA  # noqa: PLC0415 - as in `_meant`

        return ETA
    if column == "profile":
        names = sorted(profiles.values(), key=str.lower)
        cases = " ".join(f"when {account} then {names.index(name)}" for account, name in profiles.items())
        return f"(case account {cases} end)"
    return _COLUMNS.get(column)


def pair(kind: str, key: str, bound: dict[str, object]) -> str:
    """The value that a job has under a key of its metadata or settings; of a setting also by a short name."""
    keys = [key]
    if kind == "setting":
        from finetop.query.fields import SETTINGS  # noqa: PLC0415 - as in `_meant`

        keys = SETTINGS.get(key, key).split("|")
    return f"coalesce({', '.join(_under(name, _PAIRS[kind], bound) for name in keys)}, null)"


def _under(key: str, pairs: str, bound: dict[str, object]) -> str:
    bind = f"pair{len(bound)}"
    if {'"', "\\"} & set(key):  # no path can name it
        bound[bind] = key
        return f"(select value from json_each({pairs}) where key = :{bind})"
    bound[bind] = f'$."{key}"'
    return f"json_extract({pairs}, :{bind})"
