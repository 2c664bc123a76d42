"""What is typed into the form, judged field by field and turned into a draft; pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from finetop.actions.draft import Draft
from finetop.actions.methods import (
    AUTO,
    OPERATIONS,
    SEED,
    SETTINGS,
    Number,
    string_check,
)
from finetop.errors import BadInput

if TYPE_CHECKING:
    from finetop.models import Capabilities

MOST_PAIRS = 16
OFFERED_SUFFIX = 18
"""A name of this length is read whole in the list."""
STRING_CHECK = "string_check"
"""In the grader's field: the grader is written into fields of its own."""
REUSE, ANEW = "reuse", "upload anew"
"""What becomes of files that are at the provider already."""
SETTING_NAMES = tuple(setting.name for setting in SETTINGS)
_SUFFIX = re.compile(r"[A-Za-z0-9._-]+")


@dataclass(frozen=True, slots=True)
class Entries:
    """The words in the fields. A file is a path, or an uploaded one by the id that was chosen for it."""

    profile: str = ""
    training: str = ""
    training_id: str = ""
    validation: str = ""
    validation_id: str = ""
    upload: str = REUSE
    model: str = ""
    method: str = "supervised"
    grader: str = ""
    """The path of a file, or `string_check` with the three words after it."""
    input: str = ""
    reference: str = ""
    operation: str = ""
    settings: Mapping[str, str] = field(default_factory=dict)
    """Hyperparameters by their names for the API."""
    seed: str = AUTO
    suffix: str = ""
    metadata: str = ""


def problems(entries: Entries, can: Capabilities) -> dict[str, str]:
    """What must change before anything is sent, by field; the files themselves are read elsewhere."""
    found = {
        "profile": "" if entries.profile else "no profile can create jobs",
        "training": "" if entries.training.strip() else "choose a .jsonl file",
        "upload": one_of(entries.upload, (REUSE, ANEW)),
        "model": "" if entries.model.strip() else "choose the model to start from",
        "method": one_of(entries.method, can.methods),
        **_grader_problems(entries),
        **{
            setting.name: _setting_problem(entries.settings[setting.name], setting.takes)
            for setting in SETTINGS
            if setting.name in entries.settings
        },
        "seed": _setting_problem(entries.seed, SEED),
        "suffix": suffix_problem(entries.suffix.strip(), can.longest_suffix),
        "metadata": metadata_problem(entries.metadata),
    }
    return {name: problem for name, problem in found.items() if problem}


def _grader_problems(entries: Entries) -> dict[str, str]:
    if entries.method != "reinforcement":
        return {}
    if not has_string_check(entries):
        return {"grader": "" if entries.grader.strip() else "choose a grader"}
    return {
        "input": "" if entries.input.strip() else "say what is compared",
        "reference": "" if entries.reference.strip() else "say what it is compared with",
        "operation": one_of(entries.operation, OPERATIONS),
    }


def has_string_check(entries: Entries) -> bool:
    """True where the grader is written into fields of its own."""
    return entries.grader.strip() == STRING_CHECK


def _setting_problem(words: str, takes: Number | tuple[str, ...]) -> str:
    """The problem with one setting, or nothing; an empty field is the provider's choice."""
    if not words.strip():
        return ""
    if not isinstance(takes, Number):
        return one_of(words, takes)
    try:
        takes.read(words)
    except BadInput:
        return f"{AUTO}, or {takes.span}"
    return ""


def one_of(words: str, choices: tuple[str, ...]) -> str:
    """The problem with a choice, or nothing."""
    return "" if words.strip() in choices else f"one of {', '.join(choices)}"


def suffix_problem(words: str, longest: int) -> str:
    """The problem with a suffix, or nothing."""
    if len(words) > longest:
        return f"at most {longest} characters"
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


def draft_of(entries: Entries, grader: Mapping[str, Any] | None = None) -> Draft:
    """The draft that good entries make; `grader` is what the file of one holds."""
    seed = SEED.read(entries.seed.strip() or AUTO)
    if has_string_check(entries):
        grader = string_check(entries.input.strip(), entries.reference.strip(), entries.operation.strip())
    return Draft(
        profile=entries.profile,
        model=entries.model.strip(),
        training=entries.training_id or local_path(entries.training),
        validation=entries.validation_id
        or (local_path(entries.validation) if entries.validation.strip() else None),
        method=entries.method.strip(),
        hyperparameters=_hyperparameters(entries.settings),
        grader=grader,
        suffix=entries.suffix.strip() or None,
        seed=None if isinstance(seed, str) else int(seed),
        metadata=pairs(entries.metadata),
        upload_anew=entries.upload.strip() == ANEW,
    )


def local_path(words: str) -> Path:
    """The file a person means; `~` is his home."""
    return Path(words.strip()).expanduser()


def _hyperparameters(settings: Mapping[str, str]) -> dict[str, int | float | str]:
    chosen: dict[str, int | float | str] = {}
    for setting in SETTINGS:
        words = settings.get(setting.name, "").strip()
        if isinstance(setting.takes, Number) and setting.name in settings:
            chosen[setting.name] = setting.takes.read(words or AUTO)
        elif words:
            chosen[setting.name] = words
    return chosen
