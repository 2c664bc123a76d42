"""Everything known of one job, as the detail pane shows it. Pure; knows values only by their shape.

The models it reads are imported for types alone: a screen must be up before pydantic is loaded.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from finetop import text
from finetop.plot import Points, best_point
from finetop.stays import Seen, stays
from finetop.tui.panes.checkpoints import checkpoint_entries, checkpoint_head, checkpoint_runs, passed_by
from finetop.tui.panes.entry import Entry, Fact, Goal
from finetop.tui.panes.file_facts import data_entries, file_entries
from finetop.tui.panes.overfit_facts import overfit_entries
from finetop.tui.panes.provider_facts import ending_entries, note_entries, reward_entries, side_entries
from finetop.tui.panes.setting_facts import setting_entries
from finetop.tui.panes.sharing_facts import Sharing, sharing_entries
from finetop.tui.panes.time_facts import date_entries, time_entries
from finetop.tui.panes.trouble_facts import trouble_entries

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from finetop.models import Checkpoint, File, Job
    from finetop.overfit import Verdict
    from finetop.stays import Stay
    from finetop.store.rows import Curves, JobKey, JobRow
    from finetop.tui.widgets.runs import Run


@dataclass(frozen=True, slots=True)
class DetailModel:
    """What the detail pane shows, by tab."""

    key: JobKey
    overview: tuple[Entry, ...] = ()
    checkpoints: tuple[Entry, ...] = ()
    checkpoint_head: tuple[Run, ...] = ()
    """The names of the columns; empty where there are no rows."""
    files: tuple[Entry, ...] = ()
    named_files: Mapping[str, File] = field(default_factory=dict)
    """The files that entries lead to, by their ids."""
    raw: bytes = b""
    """The provider's own words."""
    facts: tuple[Entry, ...] = field(default=())
    """The four lines that stand for everything on a very small screen."""
    step: str = ""
    """`step 186 of 300`, for the rule."""
    is_final: bool = False


@dataclass(frozen=True, slots=True)
class Beside:
    """What is known of a job besides what its provider's answer says."""

    files: Mapping[str, File] = field(default_factory=dict)
    """By their ids."""
    kept: Mapping[str, str] = field(default_factory=dict)
    """Where files lie on this machine, by their ids."""
    checkpoints: Sequence[Checkpoint] = ()
    curves: Curves | None = None
    verdict: Verdict | None = None
    """What the overfit watch says of it."""
    seen: Sequence[Seen] = ()
    """The states it was seen in."""
    said: Sequence[tuple[float, str]] = ()
    """Lines of its log that may tell of its states."""
    autos: AbstractSet[str] = frozenset()
    """The settings that were left to the provider."""
    logged: int | None = None
    """How many events there are."""
    sharing: Sharing | None = None
    """Who may use its model; None where the provider has nothing of the kind."""


def detail_model(
    row: JobRow,
    *,
    now: float,
    job: Job | None = None,
    beside: Beside | None = None,
    raw: bytes = b"",
    cannot: str = "",
    glyphs: text.Glyphs = text.UNICODE,
) -> DetailModel:
    """Everything known about a job; without `job` what its row tells. `cannot` is why a key is grey."""
    more = beside if beside is not None else Beside()
    states = stays(
        row.status,
        created_at=row.created_at,
        started_at=row.started_at,
        ended_at=row.ended_at,
        seen=more.seen,
        said=more.said,
    )
    points = more.checkpoints
    return DetailModel(
        key=row.key,
        overview=tuple(_overview(row, job, more, states, now=now, cannot=cannot, glyphs=glyphs)),
        checkpoints=tuple(checkpoint_entries(points, glyphs)),
        checkpoint_head=checkpoint_head(points) if points else (),
        files=() if job is None else tuple(file_entries(job, more.files, more.kept, now)),
        named_files=_named(job, more.files),
        raw=raw,
        facts=tuple(_four(row, states, now, more, glyphs)),
        step=step_words(row),
        is_final=row.is_final,
    )


