"""The settings file as JSON Schema, for editors: made from the classes that it is read into."""

from __future__ import annotations

import ast
import inspect
import typing
from collections.abc import Mapping
from dataclasses import MISSING, is_dataclass
from typing import Any

from finetop.config.keymap import Keys, Wish
from finetop.config.profile import Profile
from finetop.config.settings import Settings
from finetop.config.tables import is_needed, item_of, settings_of, types_of

_KEYS: dict[str, Any] = {
    "description": "A key, several, or none.",
    "type": ["string", "array"],
    "items": {"type": "string"},
}
_TYPES: dict[Any, dict[str, Any]] = {
    str: {"type": "string"},
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    float: {"type": "number"},
    tuple[str, ...]: {"type": "array", "items": {"type": "string"}},
    Mapping[str, str]: {"type": "object", "additionalProperties": {"type": "string"}},
    Mapping[str, Wish]: {"type": "object", "additionalProperties": _KEYS},
}


def json_schema() -> dict[str, Any]:
    """JSON Schema, draft 2020-12, of `config.toml` read as JSON."""
    file = _table(Settings)
    profiles = {
        "type": "object",
        "description": "One table for each account, under the name it is called by.",
        "propertyNames": {"pattern": "^[A-Za-z0-9][A-Za-z0-9_.-]{0,31}$"},
        "additionalProperties": _table(Profile),
    }
    file["properties"]["keys"] = _keys()
    return {
        **file,
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "finetop's config.toml",
        "properties": {"profiles": profiles, **file["properties"]},
    }


def _keys() -> dict[str, Any]:
    """The table of keys: an action's id stands beside the settings, with or without quotes around it."""
    table = _table(Keys)
    wishes = table["properties"].pop("wishes")
    return {**table, "additionalProperties": {"anyOf": [_KEYS, wishes]}}


def says(kind: type) -> dict[str, str]:
    """The sentence under each field of a class, which Python itself does not keep."""
    (tree,) = ast.parse(inspect.getsource(kind)).body
    assert isinstance(tree, ast.ClassDef)
    found = {}
    for above, below in zip(tree.body, tree.body[1:], strict=False):
        if isinstance(above, ast.AnnAssign) and isinstance(above.target, ast.Name):
            match below:
                case ast.Expr(ast.Constant(str() as sentence)):
                    found[above.target.id] = inspect.cleandoc(sentence)
    return found


def _table(kind: type) -> dict[str, Any]:
    known, hints, sentences = settings_of(kind), types_of(kind), says(kind)
    properties = {}
    for name, option in known.items():
        what = _value(hints[name])
        choices = option.metadata.get("choices")
        if choices is not None:
            what.get("items", what)["enum"] = list(choices)
        if "least" in option.metadata:
            what["minimum"] = option.metadata["least"]
        if name in sentences:
            what = {"description": sentences[name], **what}
        if option.default is not MISSING:
            what["default"] = list(option.default) if isinstance(option.default, tuple) else option.default
        properties[name] = what
    needed = [name for name, option in known.items() if is_needed(option)]
    about = (inspect.getdoc(kind) or "").partition("\n")[0]
    table = {"type": "object", "description": about, "properties": properties, "additionalProperties": False}
    return {**table, "required": needed} if needed else table


def _value(hint: Any) -> dict[str, Any]:
    item = item_of(hint)
    if item is not None:
        return {"type": "array", "items": _table(item)}
    if is_dataclass(hint):
        return _table(typing.cast("type", hint))
    return {key: dict(value) if isinstance(value, dict) else value for key, value in _TYPES[hint].items()}
