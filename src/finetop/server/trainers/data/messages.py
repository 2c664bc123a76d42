"""One turn of a conversation, as training files write it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from finetop.server.trainers.data.lines import BadExample

ROLES = {"system": "system", "developer": "system", "user": "user", "assistant": "assistant"}
TOOL_KEYS = ("tools", "functions", "tool_calls", "function_call")
PART_KINDS = {"image_url": "images", "input_image": "images", "input_audio": "audio", "file": "files"}


@dataclass(frozen=True)
class Message:
    """One turn; only assistant turns with `trained` give a loss."""

    role: str
    content: str
    trained: bool = False


def trained_bytes(messages: tuple[Message, ...]) -> int:
    """How many bytes of these messages give a loss."""
    return sum(len(message.content.encode()) for message in messages if message.trained)


def conversation(turns: object, number: int, name: str) -> tuple[Message, ...]:
    """The messages of a list that has to have some; raises BadExample."""
    if not isinstance(turns, list) or not turns:
        raise BadExample(number, "bad_messages", f'"{name}" must be a list with something in it')
    return tuple(message(turn, number) for turn in turns)


def refuse_tools(record: dict[str, Any], number: int) -> None:
    """Raise BadExample where a line offers tools."""
    for key in TOOL_KEYS:
        if record.get(key):
            raise BadExample(number, "unsupported_content", f'"{key}" is set; tools cannot be trained here')


def message(turn: object, number: int) -> Message:
    """One turn; raises BadExample."""
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
    return encodable(content, number, f"the content of a {role} message")


def encodable(text: str, number: int, what: str) -> str:
    """Text that can be written as UTF-8; raises BadExample."""
    try:
        text.encode()
    except UnicodeEncodeError:
        reason = f"{what} has half of a character (a lone surrogate)"
        raise BadExample(number, "bad_content", reason) from None
    return text
