"""Which graders there are, what they must say, and how they are put to an answer."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, Protocol

from finetop.server.graders.formulas import Formula, FormulaError
from finetop.server.graders.similarity import LONGEST_TEXT, MEASURES
from finetop.server.graders.templates import (
    MissingValueError,
    Template,
    UnknownPlaceError,
    UnreadableSampleError,
)

LONGEST_NAME = 256
MOST_GRADERS = 16
_OPERATIONS = ("eq", "ne", "like", "ilike")
_HERE = "string_check, text_similarity and multi"
_NOT_HERE = {
    "python": "it would run foreign code",
    "score_model": "there is no model here that could judge",
    "label_model": "there is no model here that could judge",
}


class GraderError(ValueError):
    """A grader that cannot be used; `param` is the place that is wrong."""

    def __init__(self, message: str, param: str, code: str = "invalid_grader") -> None:
        super().__init__(message)
        self.message = message
        self.param = param
        self.code = code


@dataclass(frozen=True)
class Graded:
    """What a grader says of one answer."""

    reward: float
    """0 where something went wrong."""
    errors: frozenset[str] = frozenset()
    """What went wrong, by the names of the flags in the API's answer."""
    sub_rewards: dict[str, float] = field(default_factory=dict)
    """Of a multi grader: the reward of each part."""


class Grader(Protocol):
    """Puts a number on answers."""

    name: str
    type: str

    def graded(self, sample_text: str, item: dict[str, Any]) -> Graded:
        """The reward for an answer to an item, and what went wrong; never raises."""

    def score(self, sample_text: str, item: dict[str, Any]) -> float:
        """The reward alone."""


class _Comparing:
    """Compares two templates once they are filled in."""

    type = ""

    def __init__(self, name: str, text: Template, reference: Template, how: str) -> None:
        self.name = name
        self._text = text
        self._reference = reference
        self._how = how

    def graded(self, sample_text: str, item: dict[str, Any]) -> Graded:
        """The reward for one answer."""
        try:
            text = self._text.filled(sample_text, item)
            reference = self._reference.filled(sample_text, item)
        except MissingValueError:
            return Graded(0.0, frozenset({"invalid_variable_error"}))
        except UnreadableSampleError:
            return Graded(0.0, frozenset({"sample_parse_error"}))
        return self._compared(text, reference)

    def score(self, sample_text: str, item: dict[str, Any]) -> float:
        """The reward alone."""
        return self.graded(sample_text, item).reward

    def _compared(self, text: str, reference: str) -> Graded:
        raise NotImplementedError


class StringCheck(_Comparing):
    """1 or 0: equal, not equal, or holding the reference with or without regard to case."""

    type = "string_check"

    def _compared(self, text: str, reference: str) -> Graded:
        holds = {
            "eq": text == reference,
            "ne": text != reference,
            "like": reference in text,
            "ilike": reference.casefold() in text.casefold(),
        }
        return Graded(float(holds[self._how]))


class TextSimilarity(_Comparing):
    """From 0 to 1: how much the text is like the reference."""

    type = "text_similarity"

    def _compared(self, text: str, reference: str) -> Graded:
        cut = max(len(text), len(reference)) > LONGEST_TEXT
        reward = MEASURES[self._how](text[:LONGEST_TEXT], reference[:LONGEST_TEXT])
        return Graded(reward, frozenset({"truncated_observation_error"} if cut else ()))


class Multi:
    """Reckons one reward from those of several graders."""

    type = "multi"

    def __init__(self, name: str, parts: dict[str, Grader], formula: str) -> None:
        self.name = name
        self._parts = parts
        self._formula = Formula(formula, _spellings(parts))

    def graded(self, sample_text: str, item: dict[str, Any]) -> Graded:
        """The outcome of the formula for one answer."""
        found = {name: part.graded(sample_text, item) for name, part in self._parts.items()}
        rewards = {name: graded.reward for name, graded in found.items()}
        errors = frozenset[str]().union(*(graded.errors for graded in found.values()))
        scores = {said: rewards[name] for said, name in _spellings(self._parts).items()}
        try:
            return Graded(self._formula.value(scores), errors, rewards)
        except (ArithmeticError, ValueError):
            return Graded(0.0, errors | {"other_error"}, rewards)

    def score(self, sample_text: str, item: dict[str, Any]) -> float:
        """The reward alone."""
        return self.graded(sample_text, item).reward


