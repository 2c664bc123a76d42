"""What measurements are called: every provider's spelling, and the name under which we keep them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from finetop.models.values import to_measured

_SPELLINGS: Final = {
    "train_loss": "train_loss training_loss loss",
    "valid_loss": "valid_loss validation_loss eval_loss",
    "full_valid_loss": "full_valid_loss full_validation_loss",
    "train_accuracy": "train_mean_token_accuracy training_mean_token_accuracy training_token_accuracy"
    " train_accuracy acc",
    "valid_accuracy": "valid_mean_token_accuracy validation_mean_token_accuracy validation_token_accuracy"
    " valid_accuracy eval_acc",
    "full_valid_accuracy": "full_valid_mean_token_accuracy full_valid_accuracy",
    "rate": "learning_rate lr rate",
    "train_sequence_accuracy": "training_sequence_accuracy",
    "valid_sequence_accuracy": "validation_sequence_accuracy",
    "train_reward": "train_reward_mean train_mean_reward",
    "valid_reward": "valid_reward_mean valid_mean_reward",
    "full_valid_reward": "full_valid_mean_reward full_valid_reward_mean",
    "train_reasoning_tokens": "train_reasoning_tokens_mean reasoning_tokens_mean",
    "valid_reasoning_tokens": "valid_reasoning_tokens_mean",
    "completion_tokens": "completion_tokens_mean",
    "unresponsive_rewards": "mean_unresponsive_rewards",
    "valid_parse_error": "full_valid_mean_parse_error",
}
METRIC_NAMES: Final[dict[str, str]] = {
    word: name for name, words in _SPELLINGS.items() for word in (name, *words.split())
}
"""Every spelling we have met, and our name for it."""

TOKEN_NAMES: Final = (
    "trained_tokens",
    "elapsed_tokens",
    "num_input_tokens_seen",
    "tokens_seen",
    "num_tokens",
)
"""How many tokens were trained on until a step."""

STEP_NAMES: Final = ("step", "current_step", "current_steps", "step_number", "global_step")
_NESTED: Final = (("scores",), ("usage", "samples"))
"""Where reinforcement keeps its means."""
_NO_MEASURE: Final = frozenset((*STEP_NAMES, *TOKEN_NAMES)) | {
    "total_steps",
    "max_steps",
    "epoch",
    "current_epoch",
    "total_epochs",
    "n_epochs",
    "elapsed_time",
    "remaining_time",
    "eta_seconds",
    "progress_percent",
    "percentage",
    "created_at",
    "timestamp",
}
MOST_SERIES: Final = 40
"""A server that names more is not measuring."""
LONGEST_NAME: Final = 60


def measurements(data: Mapping[str, Any]) -> dict[str, float]:
    """Every number measured, by our name for it; what is missing, or no number, is left out."""
    found: dict[str, float] = {}
    for place in (data, *_inside(data)):
        for spelling, value in place.items():
            number = to_measured(value)
            if number is None or spelling in _NO_MEASURE or _not_evaluated(spelling, number):
                continue
            if len(found) < MOST_SERIES and len(spelling) <= LONGEST_NAME:
                found.setdefault(METRIC_NAMES.get(spelling, spelling), number)
    return found


def _inside(data: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    places: list[Mapping[str, Any]] = []
    for path in _NESTED:
        here: Any = data
        for name in path:
            here = here.get(name) if isinstance(here, Mapping) else None
        if isinstance(here, Mapping):
            places.append({name: value for name, value in here.items() if name in METRIC_NAMES})
    return places


def _not_evaluated(spelling: str, number: float) -> bool:
    """LocalAI sends a zero for an evaluation that has not been."""
    return spelling == "eval_loss" and number == 0
