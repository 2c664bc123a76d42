"""How a job trains: its method and its settings, and which of them were left to the provider; pure."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING, Final

from finetop import text
from finetop.tui.panes.entry import Entry, Fact

if TYPE_CHECKING:
    from finetop.models import Job
    from finetop.models.settings import Setting
    from finetop.tui.widgets.runs import Run

_SHORT: Final = {
    "n_epochs": "epochs",
    "batch_size": "batch",
    "learning_rate_multiplier": "lr",
    "beta": "beta",
}
_ON_TIMES: Final = "learning_rate_multiplier"


def setting_entries(job: Job, autos: AbstractSet[str], glyphs: text.Glyphs) -> Iterable[Entry]:
    """All settings in one line, and one by one; `autos` are those that were `auto` once."""
    told = {name: value for name, value in job.hyperparameters.items() if value is not None}
    runs: list[Run] = []
    for name, value in told.items():
        lead = glyphs.times if name == _ON_TIMES and not isinstance(value, str) else ""
        word = _SHORT.get(name) or text.clean(name).replace("_", " ")
        runs += [(f"{'  ' if runs else ''}{word} ", "text"), (lead + _words(value), "text")]
        if name in autos and value != "auto":
            runs.append((" auto", "faint"))
    if job.seed is not None:
        runs.append((f"{'  ' if runs else ''}seed {job.seed}", "text"))
    if not runs:
        return
    facts = [
        Fact(text.clean(name), tuple(_fact(name, value, job, autos)), str(value))
        for name, value in told.items()
    ]
    if job.seed is not None:
        facts.append(Fact("seed", ((str(job.seed), "text"),)))
    yield Entry("Settings", tuple(runs), "", tuple(facts))


def _fact(name: str, value: Setting, job: Job, autos: AbstractSet[str]) -> Iterable[Run]:
    """The value, and what is known of how it came about."""
    yield (_words(value), "text")
    if value == "auto":
        became = "what it became was not told" if job.status.is_final else "the provider chooses"
        yield (f"  {became}", "faint")
    elif name in autos:
        yield ("  chosen by the provider, it was left to auto", "faint")


def _words(value: Setting) -> str:
    return f"{value:g}" if isinstance(value, float) else text.clean(str(value))
