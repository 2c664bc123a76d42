"""The facts of one job as lines of label and runs. Pure; knows values only by their shape.

The models it reads are imported for types alone: a screen must be up before pydantic is loaded.
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from finetop import text
from finetop.plot import Points, best_point
from finetop.tui.panes.checkpoints import checkpoint_entries, checkpoint_runs
from finetop.tui.panes.entry import Entry
from finetop.tui.panes.provider_facts import ending_entries, note_entries, reward_entries, side_entries

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from finetop.models import Checkpoint, File, Job
    from finetop.store.rows import Curves, JobRow
    from finetop.tui.widgets.runs import Run


@dataclass(frozen=True, slots=True)
class DetailModel:
    """What the detail pane shows, by tab."""

    overview: tuple[Entry, ...] = ()
    checkpoints: tuple[Entry, ...] = ()
    files: tuple[Entry, ...] = ()
    raw: tuple[str, ...] = ()
    facts: tuple[Entry, ...] = field(default=())
    """The four lines that stand for everything on a very small screen."""
    step: str = ""
    """`step 186 of 300`, for the rule."""


LONGEST_ANSWER: Final = 200_000
"""Characters of an answer that are shown; laying more out would hold the screen up."""
_HYPERPARAMETERS: Final = {
    "n_epochs": "epochs",
    "batch_size": "batch",
    "learning_rate_multiplier": "lr",
    "beta": "beta",
}
_ON_TIMES: Final = "learning_rate_multiplier"


def detail_model(
    row: JobRow,
    *,
    now: float,
    job: Job | None = None,
    checkpoints: Sequence[Checkpoint] = (),
    files: Mapping[str, File] | None = None,
    curves: Curves | None = None,
    raw: bytes | str = b"",
    cannot: str = "",
    logged: int | None = None,
    glyphs: text.Glyphs = text.UNICODE,
) -> DetailModel:
    """Everything known about a job; without `job` what its row tells. `files` names files by id.

    `cannot` is why a key is grey, `logged` how many events there are.
    """
    named = dict(files or {})
    return DetailModel(
        overview=tuple(
            _overview(
                row, job, checkpoints, files=named, now=now, cannot=cannot, logged=logged, glyphs=glyphs
            )
        ),
        checkpoints=tuple(checkpoint_entries(checkpoints, glyphs)),
        files=tuple(_file_entries(job, named)),
        raw=tuple(json_lines(raw)),
        facts=tuple(_facts(row, now, curves, glyphs)),
        step=step_words(row),
    )


def step_words(row: JobRow) -> str:
    """How far the job is, for a rule."""
    if row.step is None:
        return ""
    return f"step {row.step} of {row.total_steps}" if row.total_steps else f"step {row.step}"


def epoch_words(row: JobRow, *, of: bool = True) -> str:
    """`epoch 2 of 3`; the epoch under way counts from 1."""
    if row.epoch is None:
        return ""
    number = max(1, -(-row.epoch // 1))
    return f"epoch {number:.0f} of {row.n_epochs}" if of and row.n_epochs else f"epoch {number:.0f}"


def _overview(
    row: JobRow,
    job: Job | None,
    checkpoints: Sequence[Checkpoint],
    *,
    files: Mapping[str, File],
    now: float,
    cannot: str,
    logged: int | None,
    glyphs: text.Glyphs,
) -> Iterable[Entry]:
    yield Entry("Job", ((text.clean(row.key.id), "text"), (f"  {text.clean(row.profile)}", "muted")))
    yield from _trouble(row, job, glyphs)
    if cannot:
        yield Entry("Keys", ((text.clean(cannot), "faint"),), wraps=True)
    method = text.clean(job.method if job is not None else row.method)
    yield Entry("Model", ((text.clean(row.model), "text"), (f"  {method}", "muted")))
    if row.fine_tuned_model:
        yield Entry("Tuned model", ((text.clean(row.fine_tuned_model), "bright"),), wraps=True)
        yield from ending_entries(row, now)
    elif row.is_active:
        yield Entry("Tuned model", (("none yet, named when the job ends", "faint"),), wraps=True)
    if job is not None:
        yield from _data(job, files)
        yield from _settings(job, glyphs)
        yield from reward_entries(job)
    yield from _times(row, job, now)
    if row.cost is not None:
        yield Entry("Cost", ((text.dollars(row.cost), "text"),))
    if checkpoints:
        yield Entry("Checkpoints", checkpoint_runs(checkpoints, glyphs))
    if job is not None:
        yield from note_entries(job)
    yield from _dates(row)
    if job is not None:
        yield from side_entries(row, job, logged=logged)


def _dates(row: JobRow) -> Iterable[Entry]:
    if row.created_at is not None:
        yield Entry("Created", ((text.day_clock(row.created_at), "text"), ("  local time", "faint")))
    if row.ended_at is not None:
        yield Entry("Ended", ((text.day_clock(row.ended_at), "text"),))


def _trouble(row: JobRow, job: Job | None, glyphs: text.Glyphs) -> Iterable[Entry]:
    """Our sentence, then the API's own, each only where there is one."""
    if row.intent is not None:
        words = {
            "creating": "Create was sent; no answer yet.",
            "cancelling": "Cancel was sent; the job has not stopped yet.",
            "pausing": "Pause was sent; the job has not come to rest yet.",
            "resuming": "Resume was sent; the job has not gone on yet.",
            "deleting": "Delete was sent; the provider still has the job.",
            "unsure": "Create was sent and never answered. It may exist; look before sending it again.",
        }.get(row.intent, text.clean(row.intent))
        if row.intent == "unsure" and row.is_job:
            words = "Your last order was sent and never answered. Giving it again does no harm."
        yield Entry("Request", ((f"! {words}", "warn"),), wraps=True)
    if row.status == "unknown":
        yield Entry("State", ((f"? {text.clean(row.raw_status)}", "warn"), ("  new to us", "muted")))
    if row.reason:
        yield Entry("Reason", ((f"{glyphs.failed} {text.clean(row.reason)}", "bad"),), wraps=True)
    error = job.error if job is not None else None
    if error is None:
        return
    if error.message and not _same(error.message, row.reason):
        yield Entry("Error", ((text.clean(error.message), "text"),), wraps=True)
    named = (("code", error.code), ("param", error.param))
    said = "  ".join(f"{name} {text.clean(part)}" for name, part in named if part)
    if said:
        yield Entry("" if row.reason or error.message else "Error", ((said, "faint"),), wraps=True)


