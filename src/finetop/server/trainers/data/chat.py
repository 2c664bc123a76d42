"""Chat examples: messages, of which the assistant's are learned."""

from __future__ import annotations

from typing import Any

from finetop.server.trainers.data.kinds import refuse_other
from finetop.server.trainers.data.lines import BadExample
from finetop.server.trainers.data.messages import Message, conversation, refuse_tools


def example(record: dict[str, Any], number: int) -> tuple[Message, ...]:
    """The messages of one line; raises BadExample."""
    refuse_tools(record, number)
    if record.get("messages") is None:
        refuse_other(record, number, "chat")
    messages = conversation(record["messages"], number, "messages")
    if not any(message.role == "assistant" for message in messages):
        raise BadExample(number, "no_assistant_message", "no assistant message")
    if not any(message.trained for message in messages):
        reason = "nothing to learn: every assistant message has weight 0"
        raise BadExample(number, "nothing_to_learn", reason)
    return messages
