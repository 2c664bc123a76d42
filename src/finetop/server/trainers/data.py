"""Reads chat training files line by line, judges them, and turns "auto" into numbers; needs no numpy."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

LONGEST_LINE = 1 << 20
"""Bytes; one example is held in memory whole, so it must have an end."""

FEWEST_EXAMPLES = 10
LOOK_EVERY = 200
"""Lines between two looks at whether to stop."""

ROLES = {"system": "system", "developer": "system", "user": "user", "assistant": "assistant"}
TOOL_KEYS = ("tools", "functions", "tool_calls", "function_call")
PART_KINDS = {"image_url": "images", "input_image": "images", "input_audio": "audio", "file": "files"}
BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class Problem:
    """Why a file cannot be used; `message` already names the line where there is one."""

    line: int | None
    code: str
    message: str


@dataclass(frozen=True)
class Checked:
    """What a file holds; `tokens` are the bytes one epoch trains on."""

    examples: int
    tokens: int
    problem: Problem | None


@dataclass(frozen=True)
class Message:
    """One turn; only assistant turns with `trained` give a loss."""

    role: str
    content: str
    trained: bool = False


class BadExample(ValueError):
    """A line that cannot be trained on."""

    def __init__(self, line: int, code: str, reason: str) -> None:
        self.problem = Problem(line, code, f"line {line}: {reason}")
        super().__init__(self.problem.message)


class Stopped(Exception):
    """`stop` asked for the end of the reading."""


def check(path: Path, *, stop: Callable[[], bool], at_least: int = FEWEST_EXAMPLES) -> Checked:
    """Judge a whole file, holding one line at a time; raises Stopped soon after `stop()` turns true."""
    examples = tokens = 0
    try:
        for messages in read_examples(path, stop=stop):
            examples += 1
            tokens += trained_bytes(messages)
    except BadExample as bad:
        return Checked(examples, tokens, bad.problem)
    if not examples:
        return Checked(0, 0, Problem(None, "empty_file", "the file is empty"))
    if examples < at_least:
        found = f"{examples} example{'s' if examples > 1 else ''}"
        problem = Problem(None, "too_few_examples", f"the file has {found}; at least {at_least} are needed")
        return Checked(examples, tokens, problem)
    return Checked(examples, tokens, None)


def trained_bytes(messages: tuple[Message, ...]) -> int:
    """How many bytes of these messages give a loss."""
    return sum(len(message.content.encode()) for message in messages if message.trained)


def read_examples(path: Path, *, stop: Callable[[], bool] = lambda: False) -> Iterator[tuple[Message, ...]]:
    """Yield the messages of each line in file order; blank lines count as lines but not as examples."""
    with path.open("rb") as file:
        number = 0
        while raw := file.readline(LONGEST_LINE + 2):
            if number % LOOK_EVERY == 0 and stop():
                raise Stopped
            number += 1
            if raw.strip():
                yield _example(raw, number)


def resolve(hyperparameters: dict[str, Any], examples: int) -> dict[str, int | float]:
    """Put numbers in the place of "auto" or of nothing; what the user chose stays."""
    batch_size = _chosen(hyperparameters, "batch_size")
    if batch_size is None:
        batch_size = max(1, min(256, examples // 500))
    n_epochs = _chosen(hyperparameters, "n_epochs")
    if n_epochs is None:
        steps_per_epoch = max(1, -(-examples // int(batch_size)))
        n_epochs = max(3, min(10, -(-150 // steps_per_epoch)))
    multiplier = _chosen(hyperparameters, "learning_rate_multiplier")
    return {
        "n_epochs": int(n_epochs),
        "batch_size": int(batch_size),
        "learning_rate_multiplier": 1.0 if multiplier is None else float(multiplier),
    }


def _chosen(hyperparameters: dict[str, Any], name: str) -> int | float | None:
    value = hyperparameters.get(name)
    return None if value is None or value == "auto" else value


def _example(raw: bytes, number: int) -> tuple[Message, ...]:
    record = _parsed(raw, number)
    for key in TOOL_KEYS:
        if record.get(key):
            raise BadExample(number, "unsupported_content", f'"{key}" is set; tools cannot be trained here')
    turns = record.get("messages")
    if turns is None:
        _explain_missing_messages(record, number)
    if not isinstance(turns, list) or not turns:
        raise BadExample(number, "bad_messages", '"messages" must be a list with something in it')
    messages = tuple(_message(turn, number) for turn in turns)
    if not any(message.role == "assistant" for message in messages):
        raise BadExample(number, "no_assistant_message", "no assistant message")
    if not any(message.trained for message in messages):
        reason = "nothing to learn: every assistant message has weight 0"
        raise BadExample(number, "nothing_to_learn", reason)
    return messages


def _parsed(raw: bytes, number: int) -> dict[str, Any]:
    if len(raw.rstrip(b"\r\n")) > LONGEST_LINE:
        raise BadExample(number, "line_too_long", "longer than 1 MiB; split the example")
    if raw.startswith(BOM):
        raise BadExample(
            number, "byte_order_mark", "begins with a byte-order mark; save as UTF-8 without one"
        )
    try:
        record = json.loads(raw.decode())
    except UnicodeDecodeError as error:
        raise BadExample(number, "not_utf8", f"not UTF-8 text (byte {error.start + 1})") from None
    except json.JSONDecodeError as error:
        if number == 1 and raw.lstrip().startswith(b"["):
            _refuse_array(number)
        # A lone quote or brace is what a person can look for; Python's own words name it.
        reason = f"not JSON ({error.msg[:1].lower()}{error.msg[1:]} at character {error.colno})"
        raise BadExample(number, "not_json", reason) from None
    except (ValueError, RecursionError):
        reason = "not JSON that can be read: a number too long or brackets too deep"
        raise BadExample(number, "not_json", reason) from None
    if isinstance(record, list) and number == 1:
        _refuse_array(number)
    if not isinstance(record, dict):
        raise BadExample(number, "not_an_object", "not a JSON object")
    return record


def _refuse_array(number: int) -> NoReturn:
    raise BadExample(number, "json_array", "the file is one JSON array; write one JSON object per line")


def _explain_missing_messages(record: dict[str, Any], number: int) -> NoReturn:
    if "prompt" in record:
        reason = 'has "prompt" instead of "messages"; this trainer reads chat examples'
    elif "preferred_output" in record or "preferred_completion" in record:
        reason = 'holds a preference pair; supervised training reads "messages"'
    else:
        reason = '"messages" is missing'
    raise BadExample(number, "no_messages", reason)


def _message(turn: object, number: int) -> Message:
    if not isinstance(turn, dict):
        raise BadExample(number, "bad_message", "a message is not a JSON object")
    role = turn.get("role")
    if role in ("tool", "function") or any(turn.get(key) for key in TOOL_KEYS):
        raise BadExample(number, "unsupported_content", "has a tool message; tools cannot be trained here")
    if not isinstance(role, str) or role not in ROLES:
        shown = json.dumps(role)[:40]
        raise BadExample(number, "bad_role", f"unknown role {shown}; use system, user or assistant")
    content = _content(turn.get("content"), role, number)
    weight = turn.get("weight", 1)
    if role != "assistant":
        return Message(ROLES[role], content)
    if weight not in (0, 1, None):
        raise BadExample(number, "bad_weight", "weight must be 0 or 1")
    if not content:
        raise BadExample(number, "empty_answer", "an assistant message is empty")
    return Message("assistant", content, trained=weight != 0)


def _content(content: object, role: str, number: int) -> str:
    if isinstance(content, list):
        kinds = [part.get("type") for part in content if isinstance(part, dict)]
        for kind in kinds:
            if isinstance(kind, str) and kind in PART_KINDS:
                reason = f"has {PART_KINDS[kind]}, which cannot be trained here"
                raise BadExample(number, "unsupported_content", reason)
    if not isinstance(content, str):
        raise BadExample(number, "bad_content", f"the content of a {role} message is not a string")
    try:
        content.encode()
    except UnicodeEncodeError:
        reason = f"the content of a {role} message has half of a character (a lone surrogate)"
        raise BadExample(number, "bad_content", reason) from None
    return content