def _named(job: Job | None, known: Mapping[str, File]) -> Mapping[str, File]:
    if job is None:
        return {}
    named = (*job.training_files, *job.validation_files, *job.result_files)
    return {file.id: known.get(file.id, file) for file in named}


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
    more: Beside,
    states: Sequence[Stay],
    *,
    now: float,
    cannot: str,
    glyphs: text.Glyphs,
) -> Iterable[Entry]:
    yield _who(row)
    yield from trouble_entries(row, job, glyphs)
    if cannot:
        yield Entry("Keys", ((text.clean(cannot), "faint"),))
    method = text.clean(job.method if job is not None else row.method)
    yield Entry("Model", ((text.clean(row.model), "text"), (f"  {method}", "muted")), row.model)
    yield from _tuned(row, now)
    if job is not None:
        yield from data_entries(job, more.files)
        yield from setting_entries(job, more.autos, glyphs)
        yield from reward_entries(job)
    yield from time_entries(row, job, states, now)
    if row.cost is not None:
        yield Entry("Cost", ((text.dollars(row.cost), "text"),))
    yield from _checkpoints(row, more, glyphs)
    yield from overfit_entries(more.verdict)
    if job is not None:
        yield from note_entries(job)
    yield from date_entries(row)
    if row.fine_tuned_model and more.sharing is not None:
        yield from sharing_entries(row.fine_tuned_model, more.sharing)
    if job is not None:
        yield from side_entries(row, job, logged=more.logged)


def _who(row: JobRow) -> Entry:
    """Its id, and by its other names."""
    runs = ((text.clean(row.key.id), "text"), (f"  {text.clean(row.profile)}", "muted"))
    named = [("id", row.key.id), ("profile", row.profile)]
    if row.name != row.key.id:
        named.insert(0, ("name", row.name))
    return Entry(
        "Job",
        runs,
        row.key.id,
        tuple(Fact(name, ((text.clean(part), "text"),), part) for name, part in named),
    )


def _tuned(row: JobRow, now: float) -> Iterable[Entry]:
    """The model it made, and until when it lives."""
    if row.fine_tuned_model:
        name = row.fine_tuned_model
        yield Entry("Tuned model", ((text.clean(name), "bright"),), name, goal=Goal("model", name))
        yield from ending_entries(row, now)
    elif row.is_active:
        yield Entry("Tuned model", (("none yet, named when the job ends", "faint"),))


def _checkpoints(row: JobRow, more: Beside, glyphs: text.Glyphs) -> Iterable[Entry]:
    """The last ones, and whether the tuned model is the best of them."""
    points = more.checkpoints
    if not points:
        return
    goal = Goal("tab", "Checkpoints")
    yield Entry("Checkpoints", checkpoint_runs(points, glyphs), goal=goal)
    is_told = more.verdict is not None and more.verdict.is_told  # the line below says so then
    last = passed_by(points)
    if not is_told and row.fine_tuned_model and last is not None:
        said = f"! the tuned model is that of step {last.step_number}, not the best"
        yield Entry("", ((said, "warn"),), goal=goal)


def _four(
    row: JobRow, states: Sequence[Stay], now: float, more: Beside, glyphs: text.Glyphs
) -> Iterable[Entry]:
    yield Entry(
        "Job", ((text.clean(row.key.id), "text"), (f"  {text.clean(row.profile)}", "muted")), row.key.id
    )
    beside = ", ".join(part for part in (text.clean(row.method), epoch_words(row)) if part)
    yield Entry("Model", ((text.clean(row.model), "text"), (f"  {beside}", "muted")), row.model)
    if row.reason:
        yield Entry("Reason", ((f"{glyphs.failed} {text.clean(row.reason)}", "bad"),), row.reason)
    else:
        yield _loss_fact(row, more, glyphs)
    yield next(iter(time_entries(row, None, states, now)), Entry("", ()))


def _loss_fact(row: JobRow, more: Beside, glyphs: text.Glyphs) -> Entry:
    curves = more.curves
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
    if more.verdict is not None:
        is_told = more.verdict.is_told
        runs.append(("  ! rising since", "warn") if is_told else ("  perhaps rising since", "faint"))
    return Entry("Valid", tuple(runs))
