"""From a TOML table to a frozen value: the fields of its class say what may stand in the table."""

from __future__ import annotations

import math
import types
import typing
from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from typing import Any, NamedTuple, TypeVar

Value = TypeVar("Value")
Place = tuple[str | int, ...]
"""The names and numbers that lead to a value: `("profiles", "openai", "key_env")`."""


class Complaint(NamedTuple):
    """What is wrong at one place of a file."""

    place: Place
    said: str
    hint: str = ""


class Kind(NamedTuple):
    """What may stand at a field: how a value is known, and how it is called."""

    fits: Callable[[Any], bool]
    called: str
    made: Callable[[Any], Any] = lambda value: value


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_number(value: object) -> bool:
    return _is_whole(value) or (isinstance(value, float) and math.isfinite(value))


_KINDS: Mapping[Any, Kind] = {
    str: Kind(_is_text, "text in quotes"),
    bool: Kind(lambda value: isinstance(value, bool), "true or false"),
    int: Kind(_is_whole, "a whole number"),
    float: Kind(_is_number, "a number", float),
    tuple[str, ...]: Kind(
        lambda value: isinstance(value, list) and all(map(_is_text, value)),
        'a list of texts, such as ["pass", "openai"]',
        tuple,
    ),
    Mapping[str, str]: Kind(
        lambda value: isinstance(value, dict) and all(map(_is_text, value.values())),
        'a table of texts, such as { name = "value" }',
        dict,
    ),
}


def settings_of(kind: type) -> dict[str, Field[Any]]:
    """The settings of a class: its fields but for `name`, which a table's own heading gives."""
    assert is_dataclass(kind)
    return {field.name: field for field in fields(kind) if field.name != "name"}


def read_table(
    kind: type[Value], table: object, place: Place, complaints: list[Complaint], **given: Any
) -> Value:
    """The table as a value; what cannot be read there is complained about and keeps its default."""
    known, hints = settings_of(kind), types_of(kind)
    values: dict[str, Any] = {}
    if not isinstance(table, dict):
        complaints.append(Complaint(place, f"{place[-1]} must be a table", f"Write [{_dotted(place)}]."))
        table = {}
    for name, written in table.items():
        here = (*place, name)
        if name not in known:
            said, hint = unknown("setting", name, known)
            complaints.append(Complaint(here, said, hint))
            continue
        found = _read(hints[name], known[name], written, here, complaints)
        if found is not MISSING:
            values[name] = found
    missing = [name for name, field in known.items() if name not in values and is_needed(field)]
    for name in missing:
        values[name] = ""
        if name not in table:
            complaints.append(Complaint(place, f"{name} is missing", f"Write {name} = ..."))
    return kind(**given, **values)


def types_of(kind: type) -> dict[str, Any]:
    """The type of each field; of `X | None` only X, for TOML has no word for nothing."""
    found = typing.get_type_hints(kind)
    return {name: _plain(hint) for name, hint in found.items()}


def item_of(hint: Any) -> type | None:
    """The class of the tables in a list of tables; None for every other type."""
    arguments = typing.get_args(hint)
    is_list = typing.get_origin(hint) is tuple and len(arguments) == 2 and is_dataclass(arguments[0])
    return arguments[0] if is_list else None


def is_needed(field: Field[Any]) -> bool:
    """Whether a field has no default."""
    return field.default is MISSING and field.default_factory is MISSING


def checked(hint: Any, field: Field[Any], value: Any) -> tuple[Any, str, str]:
    """A value as its field keeps it, and where it cannot be that, a complaint and a hint."""
    kind = _KINDS[hint]
    if not kind.fits(value):
        return MISSING, f"{field.name} must be {kind.called}", ""
    choices = field.metadata.get("choices")
    if choices is not None:
        strange = [one for one in (value if isinstance(value, list) else [value]) if one not in choices]
        if strange:
            said, hint = unknown(field.name, strange[0], choices)
            said = f"{field.name} cannot hold {strange[0]}" if isinstance(value, list) else said
            return MISSING, said, hint
    least = field.metadata.get("least")
    if least is not None and value < least:
        return MISSING, f"{field.name} must be at least {least}", ""
    return kind.made(value), "", ""


def unknown(what: str, written: str, known: Iterable[str]) -> tuple[str, str]:
    """That there is no such thing, and which one may have been meant."""
    names = [name for name in known if name]
    meant = nearest(written, names)
    return f"there is no {what} {written}", f"Use {meant}." if meant else f"Use one of {', '.join(names)}."


def nearest(written: str, names: Iterable[str]) -> str:
    """The name that looks most like what was written; empty where none does."""
    import difflib  # noqa: PLC0415 - only mistakes need it

    by_lower = {name.lower(): name for name in names}
    alike = difflib.get_close_matches(written.lower(), by_lower, n=1, cutoff=0.6)
    return by_lower[alike[0]] if alike else ""


def _read(hint: Any, field: Field[Any], written: Any, place: Place, complaints: list[Complaint]) -> Any:
    if is_dataclass(hint):
        return read_table(hint, written, place, complaints)  # type: ignore[arg-type]  # it is a class here
    item = item_of(hint)
    if item is None:
        found, said, advice = checked(hint, field, written)
        if said:
            complaints.append(Complaint(place, said, advice))
        return found
    if not isinstance(written, list):
        said = f"{field.name} must be a list of tables"
        complaints.append(Complaint(place, said, f"Write [[{_dotted(place)}]]."))
        return MISSING
    return tuple(read_table(item, table, (*place, at), complaints) for at, table in enumerate(written))


def _plain(hint: Any) -> Any:
    if typing.get_origin(hint) not in {typing.Union, types.UnionType}:
        return hint
    (plain,) = (part for part in typing.get_args(hint) if part is not type(None))
    return plain


def _dotted(place: Place) -> str:
    return ".".join(str(part) for part in place if isinstance(part, str))