def _same(said: str, reason: str | None) -> bool:
    """True where the API's sentence says what stands there already."""
    return reason is not None and text.clean(said).strip(" .").casefold() in text.clean(reason).casefold()


def _data(job: Job, files: Mapping[str, File]) -> Iterable[Entry]:
    label = "Files"
    for file in (*job.training_files, *job.validation_files):
        known = files.get(file.id, file)
        yield Entry(label, _file_runs(known, short=True))
        label = ""


def _file_runs(file: File, *, short: bool = False) -> tuple[Run, ...]:
    runs: list[Run] = [(text.clean(file.filename or file.id), "text")]
    if file.size_bytes is not None:
        runs.append((f"  {text.size(file.size_bytes)}", "muted"))
    if not short and file.filename:
        runs.append((f"  {text.clean(file.id)}", "faint"))
    if not short and file.status and file.status != "processed":
        runs.append((f"  {text.clean(file.status)}", "warn"))
    if not short and (why := file.unreadable or file.status_details):
        runs.append((f"  {text.clean(why)}", "warn"))
    return tuple(runs)


def _settings(job: Job, glyphs: text.Glyphs) -> Iterable[Entry]:
    runs: list[Run] = []
    for name, value in job.hyperparameters.items():
        if value is None:
            continue
        word = _HYPERPARAMETERS.get(name) or text.clean(name).replace("_", " ")
        words = f"{value:g}" if isinstance(value, float) else text.clean(str(value))
        lead = glyphs.times if name == _ON_TIMES and not isinstance(value, str) else ""
        runs += [
            ("  " if runs else "", "text"),
            (f"{word} ", "text"),
            (lead + words, "faint" if words == "auto" else "text"),
        ]
    if job.seed is not None:
        runs += [("  " if runs else "", "text"), (f"seed {job.seed}", "text")]
    if runs:
        yield Entry("Settings", tuple(runs), wraps=True)


