"""What came of jobs: measurements where they can be compared, the checkpoint to use, the price; pure."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from finetop import text
from finetop.comparing.data import learned_from_the_same, tried_on_the_same
from finetop.comparing.fields import LETTERS, Cell, Field, field, plain_field
from finetop.turning import taken_together

if TYPE_CHECKING:
    from finetop.dossier import Dossier
    from finetop.overfit import Verdict
    from finetop.store.rows import Curves, Series


FEWEST: Final = 4
"""Fewer values do not tell how noisy they are."""


class Measure(NamedTuple):
    """Something measured by which jobs can be told apart."""

    name: str
    label: str
    words: str
    """As it stands in a sentence."""
    series: Callable[[Curves], Series | None]
    higher_is_better: bool
    is_trained_on: bool = False
    """True where it tells of examples that the job has learned."""


def _reward(curves: Curves) -> Series | None:
    full, part = curves.more.get("full_valid_reward"), curves.more.get("valid_reward")
    return full or part


MEASURES: Final = (
    Measure("valid_loss", "valid", "validation loss", lambda curves: curves.valid_loss, False),
    Measure("valid_reward", "valid reward", "validation reward", _reward, True),
    Measure("train_reward", "reward", "reward", lambda curves: curves.more.get("train_reward"), True, True),
    Measure("valid_accuracy", "accuracy", "validation accuracy", lambda curves: curves.valid_accuracy, True),
    Measure("train_loss", "train", "training loss", lambda curves: curves.train_loss, False, True),
)
"""The one that judges best comes first."""


class Reading(NamedTuple):
    """The best and the last value of a series; of what is told of each batch, the mean of its end."""

    step: float
    best: float
    last: float
    noise: float
    """How much one value differs by chance."""
    batches: int = 1
    """What it is the mean of."""


class Outcome(NamedTuple):
    """What the sentence over a comparison says, and what it rests on."""

    sentence: str
    best: int | None = None
    """The job that is better, where that can be said."""


def readings(measure: Measure, jobs: Sequence[Dossier]) -> list[Reading | None]:
    """What each job measured of it."""
    return [_reading(measure.series(one.curves), measure) for one in jobs]


def _reading(series: Series | None, measure: Measure) -> Reading | None:
    if series is None:
        return None
    sound = [
        (value, step) for step, value in zip(series.steps, series.values, strict=True) if math.isfinite(value)
    ]
    if not sound:
        return None
    if measure.is_trained_on:
        # Told of each batch, of which the best is luck: the end counts, and many batches of it.
        tail = [value for value, _ in sound[-max(1, len(sound) // 10) :]]
        end = sum(tail) / len(tail)
        return Reading(sound[-1][1], end, end, _noise(series) / math.sqrt(len(tail)), len(tail))
    value, step = (max if measure.higher_is_better else min)(sound, key=lambda pair: pair[0])
    return Reading(step, value, sound[-1][0], _noise(series))


def _noise(series: Series) -> float:
    """How much one value differs by chance: seen where the steep beginning is over, if enough is left."""
    begin = len(series.steps) // 2
    checks = taken_together(series.steps[begin:], series.values[begin:])
    return checks.spread if len(checks.points) >= FEWEST else 0.0


def doubt(jobs: Sequence[Dossier], measure: Measure) -> str:
    """Why measurements cannot be compared as they stand; empty where they can."""
    if measure.name.endswith("loss"):
        # A loss is told per token, and their tokens differ; another method has another loss.
        if len({one.row.model for one in jobs}) > 1:
            return "other model"
        if len({one.row.method for one in jobs}) > 1:
            return "other method"
    sameness = learned_from_the_same(jobs) if measure.is_trained_on else tried_on_the_same(jobs)
    if sameness == "other":
        return "other data"
    return "if the data is the same" if sameness in {"alike", "unknown"} else ""


def result_fields(jobs: Sequence[Dossier], verdicts: Sequence[Verdict | None]) -> Iterator[Field]:
    """What was measured, what to use, and what it cost."""
    for measure in MEASURES:
        yield from _measure_fields(measure, jobs)
    yield field(
        "Result",
        "overfit",
        "Worse since",
        [_turned(one, verdict) for one, verdict in zip(jobs, verdicts, strict=True)],
    )
    yield _use_field(jobs, verdicts)
    yield plain_field("Result", "reason", "Reason", jobs, lambda one: one.row.reason)
    yield _cost_field(jobs)


def _measure_fields(measure: Measure, jobs: Sequence[Dossier]) -> Iterator[Field]:
    found = readings(measure, jobs)
    why = doubt([job for job, one in zip(jobs, found, strict=True) if one is not None], measure)
    ends: list[tuple[str, list[float | None], list[str]]] = []
    if not measure.is_trained_on:
        steps = ["" if one is None else f"at step {one.step:.0f}" for one in found]
        ends.append(("best", [None if one is None else one.best for one in found], steps))
    if measure.is_trained_on or not measure.higher_is_better:
        means = ["" if one is None or one.batches == 1 else f"mean of {one.batches}" for one in found]
        end = "end" if measure.is_trained_on else "last"
        ends.append((end, [None if one is None else one.last for one in found], means))
    noise = max((one.noise for one in found if one is not None), default=0.0)
    for end, values, notes in ends:
        cells = [
            Cell() if value is None else Cell(text.loss(value), value, note)
            for value, note in zip(values, notes, strict=True)
        ]
        yield field(
            "Result",
            f"{end}_{measure.name}",
            f"{measure.label.capitalize()} at end" if end == "end" else f"{end.capitalize()} {measure.label}",
            cells,
            against=_difference(values, noise, why, higher=measure.higher_is_better),
            best=() if why in _NOT_ALIKE else _best(values, noise, higher=measure.higher_is_better),
        )


_NOT_ALIKE: Final = {
    "other model": "Their base models differ",
    "other method": "Their methods differ",
    "other data": "They were tried on other data",
}
"""What makes measurements tell nothing of each other."""


def _best(values: Sequence[float | None], noise: float, *, higher: bool) -> tuple[int, ...]:
    """The places of the best and of what may be as good, unless that are all."""
    known = [value for value in values if value is not None]
    if len(known) < 2:
        return ()
    best = max(known) if higher else min(known)
    places = [place for place, value in enumerate(values) if value is not None and abs(value - best) <= noise]
    return tuple(places) if len(places) < len(known) else ()


def _difference(values: Sequence[float | None], noise: float, why: str, *, higher: bool) -> str:
    if len(values) != 2 or values[0] is None or values[1] is None:
        return ""
    apart = values[0] - values[1]
    if not apart:
        return ""
    number = f"{'+' if apart > 0 else '-'}{text.loss(abs(apart))}"
    if why in _NOT_ALIKE:
        return f"{number}, {why}"
    if abs(apart) <= noise:
        return f"{number} within the noise"
    verdict = "better" if (apart > 0) == higher else "worse"
    return f"{number} {verdict}{f', {why}' if why else ''}"


def _turned(one: Dossier, verdict: Verdict | None) -> Cell:
    if verdict is not None:
        words = f"step {verdict.turned_step}, {verdict.sureness}"
        return Cell(words, verdict.turned_step, "", text.clean(verdict.why))
    judged = one.curves.valid_loss.steps or _reward(one.curves)
    return Cell("at its best", None) if judged else Cell()


def _use_field(jobs: Sequence[Dossier], verdicts: Sequence[Verdict | None]) -> Field:
    """The checkpoint before validation turned, else the tuned model; no two jobs have the same."""
    cells = [_to_use(one, verdict) for one, verdict in zip(jobs, verdicts, strict=True)]
    return field("Result", "checkpoint", "Model to use", cells, differs=len(set(cells)) > 1)


def _to_use(one: Dossier, verdict: Verdict | None) -> Cell:
    kept = verdict.checkpoint if verdict is not None and verdict.is_told else None
    if kept is not None:
        model = kept.model or ""
        return Cell(f"checkpoint of step {kept.step}", model or None, text.clean(model), model)
    model = one.row.fine_tuned_model or ""
    return Cell("the tuned model", model, text.clean(model), model) if model else Cell()


def _cost_field(jobs: Sequence[Dossier]) -> Field:
    costs = [one.row.cost for one in jobs]
    cells = [
        Cell()
        if cost is None
        else Cell(text.dollars(cost), cost, "" if one.row.is_final or not cost else "so far")
        for one, cost in zip(jobs, costs, strict=True)
    ]
    against = ""
    if len(costs) == 2 and costs[0] is not None and costs[1] is not None:
        apart = costs[0] - costs[1]
        against = f"{text.dollars(abs(apart))} {'more' if apart > 0 else 'less'}"
    ended = all(one.row.is_final for one in jobs)
    return field(
        "Result",
        "cost",
        "Cost",
        cells,
        against=against,
        best=_best(costs, 0.0, higher=False) if ended else (),
    )


def outcome(jobs: Sequence[Dossier], verdicts: Sequence[Verdict | None]) -> Outcome:
    """Which of them is better, by the first measure that at least two have, and what to use of it."""
    for measure in MEASURES:
        found = readings(measure, jobs)
        known = [(one, place) for place, one in enumerate(found) if one is not None]
        if len(known) > 1:
            return _judged(measure, known, jobs, verdicts)
    measured = [
        letter
        for letter, one in zip(LETTERS, jobs, strict=False)
        if any(_reading(measure.series(one.curves), measure) for measure in MEASURES)
    ]
    if not measured:
        return Outcome("Nothing was measured of them.")
    if len(measured) == 1:
        return Outcome(f"Only {measured[0]} was measured, so nothing tells which is better.")
    return Outcome("No two of them were measured alike, so nothing tells which is better.")


def _judged(
    measure: Measure,
    known: Sequence[tuple[Reading, int]],
    jobs: Sequence[Dossier],
    verdicts: Sequence[Verdict | None],
) -> Outcome:
    why = doubt([jobs[place] for _, place in known], measure)
    if why in _NOT_ALIKE:
        on_learned = measure.is_trained_on and why == "other data"
        because = "They learned from other data" if on_learned else _NOT_ALIKE[why]
        return Outcome(f"{because}: their {measure.words} does not tell which is better.")
    ranked = sorted(known, key=lambda pair: pair[0].best, reverse=measure.higher_is_better)
    (first, place), (second, next_place) = ranked[:2]
    values = f"{text.loss(first.best)} against {text.loss(second.best)}"
    letter, other = LETTERS[place], LETTERS[next_place]
    if first.best == second.best:
        alike = ", ".join(LETTERS[at] for one, at in ranked if one.best == first.best)
        named = " and ".join(alike.rsplit(", ", 1))
        return Outcome(f"{named} are as good: {measure.words} {text.loss(first.best)}.")
    if abs(first.best - second.best) <= max(first.noise, second.noise):
        pair = sorted([(letter, first.best), (other, second.best)])
        named = " and ".join(name for name, _ in pair)
        values = " against ".join(text.loss(value) for _, value in pair)
        return Outcome(f"{named} are about as good: {measure.words} {values}, within the noise.")
    if measure.is_trained_on and not measure.higher_is_better:
        return Outcome(f"{letter} has the better {measure.words}, {values}, on what it has learned.")
    said = f"{'If the data is the same, ' if why else ''}{letter} is better: {measure.words} {values}"
    verdict = verdicts[place]
    if verdict is not None and verdict.is_told and verdict.checkpoint is not None:
        step = verdict.checkpoint.step
        return Outcome(f"{said}; it has turned since, and the checkpoint of step {step} is to use.", place)
    return Outcome(f"{said}.", place)
