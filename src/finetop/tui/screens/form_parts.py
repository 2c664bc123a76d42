"""What the form consists of: its sections, its fields, when each is shown, and the words beside them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from textual.content import Content
from textual.suggester import SuggestFromList
from textual.widgets import Static

from finetop.actions.methods import AUTO, EFFORTS, METHODS, OPERATIONS, SETTINGS
from finetop.tui.screens import drafting
from finetop.tui.screens.fields import Field, PathSuggester
from finetop.tui.widgets.ends import key_runs

if TYPE_CHECKING:
    from finetop.models import Capabilities
    from finetop.text import Glyphs
    from finetop.tui.widgets.runs import Run

_CHOOSE = "↓ chooses"
HINTS: Mapping[str, str] = {
    "training": _CHOOSE,
    "validation": "may be empty",
    "upload": "↓ offers to upload anew",
    "profile": _CHOOSE,
    "model": _CHOOSE,
    "method": _CHOOSE,
    "grader": _CHOOSE,
    "input": "what is judged",
    "reference": "as {{item.key}}",
    "operation": _CHOOSE,
    "n_epochs": "1 to 50",
    "batch_size": "1 to 256",
    "learning_rate_multiplier": "1 is the usual rate",
    "beta": "high stays near the base",
    "reasoning_effort": "how long it thinks",
    "compute_multiplier": "how much to explore",
    "eval_interval": "steps between two checks",
    "eval_samples": "answers in one check",
    "seed": "same data and seed, same result",
    "suffix": "names the model",
    "metadata": "name=value, …",
}
CHOICES: Mapping[str, Mapping[str, str]] = {
    "upload": {drafting.REUSE: "use the bytes that are there", drafting.ANEW: "send the same bytes again"},
    "method": dict(
        zip(METHODS, ("learns from answers", "learns from pairs", "learns from rewards"), strict=True)
    ),
    "operation": dict(
        zip(OPERATIONS, ("equal", "not equal", "holds it", "holds it, in either case"), strict=True)
    ),
    "reasoning_effort": dict.fromkeys(EFFORTS, ""),
}
"""Fields that hold one of a few words, and what each word means."""
NAME, NAME_AND_NOTES = "Name", "Name and notes"
_KEYS = (("tab", "Next"), ("↓", "Choose"), ("→", "Complete"), ("ctrl+s", "Create"), ("esc", "Leave"))
_LABELS = {
    "n_epochs": "Epochs",
    "batch_size": "Batch size",
    "learning_rate_multiplier": "Rate multiplier",
    "beta": "Beta",
    "reasoning_effort": "Reasoning effort",
    "compute_multiplier": "Compute",
    "eval_interval": "Eval interval",
    "eval_samples": "Eval samples",
}


def parts(profile: str) -> Iterable[Static | Field]:
    """Sections and fields from top to bottom."""
    paths, graders = PathSuggester(".jsonl"), PathSuggester(".json")
    yield _section("Data")
    yield Field("training", "Training file", hint=HINTS["training"], suggester=paths)
    yield Field("validation", "Validation file", hint=HINTS["validation"], suggester=paths)
    yield _choice("upload", "Already there", drafting.REUSE, wide=False)
    yield _section("Model")
    yield Field("profile", "Profile", profile, hint=HINTS["profile"])
    yield Field("model", "Base model", hint=HINTS["model"])
    yield _choice("method", "Method", METHODS[0])
    yield Field("grader", "Grader", hint=HINTS["grader"], suggester=graders)
    yield Field("input", "Input", "{{sample.output_text}}", hint=HINTS["input"])
    yield Field("reference", "Reference", hint=HINTS["reference"])
    yield _choice("operation", "Operation", OPERATIONS[0], wide=False)
    yield _section("Hyperparameters")
    for name, label in _LABELS.items():
        if name in CHOICES:
            yield _choice(name, label, next(iter(CHOICES[name])), wide=False)
        else:
            yield Field(name, label, AUTO, hint=HINTS[name], wide=False)
    yield Field("seed", "Seed", AUTO, hint=HINTS["seed"], wide=False)
    yield _section(NAME_AND_NOTES)
    yield Field("suffix", "Suffix", hint=HINTS["suffix"])
    yield Field("metadata", "Metadata", hint=HINTS["metadata"])


def shown(
    can: Capabilities, method: str, grader: str, *, several_profiles: bool, is_there: bool
) -> dict[str, bool]:
    """Whether each field is asked for: what the provider takes, and what the method needs."""
    several_methods = len(can.methods) > 1
    method = method if several_methods else can.methods[0]
    rewarded = method == "reinforcement"
    checked = rewarded and grader == drafting.STRING_CHECK
    asked = {
        "training": True,
        "validation": can.validation_file,
        "upload": is_there,
        "profile": several_profiles,
        "model": True,
        "method": several_methods,
        "grader": rewarded,
        **dict.fromkeys(("input", "reference", "operation"), checked),
        "seed": can.seed,
        "suffix": True,
        "metadata": can.metadata,
    }
    common = {setting.name: set(can.methods) <= set(setting.methods) for setting in SETTINGS}
    return asked | {setting.name: method in setting.methods or common[setting.name] for setting in SETTINGS}


def _section(name: str) -> Static:
    return Static(Content(name), classes="section", id=f"section-{name.split(maxsplit=1)[0].lower()}")


def _choice(name: str, label: str, value: str, *, wide: bool = True) -> Field:
    words = SuggestFromList(CHOICES[name], case_sensitive=False)
    return Field(name, label, value, hint=HINTS[name], suggester=words, wide=wide)


def hint(name: str, entries: drafting.Entries, can: Capabilities) -> str:
    """What stands beside a good field."""
    if name == "suffix" and entries.suffix:
        return f"{len(entries.suffix)} of {can.longest_suffix}"
    if name == "metadata" and entries.metadata.strip() and not drafting.metadata_problem(entries.metadata):
        return f"{len(drafting.pairs(entries.metadata))} of {drafting.MOST_PAIRS} pairs"
    if name == "upload" and entries.upload == drafting.ANEW:
        return "it is uploaded once more"
    return HINTS[name]


def blocked(fields: Iterable[Field]) -> Content:
    """What Create waits for; the words of one problem too, for its hint may have been too narrow."""
    shown = [field for field in fields if field.problem]
    if not shown:
        return Content("")
    *first, last = (field.label.lower() for field in shown)
    named = f"{', '.join(first)} and {last}" if first else last
    rest = f": {shown[0].problem}" if len(shown) == 1 else ""
    return Content.assemble("Create waits for ", (f"{named}{rest}", "$error"))


def keys(glyphs: Glyphs, *, narrow: bool) -> list[Run]:
    """The keys of the form."""
    pairs = [(glyphs.drawn(key), does) for key, does in _KEYS]
    return key_runs(pairs, "  " if narrow else "   ")
