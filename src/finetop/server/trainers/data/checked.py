"""Judges a whole training file before anything waits for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from finetop.server.trainers.data import chat, completions, preference, prompts
from finetop.server.trainers.data.lines import BadExample, Problem, records
from finetop.server.trainers.data.messages import trained_bytes

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from typing import Any

    from finetop.server.graders import Grader
    from finetop.server.trainers.data.kinds import Kind

FEWEST_EXAMPLES = 10


@dataclass(frozen=True)
class Checked:
    """What a file holds; `tokens` are the bytes one epoch trains on, as far as the file tells."""

    examples: int
    tokens: int
    problem: Problem | None


def check(
    path: Path,
    kind: Kind = "chat",
    *,
    stop: Callable[[], bool],
    at_least: int = FEWEST_EXAMPLES,
    grader: Grader | None = None,
) -> Checked:
    """Judge a whole file, holding one line at a time; raises Stopped soon after `stop()` turns true."""
    examples = tokens = 0
    try:
        for number, record in records(path, stop=stop):
            tokens += _judge(record, number, kind, grader)
            examples += 1
    except BadExample as bad:
        return Checked(examples, tokens, bad.problem)
    if not examples:
        return Checked(0, 0, Problem(None, "empty_file", "the file is empty"))
    if examples < at_least:
        found = f"{examples} example{'s' if examples > 1 else ''}"
        problem = Problem(None, "too_few_examples", f"the file has {found}; at least {at_least} are needed")
        return Checked(examples, tokens, problem)
    return Checked(examples, tokens, None)


def _judge(record: dict[str, Any], number: int, kind: Kind, grader: Grader | None) -> int:
    """How many bytes of a line are trained on; raises BadExample."""
    if kind == "preference":
        pair = preference.example(record, number)
        return trained_bytes((pair.preferred, pair.other))
    if kind == "prompts":
        prompt = prompts.example(record, number)
        if grader is not None:
            prompts.refuse_ungradable(prompt, number, grader)
        return 0
    example = completions.example if kind == "completions" else chat.example
    return trained_bytes(example(record, number))