def judged(value: object, where: str = "grader") -> Grader:
    """The grader that an object of the API describes; raises GraderError."""
    if not isinstance(value, dict):
        raise GraderError("A grader has to be an object.", where)
    kind = value.get("type")
    if isinstance(kind, str) and kind in _NOT_HERE:
        raise GraderError(
            f"This server has no {kind} graders, as {_NOT_HERE[kind]}; it has {_HERE}.",
            f"{where}.type",
            "unsupported_grader",
        )
    if kind not in ("string_check", "text_similarity", "multi"):
        raise GraderError(f"The type of a grader has to be one of {_HERE}.", f"{where}.type")
    name = _text(value, "name", where)
    if not 1 <= len(name) <= LONGEST_NAME:
        raise GraderError(f"A grader's name has 1 to {LONGEST_NAME} characters.", f"{where}.name")
    if kind == "multi":
        return _multi(value, name, where)
    text, reference = _template(value, "input", where), _template(value, "reference", where)
    if kind == "string_check":
        return StringCheck(name, text, reference, _one_of(value, "operation", _OPERATIONS, where))
    if value.get("evaluation_metric") == "cosine":
        raise GraderError(
            "This server cannot measure cosine, which needs an embedding model; "
            f"it has {', '.join(MEASURES)}.",
            f"{where}.evaluation_metric",
            "unsupported_grader",
        )
    return TextSimilarity(name, text, reference, _one_of(value, "evaluation_metric", tuple(MEASURES), where))


def _multi(value: dict[str, Any], name: str, where: str) -> Grader:
    given = value.get("graders")
    place = f"{where}.graders"
    # The guide has a map of names, the document's example a list, its schema a single one.
    if isinstance(given, dict) and "type" in given and isinstance(given["type"], str):
        parts = _named([_part(given, place)])
    elif isinstance(given, dict):
        parts = {key: _part(part, f"{place}.{key[:64]}") for key, part in given.items()}
    elif isinstance(given, list):
        parts = _named([_part(part, f"{place}[{number}]") for number, part in enumerate(given)])
    else:
        raise GraderError("A multi grader has graders: an object of names and graders.", place)
    if not 1 <= len(parts) <= MOST_GRADERS:
        raise GraderError(f"A multi grader has 1 to {MOST_GRADERS} graders with names of their own.", place)
    try:
        return Multi(name, parts, _text(value, "calculate_output", where))
    except FormulaError as error:
        place = f"{where}.calculate_output"
        raise GraderError(f"calculate_output cannot be used: {error}.", place, "invalid_formula") from None


def _part(value: object, where: str) -> Grader:
    if isinstance(value, dict) and value.get("type") == "multi":
        raise GraderError("A multi grader holds no other multi grader.", f"{where}.type")
    return judged(value, where)


def _named(parts: list[Grader]) -> dict[str, Grader]:
    found = {part.name: part for part in parts}
    return found if len(found) == len(parts) else {}


def _spellings(parts: dict[str, Grader]) -> dict[str, str]:
    """What a formula may call each grader: its name as an identifier, also with `_score`, or its type so."""
    found: dict[str, str] = {}
    for name, part in parts.items():
        plain = re.sub(r"\W", "_", name)
        alone = sum(other.type == part.type for other in parts.values()) == 1
        for said in (plain, f"{plain}_score", *([f"{part.type}_score"] if alone else [])):
            found.setdefault(said, name)
    return found


def _text(value: dict[str, Any], key: str, where: str) -> str:
    text = value.get(key)
    if not isinstance(text, str):
        raise GraderError(f"A {value['type']} grader needs {key}, a string.", f"{where}.{key}")
    return text


def _template(value: dict[str, Any], key: str, where: str) -> Template:
    try:
        return Template(_text(value, key, where))
    except UnknownPlaceError as error:
        raise GraderError(f"{key} cannot be filled in: {error}.", f"{where}.{key}") from None


def _one_of(value: dict[str, Any], key: str, known: tuple[str, ...], where: str) -> str:
    chosen = value.get(key)
    if not isinstance(chosen, str) or chosen not in known:
        raise GraderError(f"{key} has to be one of {', '.join(known)}.", f"{where}.{key}")
    return chosen
