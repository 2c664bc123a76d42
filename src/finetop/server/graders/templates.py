"""Texts with places for values: `{{item.x}}`, `{{sample.output_text}}`, `{{sample.output_json.x}}`."""

from __future__ import annotations

import json
import re
from typing import Any

_PLACE = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
_KNOWN = "item.NAME, sample.output_text and sample.output_json.NAME"


class UnknownPlaceError(ValueError):
    """A template names something that no answer can ever have."""


class MissingValueError(LookupError):
    """What a template names is not in this item or answer."""


class UnreadableSampleError(ValueError):
    """A template asks for the JSON of an answer that is none."""


class Template:
    """One text, read once and filled in for each answer; raises UnknownPlaceError."""

    def __init__(self, text: str) -> None:
        # Odd pieces are what stands between the braces.
        self._pieces = _PLACE.split(text)
        self._paths = [_path(piece) for piece in self._pieces[1::2]]

    def filled(self, sample: str, item: dict[str, Any]) -> str:
        """The text for one answer; raises MissingValueError or UnreadableSampleError."""
        pieces = list(self._pieces)
        pieces[1::2] = [_value(path, sample, item) for path in self._paths]
        return "".join(pieces)


def _path(inside: str) -> list[str]:
    path = [part.strip() for part in inside.split(".")]
    known = path[0] == "item" or path == ["sample", "output_text"] or path[:2] == ["sample", "output_json"]
    if not known or not all(path) or path == ["item"]:
        raise UnknownPlaceError(f"{{{{{inside.strip()}}}}} is none of {_KNOWN}")
    return path


def _value(path: list[str], sample: str, item: dict[str, Any]) -> str:
    if path[0] == "item":
        return _shown(_followed(item, path[1:], path))
    if path[1] == "output_text":
        return sample
    try:
        parsed = json.loads(sample)
    except (ValueError, RecursionError) as error:
        raise UnreadableSampleError("the answer is not JSON") from error
    return _shown(_followed(parsed, path[2:], path))


def _followed(value: Any, names: list[str], path: list[str]) -> Any:
    for name in names:
        if isinstance(value, dict) and name in value:
            value = value[name]
        elif isinstance(value, list) and name.isdecimal() and len(name) < 7 and int(name) < len(value):
            value = value[int(name)]
        else:
            raise MissingValueError(f"there is no {'.'.join(path)}")
    return value


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
