"""What a worker measured at a step, under the names the API has for it."""

from __future__ import annotations

import math
from typing import Any

NAMES = {
    "epoch": "epoch",
    "elapsed_tokens": "trained_tokens",
    "lr": "learning_rate",
    "train_loss": "train_loss",
    "train_accuracy": "train_mean_token_accuracy",
    "train_margin": "train_reward_margin",
    "valid_loss": "valid_loss",
    "valid_accuracy": "valid_mean_token_accuracy",
    "valid_margin": "valid_reward_margin",
    "full_valid_loss": "full_valid_loss",
    "full_valid_accuracy": "full_valid_mean_token_accuracy",
    "full_valid_margin": "full_valid_reward_margin",
    "train_reward": "train_mean_reward",
    "valid_reward": "valid_mean_reward",
    "full_valid_reward": "full_valid_mean_reward",
    "completion_tokens": "completion_tokens_mean",
}
"""Our name of a measurement, and the API's; a preference job counts pairs ranked right as its accuracy."""

SAID = {
    "train_loss": "training loss",
    "valid_loss": "validation loss",
    "full_valid_loss": "full validation loss",
    "train_reward": "training reward",
    "valid_reward": "validation reward",
    "full_valid_reward": "full validation reward",
}
_REWARDS = {"train_reward": "train_reward_mean", "valid_reward": "valid_reward_mean"}


def of_checkpoint(line: dict[str, Any]) -> dict[str, Any]:
    """The measurements of a worker's line, by name; what was not measured, or is no number, is left out."""
    found = {"step": line["step"]}
    if "total_steps" in line:
        found["total_steps"] = line["total_steps"]
    for ours, theirs in NAMES.items():
        value = _number(line, ours)
        if value is not None:
            found[theirs] = value
    return found


def of_event(line: dict[str, Any]) -> dict[str, Any]:
    """The same for an event; rewards are told a second time, nested, as reinforcement jobs have them."""
    found = of_checkpoint(line)
    if _number(line, "train_reward") is None:
        return found
    scores: dict[str, Any] = {
        theirs: value for ours, theirs in _REWARDS.items() if (value := _number(line, ours)) is not None
    }
    samples = {}
    if (tokens := _number(line, "completion_tokens")) is not None:
        samples["train_completion_tokens_mean"] = tokens
    return found | {
        "scores": {**scores, "graders": []},
        "usage": {"samples": samples, "graders": []},
        "errors": {"graders": []},
        "timing": {"step": line.get("timing") or {}, "graders": []},
    }


def sentence(line: dict[str, Any]) -> str:
    """What goes with a metrics event."""
    told = [f"{word}={line[key]:.2f}" for key, word in SAID.items() if line.get(key) is not None]
    return f"Step {line['step']}/{line['total_steps']}: {', '.join(told)}"


def _number(line: dict[str, Any], name: str) -> int | float | None:
    value = line.get(name, line.get(NAMES[name]))
    return value if isinstance(value, (int, float)) and math.isfinite(value) else None
