"""What is typed into the form, judged field by field and turned into a draft; pure."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from finetop.actions.draft import Draft
from finetop.errors import BadInput

AUTO = "auto"
MOST_SEED = 2**31 - 1
MOST_PAIRS = 16
MOST_SUFFIX = 64
OFFERED_SUFFIX = 18
"""A name of this length is read whole in the list."""
_SUFFIX = re.compile(r"[A-Za-z0-9._-]+")


@dataclass(frozen=True, slots=True)
class Entries:
    """The words in the fields. A file is a path, or an uploaded one by the id that was chosen for it."""

    profile: str = ""
    training: str = ""
    training_id: str = ""
    validation: str = ""
    validation_id: str = ""
    model: str = ""
    epochs: str = AUTO
    batch: str = AUTO
    rate: str = AUTO
    seed: str = AUTO
    suffix: str = ""
    metadata: str = ""


def problems(entries: Entries) -> dict[str, str]:
    """What must change before anything is sent, by field; the files themselves are read elsewhere."""
    found = {
        "profile": "" if entries.profile else "no profile can create jobs",
        "training": "" if entries.training.strip() else "choose a .jsonl file",
        "model": "" if entries.model.strip() else "choose the model to start from",
        "epochs": whole(entries.epochs, 1, 50),
        "batch": whole(entries.batch, 1, 256),
        "rate": positive(entries.rate),
        "seed": whole(entries.seed, 0, MOST_SEED),
        "suffix": suffix_problem(entries.suffix.strip()),
        "metadata": metadata_problem(entries.metadata),
    }
    return {field: problem for field, problem in found.items() if problem}


def whole(words: str, least: int, most: int) -> str:
    """The problem with a whole number, or nothing."""
    words = words.strip().lower()
    if words in {"", AUTO}:
        return ""
    if not re.fullmatch(r"[0-9]{1,12}", words) or not least <= int(words) <= most:
        return f"auto, or {least:,} to {most:,}"
    return ""


def positive(words: str) -> str:
    """The problem with a multiplier, or nothing."""
    words = words.strip().lower()
    if words in {"", AUTO}:
        return ""
    try:
        number = float(words)
    except ValueError:
        return "auto, or a number such as 0.5"
    if not math.isfinite(number) or number <= 0:
        return "auto, or a number above 0"
    return ""


def suffix_problem(words: str) -> str:
    """The problem with a suffix, or nothing."""
    if len(words) > MOST_SUFFIX:
        return f"at most {MOST_SUFFIX} characters"
    if words and not _SUFFIX.fullmatch(words):
        return "letters, digits, dots, dashes"
    return ""


def suffix_from(filename: str) -> str:
    """A suffix that names a file: its stem in letters, digits and dashes, whole words where they fit."""
    stem = re.sub(r"[^A-Za-z0-9]+", "-", Path(filename).stem).strip("-")
    if len(stem) <= OFFERED_SUFFIX:
        return stem
    whole = stem[: OFFERED_SUFFIX + 1].rpartition("-")[0]
    return (whole or stem[:OFFERED_SUFFIX]).rstrip("-")


def pairs(words: str) -> dict[str, str]:
    """`team=support, ticket=FT-118` as a mapping. Raises BadInput with what is wrong."""
    found: dict[str, str] = {}
    for part in filter(None, (part.strip() for part in words.split(","))):
        name, equals, value = part.partition("=")
        name, value = name.strip(), value.strip()
        if not equals or not name:
            raise BadInput("write name=value, name=value")
        if name in found:
            raise BadInput(f"{name} is there twice")
        if len(name) > 64 or len(value) > 512:
            raise BadInput("names to 64, values to 512 characters")
        found[name] = value
    if len(found) > MOST_PAIRS:
        raise BadInput(f"at most {MOST_PAIRS} pairs")
    return found


def metadata_problem(words: str) -> str:
    """The problem with the pairs, or nothing."""
    try:
        pairs(words)
    except BadInput as error:
        return error.message
    return ""


def draft_of(entries: Entries) -> Draft:
    """The draft that good entries make."""
    return Draft(
        profile=entries.profile,
        model=entries.model.strip(),
        training=entries.training_id or local_path(entries.training),
        validation=entries.validation_id
        or (local_path(entries.validation) if entries.validation.strip() else None),
        hyperparameters=_hyperparameters(entries),
        suffix=entries.suffix.strip() or None,
        seed=int(entries.seed) if entries.seed.strip().lower() not in {"", AUTO} else None,
        metadata=pairs(entries.metadata),
    )


def local_path(words: str) -> Path:
    """The file a person means; `~` is his home."""
    return Path(words.strip()).expanduser()


def _hyperparameters(entries: Entries) -> Mapping[str, int | float | str]:
    typed = {"n_epochs": entries.epochs, "batch_size": entries.batch}
    chosen: dict[str, int | float | str] = {
        name: AUTO if words.strip().lower() in {"", AUTO} else int(words) for name, words in typed.items()
    }
    rate = entries.rate.strip().lower()
    return {**chosen, "learning_rate_multiplier": AUTO if rate in {"", AUTO} else float(rate)}
