"""What a job has measured, as one chooses it: each measure with its training and its validation; pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from finetop import text
from finetop.store.rows import Series

if TYPE_CHECKING:
    from collections.abc import Mapping

    from finetop.store.rows import Curves, JobRow

FIRST: Final = ("loss", "accuracy", "reward", "rate")
"""What everybody asks for, in this order; all else stands behind it by its name."""
_TRAIN, _PART, _FULL = "train_", "valid_", "full_valid_"
_HIGHER: Final = ("accuracy", "reward", "margin", "f1", "auprc", "auroc", "precision", "recall")
_LOWER: Final = ("loss", "error", "perplexity")
_PLURALS: Final = {
    "loss": "losses",
    "accuracy": "accuracies",
    "reward": "rewards",
    "rate": "learning rates",
}


class Measure(NamedTuple):
    """One thing that was measured."""

    name: str
    train: Series = Series()
    valid: Series = Series()

    @property
    def title(self) -> str:
        """As a tab calls it."""
        return title_of(self.name)

    @property
    def higher_is_better(self) -> bool:
        """Whether it shall rise."""
        return any(word in self.name.lower() for word in _HIGHER)

    @property
    def has_best(self) -> bool:
        """Whether one value of it is better than another, as it is not of a learning rate."""
        return self.higher_is_better or any(word in self.name.lower() for word in _LOWER)

    @property
    def is_there(self) -> bool:
        """Whether any of it was measured."""
        return bool(self.train.steps or self.valid.steps)

    @property
    def line_name(self) -> str:
        """What stands at the end of its first line."""
        return self.name if self.name in ("rate", "reward") else "train"

    @property
    def plural(self) -> str:
        """In a sentence: `No losses yet.`"""
        return _PLURALS.get(self.name, f"values of {text.clean(self.title.lower())}")


def title_of(name: str) -> str:
    """The name of a measure as a tab."""
    words = text.clean(name.replace("_", " ").strip()) or "?"
    return words[:1].upper() + words[1:]


def measures(curves: Curves | None) -> dict[str, Measure]:
    """Everything measured of a job, by name: what everybody asks for first."""
    if curves is None:
        return {}
    series = _series_of(curves)
    bases = {_base(name) for name in series}
    names = [*(name for name in FIRST if name in bases), *sorted(bases - set(FIRST))]
    return {name: _measure(name, series) for name in names}


def _series_of(curves: Curves) -> Mapping[str, Series]:
    if curves.series:
        return curves.series
    named = {
        "train_loss": curves.train_loss,
        "valid_loss": curves.valid_loss,
        "train_accuracy": curves.train_accuracy,
        "valid_accuracy": curves.valid_accuracy,
        "rate": curves.rate,
        **curves.more,
    }
    return {name: series for name, series in named.items() if series.steps}


def _base(name: str) -> str:
    for prefix in (_FULL, _PART, _TRAIN):
        if name.startswith(prefix) and len(name) > len(prefix):
            return name.removeprefix(prefix)
    return name


def _measure(name: str, series: Mapping[str, Series]) -> Measure:
    none = Series()
    full, part = series.get(f"{_FULL}{name}", none), series.get(f"{_PART}{name}", none)
    # The whole validation counts, unless a part of it was measured more often and so shows more.
    valid = part if len(part.steps) > len(full.steps) else full
    return Measure(name, series.get(f"{_TRAIN}{name}", series.get(name, none)), valid)


def unit(measure: Measure, row: JobRow | None) -> str:
    """What one value of it is of: `per token`; empty where that is nothing to be said."""
    if row is None:
        return ""
    pieces = "byte" if "bytes" in row.model.lower() else "token"
    if measure.name == "loss":
        return {"dpo": "per pair", "rl": ""}.get(row.method, f"per {pieces}")
    if measure.name == "accuracy":
        return "of pairs" if row.method == "dpo" else f"of {pieces}s"
    if measure.name == "reward":
        return "per answer"
    return ""
