"""A report on one job or on several, put together; pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from finetop import text
from finetop.comparing import MOST, compare
from finetop.comparing.fields import LETTERS
from finetop.measures import measures
from finetop.overfit import advice, judge_curves
from finetop.report import about, measured
from finetop.report.blocks import Block, Report, Section, Words
from finetop.report.differences import differences
from finetop.report.leaving_out import LeavingOut
from finetop.report.pictures import overlaid, pictures

__all__ = ["MOST", "report"]

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from finetop.dossier import Dossier
    from finetop.overfit import Verdict


def report(found: Sequence[Dossier], kinds: Iterable[str] = ()) -> Report:
    """The report on these jobs, without these kinds of things."""
    out = LeavingOut(frozenset(kinds), frozenset(_names(found, frozenset(kinds))))
    several = len(found) > 1
    sections: list[Section] = []
    lead: list[str] = []
    if several:
        compared = compare(found, now=_last_change(found) or 0.0)
        lead.append(out.free(compared.sentence))
        sections.append(
            Section("What differs", (*differences(compared, out), *overlaid(found, compared.letters)))
        )
    for place, one in enumerate(found):
        verdict = judge_curves(one.curves, one.checkpoints)
        told = [sentence for sentence in _lead(one, verdict, out) if sentence]
        head = _head(one, place, out) if several else ""
        if not several:
            lead = told
        sections += _sections(one, head, told if several else (), verdict, out)
    name = out.name(found[0].row.name)
    title = (
        f"Fine-tuning report on {len(found)} jobs" if several else f"Fine-tuning report: {name or 'one job'}"
    )
    return Report(title, tuple(lead), tuple(sections), _end(found, out))


def _names(found: Iterable[Dossier], kinds: frozenset[str]) -> Iterator[str]:
    """What sentences of others may repeat of that which is left out."""
    for one in found:
        job = one.job
        files = () if job is None else (*job.training_files, *job.validation_files, *job.result_files)
        if kinds & {"names", "ids"}:
            yield from (name for name in (one.row.fine_tuned_model,) if name)
            yield from (
                p.fine_tuned_model_checkpoint for p in one.checkpoints if p.fine_tuned_model_checkpoint
            )
        if "names" in kinds:
            yield from (name for name in (one.row.name, one.row.profile) if name)
            yield from (name for file in files if (name := one.file(file).filename))
        if "ids" in kinds:
            yield one.row.key.id
            yield from (file.id for file in files)
            yield from (point.id for point in one.checkpoints)
        if job is not None and job.organization_id and kinds & {"names", "ids"}:
            yield job.organization_id


def _head(one: Dossier, place: int, out: LeavingOut) -> str:
    """The letter of a job, and its name."""
    name = out.name(one.row.name)
    return f"Job {LETTERS[place]}: {name}" if name else f"Job {LETTERS[place]}"


def _sections(
    one: Dossier, head: str, told: Sequence[str], verdict: Verdict | None, out: LeavingOut
) -> Iterator[Section]:
    parts: tuple[tuple[str, Iterable[Block]], ...] = (
        ("Job", (*map(Words, told), *about.facts(one, out))),
        ("Data", about.data(one, out)),
        ("Settings", about.settings(one, out)),
        ("Curves", (*pictures(one), *measured.in_numbers(one.curves))),
        ("Checkpoints", measured.checkpoints(one, _advised(verdict), out)),
        ("Times", about.times(one)),
        ("Metadata", about.metadata(one, out)),
    )
    for title, blocks in parts:
        kept = tuple(blocks)
        if kept and head and title == "Job":
            yield Section(head, kept)
        elif kept:
            yield Section(title, kept, 2 if head else 1)


def _lead(one: Dossier, verdict: Verdict | None, out: LeavingOut) -> Iterator[str]:
    """What matters most of one job."""
    row = one.row
    if row.is_final and row.created_at is not None and row.ended_at is not None:
        yield f"The job {row.status} {text.length(row.ended_at - row.created_at)} after it was created."
    if verdict is not None:
        yield _sentence(verdict.why)
        yield _sentence(f"{advice(verdict)}{_named(verdict, out)}")
        return
    for measure in measures(one.curves).values():
        best = measured.best_of(measure.name, measure.valid)
        if best is not None:
            said = f"Validation {measure.name} was best at step {best.step:,}: {text.loss(best.value)}."
            yield text.clean(said)
            return


def _named(verdict: Verdict, out: LeavingOut) -> str:
    """The name to use the checkpoint by."""
    model = out.tuned(verdict.checkpoint.model) if verdict.checkpoint is not None else ""
    return f": {model}" if model else ""


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}." if words else ""


def _advised(verdict: Verdict | None) -> int | None:
    """The step of the checkpoint to use instead of the last one."""
    if verdict is None or verdict.checkpoint is None or not verdict.is_told:
        return None
    return verdict.checkpoint.step


def _end(found: Iterable[Dossier], out: LeavingOut) -> str:
    """Of when it is, and what is not in it."""
    at = _last_change(found)
    told = f"As of {about.moment(at)}, the last change that is known." if at is not None else ""
    left = f"Left out: {out.said}." if out.said else "Nothing was left out."
    return f"{told} {left} Made with finetop.".strip()


def _last_change(found: Iterable[Dossier]) -> float | None:
    return max((at for one in found if (at := about.last_change(one)) is not None), default=None)
