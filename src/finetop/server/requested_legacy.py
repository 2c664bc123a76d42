"""Judges what a create request of the older API asks for; pure."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from finetop.server.bodies import invalid, text_field, whole_number
from finetop.server.faults import ApiFault, shown

USUAL_EPOCHS = 4
LONGEST_SUFFIX = 40
_MOST_CLASSES = 10_000
_MOST_BETAS = 64
_KEYS = frozenset(
    {
        "training_file",
        "validation_file",
        "model",
        "n_epochs",
        "batch_size",
        "learning_rate_multiplier",
        "prompt_loss_weight",
        "compute_classification_metrics",
        "classification_n_classes",
        "classification_positive_class",
        "classification_betas",
        "suffix",
        "hyperparameters",
    }
)


@dataclass(frozen=True)
class LegacyWishes:
    """How to train, and what is only kept."""

    hyperparameters: dict[str, Any]
    """Numbers or "auto"."""
    kept: dict[str, Any]
    """As asked for; given back among the hyperparams."""
    unheeded: tuple[str, ...]
    """Those of them that were to change something."""


def wishes(body: dict[str, Any]) -> LegacyWishes:
    """What the body says; null is the same as nothing."""
    for key in body:
        if key not in _KEYS:
            raise ApiFault(
                400, f"Unknown parameter: {shown(key)}.", param=shown(key), code="unknown_parameter"
            )
    kept = {name: value for name, value in _classification(body).items() if value is not None}
    weight = body.get("prompt_loss_weight")
    if weight is not None:
        kept["prompt_loss_weight"] = _number(weight, "prompt_loss_weight", 0.0, 1.0)
    batch_size, rate = body.get("batch_size"), body.get("learning_rate_multiplier")
    if rate is not None and not _number(rate, "learning_rate_multiplier", 0.0, 1e6):
        raise invalid("learning_rate_multiplier", rate, "a number above 0")
    numbers = {
        "n_epochs": _epochs(body),
        "batch_size": "auto" if batch_size is None else whole_number(batch_size, "batch_size", 1, 256),
        "learning_rate_multiplier": "auto" if rate is None else float(rate),
    }
    return LegacyWishes(numbers, kept, tuple(name for name, value in kept.items() if value))


def _epochs(body: dict[str, Any]) -> int | str:
    """At the top, or where the last edition of that API has them."""
    part = body.get("hyperparameters")
    if part is not None and (not isinstance(part, dict) or set(part) - {"n_epochs"}):
        raise invalid("hyperparameters", part, "an object with n_epochs")
    inner = (part or {}).get("n_epochs")
    if inner == "auto":
        return "auto"
    if inner is not None:
        return whole_number(inner, "hyperparameters.n_epochs", 1, 50)
    given = body.get("n_epochs")
    return USUAL_EPOCHS if given is None else whole_number(given, "n_epochs", 1, 50)


def _classification(body: dict[str, Any]) -> dict[str, Any]:
    compute = body.get("compute_classification_metrics")
    if not isinstance(compute, bool | None):
        raise invalid("compute_classification_metrics", compute, "true or false")
    classes = body.get("classification_n_classes")
    if classes is not None:
        classes = whole_number(classes, "classification_n_classes", 2, _MOST_CLASSES)
    positive = text_field(body, "classification_positive_class", longest=256)
    betas = body.get("classification_betas")
    if betas is not None:
        if not isinstance(betas, list) or len(betas) > _MOST_BETAS:
            raise invalid("classification_betas", betas, f"a list of at most {_MOST_BETAS} numbers")
        betas = [_number(beta, "classification_betas", 0.0, 1e6) for beta in betas]
    if compute:
        _enough_to_classify(body, classes, positive)
    return {
        "compute_classification_metrics": compute,
        "classification_n_classes": classes,
        "classification_positive_class": positive,
        "classification_betas": betas,
    }


def _enough_to_classify(body: dict[str, Any], classes: int | None, positive: str | None) -> None:
    """Metrics of classes need data to be measured on, and to know the classes."""
    if body.get("validation_file") is None:
        missing = "validation_file"
    elif classes is None and positive is None:
        missing = "classification_n_classes"
    else:
        return
    raise ApiFault(
        400,
        f"compute_classification_metrics needs {missing}.",
        param=missing,
        code="missing_required_parameter",
    )


def _number(value: object, name: str, low: float, high: float) -> float:
    good = isinstance(value, (int, float)) and not isinstance(value, bool) and low <= value <= high
    if not good or not math.isfinite(number := float(value)):  # type: ignore[arg-type]  # `good` says it is a number
        raise invalid(name, value, f"a number from {low:g} to {high:g}")
    return number
