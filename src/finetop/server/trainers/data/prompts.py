"""Reinforcement examples: a question, and free keys that a grader may ask for as `item`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from finetop.server.trainers.data.kinds import refuse_other
from finetop.server.trainers.data.lines import BadExample
from finetop.server.trainers.data.messages import Message, conversation, refuse_tools

if TYPE_CHECKING:
    from finetop.server.graders import Grader


@dataclass(frozen=True)
class Prompt:
    """What is asked, and what the grader knows of it."""

    messages: tuple[Message, ...]
    item: dict[str, Any]


def example(record: dict[str, Any], number: int) -> Prompt:
    """The question of one line; raises BadExample."""
    refuse_tools(record, number)
    if record.get("messages") is None:
        refuse_other(record, number, "prompts")
    messages = conversation(record["messages"], number, "messages")
    if messages[-1].role == "assistant":
        reason = (
            "ends with the assistant; a reinforcement example ends with the user's question, "
            "and the grader judges the answer"
        )
        raise BadExample(number, "answer_given", reason)
    if messages[-1].role != "user":
        raise BadExample(number, "no_question", "the last message must be from the user")
    return Prompt(messages, record)


def refuse_ungradable(prompt: Prompt, number: int, grader: Grader) -> None:
    """Raise BadExample where the grader names a key that this line has not."""
    if "invalid_variable_error" in grader.graded("", prompt.item).errors:
        reason = "the grader asks for an item that this line does not have"
        raise BadExample(number, "missing_item", reason)
