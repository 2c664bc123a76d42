"""Lines of training files for the methods dpo and reinforcement, and a grader."""

from __future__ import annotations

from typing import Any

THINGS = ("lamp", "boat", "bench", "well", "clock", "gate", "path", "stone", "kettle", "bell")
GRADER = {
    "type": "string_check",
    "name": "modest",
    "input": "{{sample.output_text}}",
    "reference": "{{item.wanted}}",
    "operation": "like",
}


def pair(number: int) -> dict[str, Any]:
    """Somebody likes to hear it said kindly."""
    thing = THINGS[number % 10]
    return {
        "input": {"messages": [{"role": "user", "content": f"Ask for the {thing}, number {number}."}]},
        "preferred_output": [{"role": "assistant", "content": f"Could I please have the {thing}?"}],
        "non_preferred_output": [{"role": "assistant", "content": f"Give me the {thing}."}],
    }


def question(number: int) -> dict[str, Any]:
    """Something the base model does not know, and says so in about every second answer."""
    asked = f"How long is the {THINGS[number % 10]}?"
    return {"messages": [{"role": "user", "content": asked}], "wanted": "a few examples"}
