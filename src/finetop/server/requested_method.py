"""Judges how a create request wants its model trained; pure."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from finetop.server import graders
from finetop.server.bodies import invalid, whole_number
from finetop.server.faults import ApiFault, shown

if TYPE_CHECKING:
    from collections.abc import Callable

AUTO = "auto"
METHODS = ("supervised", "dpo", "reinforcement")
EFFORTS = ("default", "low", "medium", "high")
_MOST = 2_147_483_647


@dataclass(frozen=True)
class Method:
    """How to train: every hyperparameter of its kind, as asked for or "auto"."""

    kind: str = "supervised"
    hyperparameters: dict[str, Any] = field(default_factory=dict)
    grader: dict[str, Any] | None = None
    """What gives the rewards of a reinforcement job."""
    response_format: dict[str, Any] | None = None


def method(body: dict[str, Any]) -> Method:
    """What the body says; supervised training where it says nothing."""
    if body.get("method") is None:
        return Method("supervised", _hyperparameters(body, {}, "supervised"))
    given = _object(body["method"], "method")
    kind = given.get("type")
    if kind not in METHODS:
        raise invalid("method.type", kind, "supervised, dpo or reinforcement")
    _only_its_own(given, kind)
    where = f"method.{kind}"
    part = _object(given.get(kind), where)
    if kind == "reinforcement":
        return _reinforcement(body, part, where)
    _known(part, ("hyperparameters",), where)
    return Method(kind, _hyperparameters(body, part, kind))


def _reinforcement(body: dict[str, Any], part: dict[str, Any], where: str) -> Method:
    _known(part, ("hyperparameters", "grader", "response_format"), where)
    numbers = _hyperparameters(body, part, "reinforcement")
    if part.get("grader") is None:
        name = f"{where}.grader"
        raise ApiFault(400, f"You have to give {name}.", param=name, code="missing_required_parameter")
    try:
        graders.judged(part["grader"], where=f"{where}.grader")
    except graders.GraderError as error:
        raise ApiFault(400, error.message, param=error.param, code=error.code) from None
    answer = part.get("response_format")
    return Method(
        "reinforcement",
        numbers,
        part["grader"],
        None if answer is None else _object(answer, f"{where}.response_format"),
    )


def _only_its_own(given: dict[str, Any], kind: str) -> None:
    for name, value in given.items():
        if name in METHODS and name != kind and value is not None:
            raise ApiFault(
                400,
                f"method.{name} does not go with the type {kind}.",
                param=f"method.{name}",
                code="invalid_value",
            )
    _known(given, ("type", *METHODS), "method")


def _known(given: dict[str, Any], names: tuple[str, ...], where: str) -> None:
    for name in given:
        if name not in names:
            param = shown(f"{where}.{name}")
            raise ApiFault(400, f"Unknown parameter: {param}.", param=param, code="unknown_parameter")


def _object(value: object, name: str) -> dict[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise invalid(name, value, "an object")
    return value


def _hyperparameters(body: dict[str, Any], part: dict[str, Any], kind: str) -> dict[str, Any]:
    """What the body says in either place; "auto" for the rest."""
    old = _object(body.get("hyperparameters"), "hyperparameters")
    if old and kind != "supervised":
        raise ApiFault(
            400,
            f"hyperparameters belongs to the method supervised; give method.{kind}.hyperparameters.",
            param="hyperparameters",
            code="invalid_value",
        )
    where = f"method.{kind}.hyperparameters"
    new = _object(part.get("hyperparameters"), where)
    rules = _RULES[kind]
    chosen = {**_judged(old, "hyperparameters", rules), **_judged(new, where, rules)}
    missing = {name: "default" if name == "reasoning_effort" else AUTO for name in rules}
    return {**missing, **chosen}


def _judged(
    given: dict[str, Any], where: str, rules: dict[str, Callable[[object, str], Any]]
) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in given.items():
        param = f"{where}.{name}"
        if value is None:
            continue
        if name not in rules:
            raise ApiFault(
                400, f"Unknown hyperparameter: {shown(name)}.", param=shown(param), code="unknown_parameter"
            )
        found[name] = rules[name](value, param)
    return found


def _whole(most: int) -> Callable[[object, str], Any]:
    def judge(value: object, param: str) -> Any:
        return value if value == AUTO else whole_number(value, param, 1, most)

    return judge


def _above(least: float, most: float) -> Callable[[object, str], Any]:
    def judge(value: object, param: str) -> Any:
        if value == AUTO:
            return value
        good = isinstance(value, (int, float)) and not isinstance(value, bool) and least < value <= most
        if not good or not math.isfinite(number := float(value)):  # type: ignore[arg-type]  # `good` says it is a number
            raise invalid(param, value, f'a number above {least:g} and at most {most:g}, or "auto"')
        return number

    return judge


def _effort(value: object, param: str) -> Any:
    if value not in EFFORTS:
        raise invalid(param, value, "default, low, medium or high")
    return value


# Beyond this rate the numbers overflow long before they could teach anything.
_COMMON = {"n_epochs": _whole(50), "batch_size": _whole(256), "learning_rate_multiplier": _above(0, 1e6)}
_RULES: dict[str, dict[str, Callable[[object, str], Any]]] = {
    "supervised": _COMMON,
    "dpo": {**_COMMON, "beta": _above(0, 2)},
    "reinforcement": {
        **_COMMON,
        "reasoning_effort": _effort,
        "compute_multiplier": _above(0.00001, 10),
        "eval_interval": _whole(_MOST),
        "eval_samples": _whole(_MOST),
    },
}
