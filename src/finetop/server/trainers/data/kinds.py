"""The kinds of training files, told apart by what their lines hold."""

from __future__ import annotations

from typing import Any, Literal, NoReturn

from finetop.server.trainers.data.lines import BadExample

Kind = Literal["chat", "preference", "prompts", "completions"]

_WANTED: dict[Kind, tuple[str, str]] = {
    "chat": ("messages", 'supervised training reads "messages"'),
    "preference": (
        "input",
        'preference training reads "input", "preferred_output" and "non_preferred_output"',
    ),
    "prompts": ("messages", 'reinforcement training reads "messages" that end with a question'),
    "completions": ("prompt", 'a fine-tune of the older kind reads "prompt" and "completion"'),
}
"""The first key a line needs, and what its trainer reads."""


def kind_for(method: str, *, legacy: bool) -> Kind:
    """The kind of file that a job of this method reads."""
    if legacy:
        return "completions"
    kinds: dict[str, Kind] = {"dpo": "preference", "reinforcement": "prompts"}
    return kinds.get(method, "chat")


def refuse_other(record: dict[str, Any], number: int, wanted: Kind) -> NoReturn:
    """Raise BadExample for a line without its first key, and say what it seems to be instead."""
    key, reads = _WANTED[wanted]
    if "preferred_output" in record or "preferred_completion" in record:
        reason = f"holds a preference pair; {reads}"
    elif "prompt" in record and wanted == "chat":
        reason = 'has "prompt" instead of "messages"; this trainer reads chat examples'
    elif "prompt" in record and "completion" in record:
        reason = f"holds a prompt and its completion; {reads}"
    elif "messages" in record:
        reason = f"holds chat messages; {reads}"
    else:
        reason = f'"{key}" is missing'
    raise BadExample(number, f"no_{key}", reason)
