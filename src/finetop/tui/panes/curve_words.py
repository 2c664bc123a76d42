"""The line over a picture: what is best and what became of it, or the numbers under the crosshair; pure."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, Final

from finetop import overfit, text
from finetop.measures import unit
from finetop.tui.widgets.runs import width_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from finetop.store.rows import Series
    from finetop.tui.panes.curve_drawing import Picture
    from finetop.tui.panes.curve_jobs import Laid
    from finetop.tui.widgets.runs import Run

LEFT: Final = 6
"""Cells before it, where the labels of the axis stand."""
VALUE: Final = 8


def sentence(picture: Picture, glyphs: text.Glyphs, *, gaps: int, width: int) -> list[Run]:
    """What the picture says in words."""
    if picture.is_overlay:
        return _with_notes(_legend(picture, width, glyphs), _unusual(picture) + _units(picture), width)
    gap = [(f"   {gaps} gap{'s' * (gaps != 1)}", "warn")] if gaps else []
    room = width - LEFT
    told = [[*best, *turn, *gap] for best, turn in _ways(picture, glyphs)]
    unusual, units = _unusual(picture), _units(picture)
    # What is not as usual must be told; for the unit only a few words give way.
    for ways, notes in ((told[:2], unusual + units), (told, unusual), (told, [])):
        beside = len(", ".join(notes)) + 2 if notes else 0
        fits = next((runs for runs in ways if width_of(runs) + beside <= room), None)
        if fits is not None:
            return _with_notes(fits, notes, width)
    return told[-1]


def _ways(picture: Picture, glyphs: text.Glyphs) -> list[tuple[list[Run], list[Run]]]:
    """The best point and what has become of it, in ever fewer words."""
    job, best = picture.jobs[0], picture.best
    if best is None:
        none = "validation was not measured" if job.row.is_final else "no validation yet"
        return [([(none, "faint")] if picture.measure(job).has_best else [], [])]
    value, step = text.loss(best.value), f"{best.step:.0f}"
    mark = (f"{glyphs.best} ", "bright")
    said = [
        [mark, (words, "text")] for words in (f"best valid {value} at step {step}", f"best {value} at {step}")
    ]
    verdict = job.verdict(picture.name)
    if verdict is None:
        return [(best_words, []) for best_words in said]
    turn = overfit.words(verdict)
    if verdict.turned_step == verdict.best.step:
        turn = turn.replace(f" step {verdict.turned_step}", "")  # it was named a moment ago
    is_told = verdict.is_told
    turns: list[list[Run]] = [
        [(f"   {'! ' if is_told else ''}{words}", "warn" if is_told else "muted")]
        for words in (turn, turn.split(" since", maxsplit=1)[0])
    ]
    return [(said[0], turns[0]), (said[1], turns[0]), (said[1], turns[1])]


def _legend(picture: Picture, width: int, glyphs: text.Glyphs) -> list[Run]:
    """Which letter is which job; their last values stand at the lines' ends."""
    jobs = picture.jobs
    kind = (
        "" if len(picture.kinds) > 1 else {"valid": "validation  ", "train": "training  "}[picture.kinds[0]]
    )
    room = max(4, (width - LEFT - len(kind) - 14) // len(jobs) - 3)
    runs: list[Run] = [(kind, "muted")] if kind else []
    for job in jobs:
        name = text.shorten_middle(text.clean(job.row.name), max(1, room - len(job.name)), glyphs.ellipsis)
        letter = f"{job.name} " if job.name else ""
        runs += [(letter, job.role or "train"), (f"{name}  ", "text")]
        if not picture.measure(job).is_there:
            runs.append(("nothing measured  ", "faint"))
    return runs


def _unusual(picture: Picture) -> list[str]:
    """How it is looked at, as far as that is not as usual."""
    look = picture.look
    notes = ["zoomed"] if look.window is not None else []
    if look.smoothing != "mid" and picture.name != "rate":
        notes.append(f"smoothing {look.smoothing}")
    return [*notes, "log"] if look.is_log else notes


def _units(picture: Picture) -> list[str]:
    """What a value is of."""
    found = dict.fromkeys(unit(picture.measure(job), job.row) for job in picture.jobs)
    return [words for words in found if words]


def _with_notes(runs: list[Run], notes: list[str], width: int) -> list[Run]:
    """The notes at the right, as far as there is room."""
    room = width - LEFT - width_of(runs)
    kept = list(notes)
    while kept and len(", ".join(kept)) + 2 > room:
        kept.pop()
    told = ", ".join(kept)
    return [*runs, (" " * (room - len(told)) + told, "faint")] if told else runs


def readout(picture: Picture, width: int) -> list[Run]:
    """The values under the crosshair, on columns that do not move."""
    step = picture.look.point or 0.0
    runs: list[Run] = [("step ", "muted"), (f"{step:<7.0f}", "bright")]
    if place := picture.along(picture.jobs[0]).words(step):
        runs.append((f"{place:<12}", "muted"))
    for job in picture.jobs:
        runs += _values(picture, job, step)
    kept = [*runs]
    while width_of(kept) > width - LEFT and len(kept) > 2:
        kept.pop()
    return kept


def title(picture: Picture, width: int) -> list[Run]:
    """Over a small picture: what it shows, and the best of it or the numbers under the crosshair."""
    measure = picture.measure(picture.jobs[0])
    runs: list[Run] = [(" " * LEFT, "text"), (f"{measure.title}  ", "bright")]
    if picture.look.point is not None:
        for job in picture.jobs:
            runs += _values(picture, job, picture.look.point)
    elif words := unit(measure, picture.jobs[0].row):
        runs.append((words, "faint"))
    kept = [*runs]
    while width_of(kept) > width and len(kept) > 2:
        kept.pop()
    return kept


def _values(picture: Picture, job: Laid, step: float) -> list[Run]:
    measure = picture.measure(job)
    runs: list[Run] = []
    if "train" in picture.kinds and (measure.train.steps or not job.name):
        here = value_at(measure.train, step)
        runs += [
            (f"{job.name or measure.line_name} ", job.role or "train"),
            (f"{text.loss(here):<{VALUE}}", "bright"),
        ]
    place = bisect_right(measure.valid.steps, step) - 1
    if "valid" in picture.kinds and measure.valid.steps:
        called = "valid" if not job.name else job.name if len(picture.kinds) == 1 else f"{job.name} valid"
        is_over = step > max(*measure.train.steps[-1:], *measure.valid.steps[-1:], 0, 0)
        value = measure.valid.values[place] if place >= 0 and not (is_over and job.name) else None
        runs += [(f"{called} ", job.role or "valid"), (f"{text.loss(value):<{VALUE}}", "bright")]
        if place >= 0 and not picture.is_overlay:
            runs.append((f"at {measure.valid.steps[place]}", "muted"))
    return runs


def value_at(series: Series, step: float) -> float | None:
    """What was measured at exactly this step."""
    at = bisect_right(series.steps, step) - 1
    return series.values[at] if at >= 0 and series.steps[at] == step else None


def nearest(steps: Sequence[int], step: float) -> int:
    """The place of the step nearest to this one."""
    at = bisect_right(steps, step)
    around = [place for place in (at - 1, at) if 0 <= place < len(steps)]
    return min(around, key=lambda place: abs(steps[place] - step), default=0)
