"""How a model can be trained: the methods, what can be set in each, and what gives a reward; pure."""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from finetop.errors import BadFile, BadInput

METHODS = ("supervised", "dpo", "reinforcement")
AUTO = "auto"
EFFORTS = ("default", "low", "medium", "high")
OPERATIONS = ("eq", "ne", "like", "ilike")
"""How a string_check compares: equal, not equal, holds, holds in letters of either case."""
MOST_GRADER_BYTES = 1 << 20
_WHOLE = re.compile(r"-?[0-9]{1,12}")


@dataclass(frozen=True, slots=True)
class Number:
    """A whole number from `least` on, or any number above it; or `auto`, the provider's choice."""

    kind: type[int | float]
    least: int
    most: int | None = None

    @property
    def span(self) -> str:
        """What it may be, in a few words."""
        if self.kind is int:
            return f"{self.least:,} or more" if self.most is None else f"{self.least:,} to {self.most:,}"
        return f"a number above {self.least}" + ("" if self.most is None else f", at most {self.most}")

    @property
    def unbounded(self) -> Number:
        """Without OpenAI's upper bound: a compatible provider may take more, and has the last word."""
        return replace(self, most=None)

    def read(self, words: str) -> int | float | str:
        """The number in words. Raises BadInput with what it may be."""
        words = words.strip().lower()
        if words == AUTO:
            return AUTO
        number = self._number(words)
        if number is None:
            wanted = f"a whole number, {self.span}" if self.kind is int else self.span
            raise BadInput(f"{words!r} is neither {AUTO} nor {wanted}")
        return number

    def _number(self, words: str) -> int | float | None:
        try:
            if self.kind is int and not _WHOLE.fullmatch(words):
                return None  # int() would take digits of any alphabet
            number = self.kind(words)
        except ValueError:
            return None
        low = number >= self.least if self.kind is int else number > self.least
        high = number <= (1e9 if self.most is None else self.most)
        return number if low and high and math.isfinite(number) else None


@dataclass(frozen=True, slots=True)
class Setting:
    """One hyperparameter: its name for the API, the methods that have it, and what it takes."""

    name: str
    methods: tuple[str, ...]
    takes: Number | tuple[str, ...]
    """A number, or one of these words; the first is what an API takes where nothing is said."""


SETTINGS = (
    Setting("n_epochs", METHODS, Number(int, 1, 50)),
    Setting("batch_size", METHODS, Number(int, 1, 256)),
    Setting("learning_rate_multiplier", METHODS, Number(float, 0)),
    Setting("beta", ("dpo",), Number(float, 0, 2)),
    Setting("reasoning_effort", ("reinforcement",), EFFORTS),
    Setting("compute_multiplier", ("reinforcement",), Number(float, 0, 10)),
    Setting("eval_interval", ("reinforcement",), Number(int, 1)),
    Setting("eval_samples", ("reinforcement",), Number(int, 1)),
)
SEED = Number(int, 0, 2**31 - 1)


def read_grader(path: Path) -> dict[str, Any]:
    """What gives the reward, from a file. Raises BadFile for what is no grader."""
    try:
        if path.stat().st_size > MOST_GRADER_BYTES:
            raise BadFile("is too large for a grader", path=path, hint="Write one grader as a JSON object.")
        found = json.loads(path.read_bytes())
    except OSError as error:
        raise BadFile(f"cannot be read: {error.strerror}", path=path) from error
    except (ValueError, RecursionError) as error:
        raise BadFile("is not JSON", path=path, hint="Write one grader as a JSON object.") from error
    if not isinstance(found, dict) or not isinstance(found.get("type"), str):
        raise BadFile("is not a grader", path=path, hint='Write one JSON object with a "type".')
    return found


def string_check(text: str, reference: str, operation: str) -> dict[str, Any]:
    """A grader that compares two templates."""
    return {
        "type": "string_check",
        "name": "string-check",
        "input": text,
        "reference": reference,
        "operation": operation,
    }
