"""What the overfit watch says of a job, in the detail pane; pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from finetop import overfit, text
from finetop.tui.panes.entry import Entry, Fact

if TYPE_CHECKING:
    from finetop.overfit import Verdict
    from finetop.tui.widgets.runs import Run


def overfit_entries(verdict: Verdict | None) -> Iterable[Entry]:
    """One line, which copies the name of the model to use; what speaks for it unfolds."""
    if verdict is None:
        return
    words, advice = overfit.words(verdict), overfit.advice(verdict)
    kept = verdict.checkpoint
    model = (kept.model or "") if kept is not None else ""
    runs: tuple[Run, ...] = ((f"! {words}", "warn"),) if verdict.is_told else ((words, "faint"),)
    if advice:
        runs += ((f"; {advice}", "text" if verdict.is_told else "faint"),)
    yield Entry("Validation", runs, model, tuple(_facts(verdict, model)))


def _facts(verdict: Verdict, model: str) -> Iterable[Fact]:
    if model:
        yield Fact("model", ((text.clean(model), "text"),), model)
    yield Fact("why", ((verdict.why, "text"),))
    best = f"{text.loss(verdict.best.value)} at step {verdict.best.step:.0f}"
    epoch = "" if verdict.epoch is None else f", in epoch {verdict.epoch}"
    yield Fact("best", ((best + epoch, "text"),), repr(verdict.best.value))
    yield Fact("now", ((text.loss(verdict.last), "text"),), repr(verdict.last))
