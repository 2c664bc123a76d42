"""What is wrong with a job: our sentence, the API's own, and what most likely lies behind it; pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from finetop import text
from finetop.causes import cause_of
from finetop.tui.panes.entry import Entry, Fact

if TYPE_CHECKING:
    from finetop.models import Job
    from finetop.store.rows import JobRow

_ORDERS: Final = {
    "creating": "Create was sent; no answer yet.",
    "cancelling": "Cancel was sent; the job has not stopped yet.",
    "pausing": "Pause was sent; the job has not come to rest yet.",
    "resuming": "Resume was sent; the job has not gone on yet.",
    "deleting": "Delete was sent; the provider still has the job.",
    "unsure": "Create was sent and never answered. It may exist; look before sending it again.",
}


def trouble_entries(row: JobRow, job: Job | None, glyphs: text.Glyphs) -> Iterable[Entry]:
    """Each only where there is one."""
    if row.intent is not None:
        words = _ORDERS.get(row.intent, text.clean(row.intent))
        if row.intent == "unsure" and row.is_job:
            words = "Your last order was sent and never answered. Giving it again does no harm."
        yield Entry("Request", ((f"! {words}", "warn"),))
    if row.status == "unknown":
        yield Entry(
            "State", ((f"? {text.clean(row.raw_status)}", "warn"), ("  new to us", "muted")), row.raw_status
        )
    if row.reason:
        yield Entry("Reason", ((f"{glyphs.failed} {text.clean(row.reason)}", "bad"),), row.reason)
    yield from _error(row, job)
    yield from _cause(row, job)


def _error(row: JobRow, job: Job | None) -> Iterable[Entry]:
    """What the API says, where that is more."""
    error = job.error if job is not None else None
    if error is None:
        return
    if error.message and not _same(error.message, row.reason):
        yield Entry("Error", ((text.clean(error.message), "text"),), error.message)
    named = [(name, part) for name, part in (("code", error.code), ("param", error.param)) if part]
    if named:
        label = "" if row.reason or error.message else "Error"
        said = "  ".join(f"{name} {text.clean(part)}" for name, part in named)
        facts = tuple(Fact(name, ((text.clean(part), "text"),), part) for name, part in named)
        yield Entry(label, ((said, "faint"),), "", facts if len(facts) > 1 else ())


def _cause(row: JobRow, job: Job | None) -> Iterable[Entry]:
    """What most likely lies behind it, and what to do."""
    if row.status != "failed" or not row.is_job:
        return
    error = job.error if job is not None else None
    message = (error.message if error is not None else None) or row.reason
    cause = cause_of(message, error.code, error.param) if error is not None else cause_of(message)
    if cause is not None:
        said = f"{cause.why} {cause.advice}"
        yield Entry("Likely cause", ((cause.why, "text"), (f" {cause.advice}", "muted")), said)


def _same(said: str, reason: str | None) -> bool:
    """True where the API's sentence says what stands there already."""
    return reason is not None and text.clean(said).strip(" .").casefold() in text.clean(reason).casefold()
