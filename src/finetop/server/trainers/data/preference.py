"""Preference examples: a prompt, the answer that was liked better, and the other one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from finetop.server.trainers.data.kinds import refuse_other
from finetop.server.trainers.data.lines import BadExample
from finetop.server.trainers.data.messages import Message, conversation, message, refuse_tools

# The guide's spelling, and that of the published schema.
_PREFERRED = ("preferred_output", "preferred_completion")
_OTHER = ("non_preferred_output", "non_preferred_completion")


@dataclass(frozen=True)
class Pair:
    """Two answers to the same prompt."""

    prompt: tuple[Message, ...]
    preferred: Message
    other: Message


def example(record: dict[str, Any], number: int) -> Pair:
    """The pair of one line; raises BadExample."""
    asked = record.get("input")
    if asked is None:
        _refuse(record, number)
    if not isinstance(asked, dict):
        raise BadExample(number, "bad_input", '"input" must be an object with "messages"')
    refuse_tools(record, number)
    refuse_tools(asked, number)
    prompt = conversation(asked.get("messages"), number, "input.messages")
    preferred = _answer(record, number, _PREFERRED)
    other = _answer(record, number, _OTHER)
    if preferred.content == other.content:
        raise BadExample(number, "nothing_to_learn", "nothing to learn: both answers are the same")
    return Pair(prompt, preferred, other)


def _refuse(record: dict[str, Any], number: int) -> None:
    if any(name in record for name in (*_PREFERRED, *_OTHER)):
        raise BadExample(number, "no_input", '"input" is missing')
    refuse_other(record, number, "preference")


def _answer(record: dict[str, Any], number: int, names: tuple[str, str]) -> Message:
    name = next((name for name in names if record.get(name) is not None), None)
    if name is None:
        raise BadExample(number, "no_answer", f'"{names[0]}" is missing')
    given = record[name]
    if not isinstance(given, list) or len(given) != 1:
        raise BadExample(number, "bad_answer", f'"{name}" must be a list of one message')
    answer = message(given[0], number)
    if answer.role != "assistant":
        raise BadExample(number, "bad_answer", f'the message of "{name}" must be from the assistant')
    return Message("assistant", answer.content, trained=True)
