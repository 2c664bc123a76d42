"""How a job trains: its method, hyperparameters and grader, wherever a server keeps them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from finetop.models.values import to_number

if TYPE_CHECKING:
    from finetop.models.folding import Words

Setting = bool | int | float | str | None

_METHODS: Final = {
    "sft": "supervised",
    "supervised": "supervised",
    "dpo": "dpo",
    "rl": "reinforcement",
    "rft": "reinforcement",
    "reinforcement": "reinforcement",
}
_CHOSEN_BY_SERVICE: Final = ("n_epochs", "batch_size", "learning_rate_multiplier")
"""Where -1 stands for `auto`, as on Azure."""

_TOP_LEVEL: Final = {
    name: tuple(spellings.split())
    for name, spellings in {
        "n_epochs": "n_epochs epochs num_epochs",
        "batch_size": "batch_size",
        "learning_rate_multiplier": "learning_rate_multiplier",
        "learning_rate": "learning_rate",
        "prompt_loss_weight": "prompt_loss_weight",
        "warmup_ratio": "warmup_ratio",
        "weight_decay": "weight_decay",
        "max_grad_norm": "max_grad_norm",
        "n_checkpoints": "n_checkpoints",
        "n_evals": "n_evals",
        "context_length": "max_context_length",
        "lora_r": "lora_rank adapter_rank",
    }.items()
}
"""Settings that some servers keep beside the job's other fields."""
_TEXTS: Final = frozenset({"classification_positive_class", "reasoning_effort"})


def settings_of(words: Words) -> tuple[str, dict[str, Setting], dict[str, Any]]:
    """The method's name, its hyperparameters, and what only reinforcement has."""
    kind, inner = _method(words)
    found = _beside(words)
    for more in (words.get("hyperparameters", "hyper_parameters", "hyperparams"), _of(inner)):
        if isinstance(more, Mapping):
            for name, value in _scalars(more).items():
                if value is not None or name not in found:
                    found[name] = value
    grader, shape = inner.get("grader"), inner.get("response_format", inner.get("responseFormat"))
    extra = {
        "grader": grader if isinstance(grader, Mapping) else None,
        "response_format": shape if isinstance(shape, Mapping | str) else None,
    }
    return kind, found, extra


def _method(words: Words) -> tuple[str, Mapping[str, Any]]:
    """The method's name in our words where we have one, and what belongs to it."""
    said = words.get("method", "training_method")
    if isinstance(said, Mapping):
        known = next((name for name in _METHODS if isinstance(said.get(name), Mapping)), None)
        word = str(said.get("type") or said.get("method") or known or "supervised")
        inner = said.get(word)
    else:
        legacy = "legacy" if words.get("object") == "fine-tune" else "supervised"
        plain = words.get("training_type")
        word = said or (plain if isinstance(plain, str) and plain.lower() in _METHODS else legacy)
        inner = None
    word = str(word)
    return _METHODS.get(word.lower(), word), inner if isinstance(inner, Mapping) else {}


def _of(method: Mapping[str, Any]) -> object:
    return method.get("hyperparameters", method.get("hyperParameters"))


def _beside(words: Words) -> dict[str, Setting]:
    """Settings outside of any `hyperparameters`: on the job itself, in its adapter, in its request."""
    found: dict[str, Setting] = {}
    for place in (words.inner("config"), words):
        if not place.raw:
            continue
        for name, spellings in _TOP_LEVEL.items():
            value = place.get(*spellings)
            if isinstance(value, bool | int | float | str):
                found[name] = _setting(name, value)
    adapter = words.get("training_type")
    if isinstance(adapter, Mapping):
        found |= _scalars({("adapter" if name == "type" else name): item for name, item in adapter.items()})
    return found


def _scalars(mapping: Mapping[str, Any]) -> dict[str, Setting]:
    """What can stand in one line each, by its name in snake case."""
    kept: dict[str, Setting] = {}
    for key, value in mapping.items():
        name = _snake(str(key))
        if isinstance(value, list):
            kept[name] = ", ".join(str(item) for item in value if isinstance(item, int | float | str))
        elif value is None or isinstance(value, bool | int | float | str):
            kept[name] = _setting(name, value)
    return kept


def _setting(name: str, value: Setting) -> Setting:
    """A number where the text is one, and `auto` where the service chooses."""
    if isinstance(value, str) and name not in _TEXTS and (number := to_number(value)) is not None:
        value = (
            int(number) if number.is_integer() and "." not in value and "e" not in value.lower() else number
        )
    if name in _CHOSEN_BY_SERVICE and value == -1 and not isinstance(value, bool):
        return "auto"
    return value


_RUNS: Final = {
    name.replace("_", ""): name
    for name in (
        "n_epochs",
        "batch_size",
        "learning_rate_multiplier",
        "prompt_loss_weight",
        "compute_classification_metrics",
        "classification_n_classes",
        "classification_positive_class",
        "classification_betas",
        "reasoning_effort",
        "compute_multiplier",
        "eval_interval",
        "eval_samples",
    )
}


def _snake(name: str) -> str:
    """`nEpochs`, `NEpochs` and `nepochs` as `n_epochs`."""
    plain = name.replace("_", "").lower()
    return _RUNS.get(plain) or re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
