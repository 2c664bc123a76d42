"""What the form consists of: its sections, its fields, and the words that stand beside them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from textual.content import Content
from textual.widgets import Static

from finetop.tui.screens import drafting
from finetop.tui.screens.fields import Field, PathSuggester
from finetop.tui.widgets.ends import key_runs

if TYPE_CHECKING:
    from finetop.tui.widgets.runs import Run

HINTS: Mapping[str, str] = {
    "training": "↓ chooses",
    "validation": "may be empty",
    "profile": "↓ chooses",
    "model": "↓ chooses",
    "epochs": "1 to 50",
    "batch": "1 to 256",
    "rate": "1 is the usual rate",
    "seed": "same data and seed, same result",
    "suffix": "names the model",
    "metadata": "name=value, …",
}
_KEYS = (("tab", "Next"), ("↓", "Choose"), ("→", "Complete"), ("ctrl+s", "Create"), ("esc", "Leave"))


def parts(profile: str, *, several: bool) -> Iterable[Static | Field]:
    """Sections and fields from top to bottom; the profile is asked for where there are several."""
    paths = PathSuggester()
    yield _section("Data")
    yield Field("training", "Training file", hint=HINTS["training"], suggester=paths)
    yield Field("validation", "Validation file", hint=HINTS["validation"], suggester=paths)
    yield _section("Model")
    if several:
        yield Field("profile", "Profile", profile, hint=HINTS["profile"])
    yield Field("model", "Base model", hint=HINTS["model"])
    yield _section("Hyperparameters")
    yield Field("epochs", "Epochs", drafting.AUTO, hint=HINTS["epochs"], wide=False)
    yield Field("batch", "Batch size", drafting.AUTO, hint=HINTS["batch"], wide=False)
    yield Field("rate", "Rate multiplier", drafting.AUTO, hint=HINTS["rate"], wide=False)
    yield Field("seed", "Seed", drafting.AUTO, hint=HINTS["seed"], wide=False)
    yield _section("Name and notes")
    yield Field("suffix", "Suffix", hint=HINTS["suffix"])
    yield Field("metadata", "Metadata", hint=HINTS["metadata"])


def _section(name: str) -> Static:
    return Static(Content(name), classes="section")


def hint(name: str, entries: drafting.Entries) -> str:
    """What stands beside a good field."""
    if name == "suffix" and entries.suffix:
        return f"{len(entries.suffix)} of {drafting.MOST_SUFFIX}"
    if name == "metadata" and entries.metadata.strip() and not drafting.metadata_problem(entries.metadata):
        return f"{len(drafting.pairs(entries.metadata))} of {drafting.MOST_PAIRS} pairs"
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


def keys(*, narrow: bool) -> list[Run]:
    """The keys of the form."""
    return key_runs(_KEYS, "  " if narrow else "   ")
