"""Puts numbers in the place of "auto"."""

from __future__ import annotations

from typing import Any

BETA = 0.1
SAMPLES = 8
"""Answers that a reinforcement step samples for each question, at a compute multiplier of 1."""

_FEWEST_STEPS = 150
_EVALUATIONS, _EVAL_SAMPLES = 20, 2


def resolve(hyperparameters: dict[str, Any], examples: int, method: str = "supervised") -> dict[str, Any]:
    """Put numbers in the place of "auto" or of nothing; what the user chose stays."""
    per_batch = {"supervised": 500, "dpo": 200, "reinforcement": 50}[method]
    batch_size = _chosen(hyperparameters, "batch_size")
    if batch_size is None:
        batch_size = max(1, min(256, examples // per_batch))
    steps_per_epoch = max(1, -(-examples // int(batch_size)))
    n_epochs = _chosen(hyperparameters, "n_epochs")
    if n_epochs is None:
        n_epochs = max(3, min(10, -(-_FEWEST_STEPS // steps_per_epoch)))
    multiplier = _chosen(hyperparameters, "learning_rate_multiplier")
    found: dict[str, Any] = {
        "n_epochs": int(n_epochs),
        "batch_size": int(batch_size),
        "learning_rate_multiplier": 1.0 if multiplier is None else float(multiplier),
    }
    if method == "dpo":
        found["beta"] = float(_chosen(hyperparameters, "beta") or BETA)
    elif method == "reinforcement":
        found |= _of_reinforcement(hyperparameters, found["n_epochs"] * steps_per_epoch)
    return found


def _of_reinforcement(hyperparameters: dict[str, Any], total_steps: int) -> dict[str, Any]:
    interval = -(-total_steps // _EVALUATIONS)
    return {
        "reasoning_effort": hyperparameters.get("reasoning_effort") or "default",
        "compute_multiplier": float(_chosen(hyperparameters, "compute_multiplier") or 1.0),
        "eval_interval": int(_chosen(hyperparameters, "eval_interval") or interval),
        "eval_samples": int(_chosen(hyperparameters, "eval_samples") or _EVAL_SAMPLES),
    }


def _chosen(hyperparameters: dict[str, Any], name: str) -> int | float | None:
    value = hyperparameters.get(name)
    return None if value is None or value == "auto" else value
