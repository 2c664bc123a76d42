"""The files of a job: what it learned from, what it was tried on, and what came out; pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from finetop import text
from finetop.tui.panes.entry import Entry, Fact, Goal

if TYPE_CHECKING:
    from finetop.models import File, Job
    from finetop.tui.widgets.runs import Run


def data_entries(job: Job, files: Mapping[str, File]) -> Iterable[Entry]:
    """What it learns from, in a line each."""
    label = "Files"
    for file in (*job.training_files, *job.validation_files):
        known = files.get(file.id, file)
        yield Entry(label, _runs(known), known.id, (), Goal("file", known.id))
        label = ""


def file_entries(job: Job, files: Mapping[str, File], kept: Mapping[str, str], now: float) -> Iterable[Entry]:
    """All its files with everything known of them; `kept` are the places of those on this machine."""
    for label, group in (
        ("Training", job.training_files),
        ("Validation", job.validation_files),
        ("Results", job.result_files),
    ):
        for place, file in enumerate(group):
            known = files.get(file.id, file)
            facts = tuple(_facts(known, kept.get(file.id, ""), now))
            yield Entry("" if place else label, _runs(known), known.id, facts, Goal("file", known.id))


def _runs(file: File) -> tuple[Run, ...]:
    runs: list[Run] = [(text.clean(file.filename or file.id), "text")]
    if file.size_bytes is not None:
        runs.append((f"  {text.size(file.size_bytes)}", "muted"))
    return tuple(runs)


def _facts(file: File, kept: str, now: float) -> Iterable[Fact]:
    """What stands below its name."""
    if file.filename:
        yield Fact("id", ((text.clean(file.id), "muted"),), file.id)
    if file.size_bytes is not None and file.size_bytes >= 1000:
        yield Fact("bytes", ((f"{file.size_bytes:,}", "muted"),), str(file.size_bytes))
    if file.purpose:
        yield Fact("purpose", ((text.clean(file.purpose), "muted"),))
    if file.created_at is not None:
        yield Fact("uploaded", ((text.day_clock(file.created_at), "muted"),))
    if file.expires_at is not None:
        verb = "expires" if file.expires_at > now else "expired"
        yield Fact(verb, ((text.day_clock(file.expires_at), "muted"),))
    if file.status and file.status != "processed":
        yield Fact("status", ((text.clean(file.status), "warn"),))
    if why := file.unreadable or file.status_details:
        yield Fact("", ((text.clean(why), "warn"),))
    if kept:
        yield Fact("kept as", ((text.clean(kept), "muted"),), kept)
