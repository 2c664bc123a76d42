"""Examples of the older kind: a prompt and its completion."""

from __future__ import annotations

from typing import Any

from finetop.server.trainers.data.kinds import refuse_other
from finetop.server.trainers.data.lines import BadExample
from finetop.server.trainers.data.messages import Message, encodable


def example(record: dict[str, Any], number: int) -> tuple[Message, ...]:
    """The prompt as a question, also an empty one, and the completion as its answer; raises BadExample."""
    if record.get("prompt") is None:
        refuse_other(record, number, "completions")
    prompt = _text(record, "prompt", number)
    if record.get("completion") is None:
        raise BadExample(number, "no_completion", '"completion" is missing')
    completion = _text(record, "completion", number)
    if not completion:
        raise BadExample(number, "empty_answer", '"completion" is empty')
    return (Message("user", prompt), Message("assistant", completion, trained=True))


def _text(record: dict[str, Any], name: str, number: int) -> str:
    text = record[name]
    if not isinstance(text, str):
        raise BadExample(number, "bad_content", f'"{name}" is not a string')
    return encodable(text, number, f'"{name}"')