def _times(row: JobRow, job: Job | None, now: float) -> Iterable[Entry]:
    if row.created_at is None:
        return
    parts: list[str] = []
    end = row.ended_at if row.ended_at is not None else (None if row.is_final else now)
    if row.started_at is not None:
        parts.append(f"waited {text.length(row.started_at - row.created_at)}")
        if row.status == "paused":  # for how long nobody tells
            parts.append(f"begun {_coarse(now - row.started_at, exact=False)} ago")
        elif end is not None:
            verb = "trained" if row.is_final else "training"
            parts.append(f"{verb} {_coarse(end - row.started_at, exact=row.is_final)}")
    elif end is not None:
        verb = "ended after" if row.is_final else "running" if row.status == "running" else "waiting"
        parts.append(f"{verb} {_coarse(end - row.created_at, exact=row.is_final)}")
    runs: list[Run] = [(", ".join(parts), "text")]
    if row.place is not None:
        runs.append((f"  {text.in_line(row.place)}", "muted"))
    if row.eta_s is not None and row.is_active:
        runs.append((f"  {text.eta(row.eta_s)} left", "muted"))
    if job is not None and job.trained_tokens:
        runs.append((f"  {text.count(job.trained_tokens)} tokens", "muted"))
    if parts or len(runs) > 1:
        yield Entry("Time", tuple(runs), wraps=True)


def _coarse(seconds: float, *, exact: bool) -> str:
    """A finished time in two units; a growing one coarse, so that it does not tick."""
    return text.length(seconds) if exact else text.age(seconds)


def _file_entries(job: Job | None, files: Mapping[str, File]) -> Iterable[Entry]:
    if job is None:
        return
    for label, group in (
        ("Training", job.training_files),
        ("Validation", job.validation_files),
        ("Results", job.result_files),
    ):
        for place, file in enumerate(group):
            yield Entry("" if place else label, _file_runs(files.get(file.id, file)), wraps=True)


def _facts(row: JobRow, now: float, curves: Curves | None, glyphs: text.Glyphs) -> Iterable[Entry]:
    yield Entry("Job", ((text.clean(row.key.id), "text"), (f"  {text.clean(row.profile)}", "muted")))
    beside = ", ".join(part for part in (text.clean(row.method), epoch_words(row)) if part)
    yield Entry("Model", ((text.clean(row.model), "text"), (f"  {beside}", "muted")))
    if row.reason:
        yield Entry("Reason", ((f"{glyphs.failed} {text.clean(row.reason)}", "bad"),))
    else:
        yield _loss_fact(row, curves, glyphs)
    yield next(iter(_times(row, None, now)), Entry("", ()))


def _loss_fact(row: JobRow, curves: Curves | None, glyphs: text.Glyphs) -> Entry:
    valid = Points(curves.valid_loss.steps, curves.valid_loss.values) if curves is not None else Points()
    best = best_point(valid)
    if best is None and row.train_loss is None and curves is not None and "train_reward" in curves.more:
        return Entry("Reward", ((text.loss(curves.more["train_reward"].values[-1]), "text"),))
    if best is None:
        unknown = "not measured" if row.is_final else "not measured yet"
        return Entry("Loss", ((text.loss(row.train_loss) or unknown, "text"),))
    runs: list[Run] = [
        (text.loss(row.valid_loss), "text"),
        (f"  {glyphs.best} best {text.loss(best.value)} at {best.step:.0f}", "muted"),
    ]
    if best.worse_since:
        runs.append(("  ! rising since", "warn"))
    return Entry("Valid", tuple(runs))


def json_lines(raw: bytes | str) -> list[str]:
    """The provider's own words, laid out; what is no JSON stays as it is."""
    words = raw.decode("utf-8", "replace") if isinstance(raw, bytes) else raw
    if len(words) > LONGEST_ANSWER:
        kept = text.clean_lines(words[:LONGEST_ANSWER])
        return [*kept, f"and {text.count(len(words) - LONGEST_ANSWER)} characters more"]
    with suppress(ValueError, RecursionError):  # nested too deep to be laid out: as it came
        words = json.dumps(json.loads(words), indent=2, ensure_ascii=False)
    return text.clean_lines(words) if words else []
