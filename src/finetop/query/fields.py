"""What can be asked of a job, under which name, and what its values are."""

from __future__ import annotations

import difflib
from enum import Enum
from typing import NamedTuple


class Kind(Enum):
    """What the values of a field are; the value is said in errors."""

    STATUS = "a status"
    TEXT = "text"
    NAME = "a whole name"
    NUMBER = "a number such as 3, 1e-4 or 10k"
    SHARE = "a share such as 50%"
    DURATION = "a time such as 30m, 2h or 7d"
    MOMENT = "a date such as 2026-05-31 or 2026-05-31T14:00"
    SETTING = "a number or a word"
    PAIRS = "a pair such as team=support"


class Field(NamedTuple):
    """One thing that can be asked of a job."""

    name: str
    kind: Kind
    help: str
    aliases: tuple[str, ...] = ()


STATUSES = (
    "checking",
    "queued",
    "running",
    "stopping",
    "paused",
    "succeeded",
    "failed",
    "cancelled",
    "unknown",
)
GROUPS = {
    "active": ("checking", "queued", "running", "stopping"),
    "ended": ("succeeded", "failed", "cancelled"),
}
"""One word for several statuses."""
METHODS = {"sft": "supervised", "rl": "reinforcement", "rft": "reinforcement"}
"""Short words for methods."""

SETTING = "setting"
METADATA = "metadata"
TAG = "tag"

_ALL = (
    Field("status", Kind.STATUS, "one of the nine words, or active, ended", ("state",)),
    Field("raw_status", Kind.TEXT, "the API's own word"),
    Field("id", Kind.TEXT, "the job's id", ("job",)),
    Field("name", Kind.TEXT, "suffix, else the tuned model's, else the id"),
    Field("model", Kind.TEXT, "the base model", ("base",)),
    Field("tuned", Kind.TEXT, "the tuned model", ("fine_tuned_model",)),
    Field("suffix", Kind.TEXT, "the suffix it was made with"),
    Field("method", Kind.NAME, "supervised (sft), dpo, reinforcement (rl), legacy"),
    Field("profile", Kind.NAME, "whose account it is in", ("provider",)),
    Field("object", Kind.NAME, "fine_tuning.job or fine-tune", ("kind",)),
    Field("error", Kind.TEXT, "why it failed", ("reason",)),
    Field("file", Kind.TEXT, "id or name of a training or validation file", ("training_file",)),
    Field("result_file", Kind.TEXT, "id or name of a result file"),
    Field("organization", Kind.TEXT, "the organisation's id", ("organisation", "org")),
    Field("seed", Kind.NUMBER, "what made the run repeatable"),
    Field("tokens", Kind.NUMBER, "tokens trained on", ("trained_tokens",)),
    Field("cost", Kind.NUMBER, "US dollars, where told", ("price",)),
    Field("train_loss", Kind.NUMBER, "the newest training loss", ("loss",)),
    Field("valid_loss", Kind.NUMBER, "the newest validation loss", ("vloss",)),
    Field("step", Kind.NUMBER, "steps done"),
    Field("steps", Kind.NUMBER, "steps in all", ("total_steps",)),
    Field("epoch", Kind.NUMBER, "epochs done"),
    Field("progress", Kind.SHARE, "how much is done", ("done",)),
    Field("eta", Kind.DURATION, "time left"),
    Field("age", Kind.DURATION, "time since it was made"),
    Field("took", Kind.DURATION, "from its start to its end, or to now", ("duration",)),
    Field("created", Kind.MOMENT, "when it was made", ("created_at",)),
    Field("started", Kind.MOMENT, "when it began to train", ("started_at",)),
    Field("ended", Kind.MOMENT, "when it ended", ("finished", "finished_at", "ended_at")),
    Field("ends", Kind.MOMENT, "when its tuned model is shut down", ("ends_at", "shutdown")),
    Field("ends_in", Kind.DURATION, "time until then"),
    Field(TAG, Kind.NAME, "a word of the metadata `tag` or `tags`, or the name of a pair"),
    Field(METADATA, Kind.PAIRS, "a pair: metadata:k=v, metadata.k:v, or k alone", ("meta",)),
    Field(SETTING, Kind.SETTING, "any hyperparameter: setting.NAME", ("hyper", "hyperparameters")),
)

SHORT_SETTINGS = {
    "lr": "learning_rate_multiplier|learning_rate",
    "epochs": "n_epochs",
    "batch": "batch_size",
    "lr_multiplier": "learning_rate_multiplier",
}
SETTINGS = SHORT_SETTINGS | {
    name: name
    for name in (
        "n_epochs",
        "batch_size",
        "learning_rate",
        "learning_rate_multiplier",
        "beta",
        "reasoning_effort",
        "compute_multiplier",
        "eval_interval",
        "eval_samples",
        "prompt_loss_weight",
        "warmup_ratio",
        "weight_decay",
        "max_grad_norm",
        "n_checkpoints",
        "n_evals",
        "context_length",
        "lora_r",
    )
}
"""Hyperparameters by their own names and by short ones; `|` stands between those of which one is meant."""

FIELDS = {field.name: field for field in _ALL}
_BY_WORD = {word: field for field in _ALL for word in (field.name, *field.aliases)}
_KEYED = (METADATA, SETTING)
"""Fields that want the name of what is meant."""


def found(word: str) -> tuple[Field, str] | None:
    """The field of this name, and the key inside it; None where there is none."""
    name, dot, key = word.partition(".")
    field = _BY_WORD.get(name.lower())
    if dot:
        return (field, key) if field is not None and field.name in _KEYED and key else None
    if field is not None:
        return field, ""
    setting = SETTINGS.get(name.lower())
    return None if setting is None else (FIELDS[SETTING], setting)


def nearest(word: str) -> str:
    """The field that may have been meant; empty where none is alike."""
    alike = difflib.get_close_matches(word.lower(), [*_BY_WORD, *SETTINGS], n=1, cutoff=0.6)
    return alike[0] if alike else ""
