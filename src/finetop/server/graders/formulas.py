"""Arithmetic over the names of graders, as in `0.7 * exact + 0.3 * max(close, 0.5)`; nothing is executed."""

from __future__ import annotations

import ast
import math
import operator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

LONGEST = 1000
_MOST_NODES = 400
_OPERATORS: dict[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}
_SIGNS: dict[type[ast.unaryop], Callable[[float], float]] = {ast.UAdd: operator.pos, ast.USub: operator.neg}
_MANY: dict[str, Callable[..., float]] = {"min": min, "max": max}
_ONE: dict[str, Callable[[float], float]] = {
    "abs": abs,
    "floor": math.floor,
    "ceil": math.ceil,
    "exp": math.exp,
    "sqrt": math.sqrt,
    "log": math.log,
}


class FormulaError(ValueError):
    """A formula that is no arithmetic over the given names."""


class Formula:
    """One formula, judged once and worked out for each answer; raises FormulaError."""

    def __init__(self, text: str, names: Collection[str]) -> None:
        if len(text) > LONGEST:
            raise FormulaError(f"it has more than {LONGEST} characters")
        try:
            tree = ast.parse(text.strip(), mode="eval")
        except (SyntaxError, ValueError, MemoryError, RecursionError):
            raise FormulaError("it is no formula") from None
        if sum(1 for _ in ast.walk(tree)) > _MOST_NODES:
            raise FormulaError("it is too long")
        _judge(tree.body, names)
        self._tree = tree.body

    def value(self, scores: Mapping[str, float]) -> float:
        """The outcome; raises ArithmeticError or ValueError where there is none, as for a division by 0."""
        found = _worked_out(self._tree, scores)
        if not math.isfinite(found):
            raise OverflowError("the outcome is not finite")
        return found


def _judge(node: ast.expr, names: Collection[str]) -> None:
    match node:
        case ast.Constant(value=int() | float() as number) if not isinstance(number, bool):
            if abs(number) > 1e300:
                raise FormulaError("a number in it is too large")
        case ast.Name(id=name):
            if name not in names:
                raise FormulaError(f"{name} is none of its names: {', '.join(sorted(names))}")
        case ast.UnaryOp(op=sign, operand=inner) if type(sign) in _SIGNS:
            _judge(inner, names)
        case ast.BinOp(left=left, op=sign, right=right) if type(sign) in _OPERATORS:
            _judge(left, names)
            _judge(right, names)
        case ast.Call(func=ast.Name(id=name), args=parts, keywords=[]) if name in _ONE or name in _MANY:
            if not parts or (name in _ONE and len(parts) != 1):
                raise FormulaError(f"{name} takes {'one value' if name in _ONE else 'values'}")
            for part in parts:
                _judge(part, names)
        case _:
            known = ", ".join((*_MANY, *_ONE))
            raise FormulaError(f"only names, numbers, + - * / and {known} may stand in it")


def _worked_out(node: ast.expr, scores: Mapping[str, float]) -> float:
    match node:
        case ast.Constant(value=int() | float() as number):
            return float(number)
        case ast.Name(id=name):
            return scores[name]
        case ast.UnaryOp(op=sign, operand=inner):
            return _SIGNS[type(sign)](_worked_out(inner, scores))
        case ast.BinOp(left=left, op=sign, right=right):
            return _OPERATORS[type(sign)](_worked_out(left, scores), _worked_out(right, scores))
        case ast.Call(func=ast.Name(id=name), args=parts):
            values = [_worked_out(part, scores) for part in parts]
            return float(_MANY[name](values) if name in _MANY else _ONE[name](*values))
    raise FormulaError("it is no formula")  # `_judge` has refused everything else
