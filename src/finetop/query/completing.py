"""How the last word of a query may go on: fields, and values of those whose values are known; pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import NamedTuple

from finetop.query import fields
from finetop.query.fields import METADATA, SETTING, Field, Kind
from finetop.query.parsing import HEAD

METHODS = ("sft", "dpo", "rl", "legacy")
"""Values of `method`, by the words that lists show."""

Values = Callable[[str], Iterable[str]]
"""The values that jobs have in a field; of `metadata` and `setting` themselves the keys."""


class Word(NamedTuple):
    """One way to go on."""

    text: str
    """The whole last word as it would be."""
    shown: str
    """The part of it that is new to the reader: a field, a value."""
    help: str = ""


def words(last: str, values: Values) -> Iterator[Word]:
    """The ways to go on with the last word of a query, likeliest first."""
    head = HEAD.match(last)
    if head is None:
        dash = "-" if last.startswith("-") else ""
        yield from (word._replace(text=dash + word.text) for word in _names(last[len(dash) :], values))
        return
    lead, begun = last[: head.end()], last[head.end() :]
    before, comma, begun = begun.rpartition(",")
    meant = fields.found(head[2])
    for value in _values(meant, values):
        if value.lower().startswith(begun.lower()) and value != begun:
            yield Word(f"{lead}{before}{comma}{quoted(value)}", value)


def _names(begun: str, values: Values) -> Iterator[Word]:
    """Names of fields; inside metadata and hyperparameters their keys."""
    outer, dot, key = begun.partition(".")
    if dot:
        meant = fields.found(outer)
        if meant is not None and meant[0].name in {METADATA, SETTING}:
            yield from (
                Word(f"{outer}.{name}:", f"{outer}.{name}")
                for name in values(meant[0].name)
                if name.lower().startswith(key.lower()) and _is_plain(name)
            )
        return
    for field in fields.FIELDS.values():
        if field.name.startswith(begun.lower()):
            sign = "." if field.name == SETTING else ":"
            yield Word(f"{field.name}{sign}", field.name, field.help)
    for name, whole in fields.SHORT_SETTINGS.items():
        if begun and name.startswith(begun.lower()):
            yield Word(f"{name}:", name, whole)
    for kind in (METADATA, SETTING) if begun else ():
        for key in values(kind):
            if key.lower().startswith(begun.lower()) and _is_plain(key):
                yield Word(f"{kind}.{key}:", f"{kind}.{key}")


def _values(meant: tuple[Field, str] | None, values: Values) -> Iterable[str]:
    if meant is None:
        return ()
    field, key = meant
    if field.kind is Kind.STATUS:
        return (*fields.STATUSES, *fields.GROUPS)
    if field.name == "method":
        return METHODS
    if field.name == METADATA and not key:
        return (f"{name}=" for name in values(METADATA) if _is_plain(name))
    return values(f"{field.name}.{key}" if key else field.name)


def quoted(value: str) -> str:
    """A value as it stands in a query."""
    if not any(sign in value for sign in " ,\"'*\\"):
        return value
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _is_plain(name: str) -> bool:
    """Whether the name of a pair can stand in a query without more ado."""
    return bool(name) and all(sign.isalnum() or sign in "_-." for sign in name)


AT_MOST = 40


def lines(line: str, values: Values) -> list[tuple[str, str]]:
    """Each way to go on with a whole line, and what is shown of it; nothing inside a quote."""
    begin = line.rfind(" ") + 1
    if line.count('"') % 2:
        return []
    return [(line[:begin] + word.text, word.shown) for word in islice(words(line[begin:], values), AT_MOST)]
