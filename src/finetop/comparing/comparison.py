"""Jobs beside each other, and what differs between them; pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from finetop import text
from finetop.comparing.data import data_fields
from finetop.comparing.fields import LETTERS, Cell, Field, field, plain_field, whole_field
from finetop.comparing.result import outcome, result_fields
from finetop.comparing.settings import setting_fields
from finetop.comparing.timing import timing_fields
from finetop.overfit import judge_curves

if TYPE_CHECKING:
    from finetop.dossier import Dossier
    from finetop.overfit import Verdict

MOST: Final = len(LETTERS)
"""More jobs than this are not told apart by a letter and a line."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two jobs or more."""

    jobs: tuple[Dossier, ...]
    fields: tuple[Field, ...]
    """All of which something is known."""
    verdicts: tuple[Verdict | None, ...]
    """Of each job: whether its validation has turned."""
    sentence: str
    best: int | None = None
    """The place of the better job, where that can be said."""

    @property
    def letters(self) -> tuple[str, ...]:
        """What the jobs are called."""
        return tuple(LETTERS[: len(self.jobs)])

    @property
    def differing(self) -> tuple[Field, ...]:
        """The fields that differ."""
        return tuple(one for one in self.fields if one.differs)

    def groups(self, *, everything: bool = False) -> list[tuple[str, list[Field]]]:
        """The fields by their headings, in order; the first stand under none."""
        found: dict[str, list[Field]] = {}
        for one in self.fields if everything else self.differing:
            found.setdefault(one.group, []).append(one)
        return list(found.items())

    def model_to_use(self, place: int) -> str:
        """The name of the model to use of one job; empty where there is none."""
        return next((one.cells[place].copied for one in self.fields if one.name == "checkpoint"), "")


def compare(jobs: Sequence[Dossier], *, now: float) -> Comparison:
    """Set jobs beside each other, the first of them as A."""
    if not 2 <= len(jobs) <= MOST:
        raise ValueError(f"{len(jobs)} jobs cannot be compared")
    verdicts = tuple(judge_curves(one.curves, one.checkpoints) for one in jobs)
    fields = (
        *_head_fields(jobs),
        *data_fields(jobs),
        *_model_fields(jobs),
        *setting_fields(jobs),
        *timing_fields(jobs, now),
        *result_fields(jobs, verdicts),
    )
    found = outcome(jobs, verdicts)
    known = tuple(one for one in fields if one.is_known)
    return Comparison(tuple(jobs), known, verdicts, found.sentence, found.best)


def _head_fields(jobs: Sequence[Dossier]) -> Iterator[Field]:
    """State, profile and what people have written on them."""
    yield field("", "status", "State", [_state(one) for one in jobs])
    yield plain_field("", "profile", "Profile", jobs, lambda one: one.row.profile)
    metadata = [{} if one.job is None else one.job.user_metadata for one in jobs]
    for name in dict.fromkeys(name for pairs in metadata for name in pairs):
        cells = [Cell(text.clean(pairs.get(name, "")), pairs.get(name)) for pairs in metadata]
        yield field("", f"metadata.{name}", text.clean(name), cells)


def _state(one: Dossier) -> Cell:
    row = one.row
    status = text.clean(row.raw_status) if row.status == "unknown" else row.status
    share = text.percent(row.done).strip() if row.status == "running" else ""
    return Cell(status, row.status, share)


def _model_fields(jobs: Sequence[Dossier]) -> Iterator[Field]:
    yield plain_field("Model", "model", "Base model", jobs, lambda one: one.row.model)
    yield plain_field(
        "Model", "method", "Method", jobs, lambda one: one.row.method if one.job is None else one.job.method
    )
    yield whole_field(
        "Model", "grader", "Grader", jobs, lambda one: None if one.job is None else one.job.grader
    )
    yield whole_field(
        "Model",
        "response_format",
        "Answer form",
        jobs,
        lambda one: None if one.job is None else one.job.response_format,
    )


def told(comparison: Comparison) -> dict[str, Any]:
    """Plain values for programs: every field, whether it differs, and what each job has of it."""
    letters = comparison.letters
    return {
        "jobs": [
            {
                "letter": letter,
                "id": one.row.key.id,
                "profile": one.row.profile,
                "name": one.row.name,
                "best_model": comparison.model_to_use(place) or None,
            }
            for place, (letter, one) in enumerate(zip(letters, comparison.jobs, strict=True))
        ],
        "fields": [
            {
                "group": one.group.lower() or "job",
                "name": one.name,
                "label": one.label,
                "differs": one.differs,
                "values": dict(zip(letters, (cell.value for cell in one.cells), strict=True)),
                "notes": {
                    letter: cell.note for letter, cell in zip(letters, one.cells, strict=True) if cell.note
                },
                "against": one.against or None,
                "best": [letters[place] for place in one.best],
            }
            for one in comparison.fields
        ],
        "better": None if comparison.best is None else letters[comparison.best],
        "sentence": comparison.sentence,
    }
