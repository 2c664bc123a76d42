"""The settings of jobs: what was asked for, what their providers chose, and rates told in two ways; pure."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from finetop import text
from finetop.comparing.fields import Cell, Field, field, ratio

if TYPE_CHECKING:
    from finetop.dossier import Dossier

_LABELS: Final = {
    "n_epochs": "Epochs",
    "batch_size": "Batch size",
    "learning_rate_multiplier": "Rate multiplier",
    "learning_rate": "Learning rate",
    "beta": "Beta",
    "lora_r": "LoRA rank",
}
_MULTIPLIER: Final = "learning_rate_multiplier"
_ABSOLUTE: Final = "learning_rate"
BY_PROVIDER: Final = "chosen by the provider"


def setting_fields(jobs: Sequence[Dossier]) -> Iterator[Field]:
    """Every setting that any of them tells, the usual ones first."""
    told = [name for one in jobs if one.job is not None for name in one.job.hyperparameters]
    names = [name for name in _LABELS if name in told]
    names += [name for name in dict.fromkeys(told) if name not in _LABELS]
    if _is_told_in_two_ways(jobs):
        names.remove(_MULTIPLIER)
    for name in names:
        if name == _ABSOLUTE and _is_told_in_two_ways(jobs):
            yield _rate_field(jobs)
            continue
        cells = [_cell(one, name) for one in jobs]
        if len({one.row.method for one in jobs}) > 1:  # a method may have no such setting
            cells = [cell if cell.words else Cell() for cell in cells]
        label = _LABELS.get(name) or text.clean(name).replace("_", " ").capitalize()
        yield field("Settings", name, label, cells, against=_against(cells) if len(cells) == 2 else "")
    yield _peak_field(jobs)
    seeds = [None if one.job is None else one.job.seed for one in jobs]
    yield field("Settings", "seed", "Seed", [Cell("" if seed is None else str(seed), seed) for seed in seeds])


def _cell(one: Dossier, name: str) -> Cell:
    value = None if one.job is None else one.job.hyperparameters.get(name)
    if one.job is None or value is None:
        return Cell(note="not told")
    if value == "auto":
        ended = one.row.is_final
        return Cell("auto", "auto", "what it became was not told" if ended else "the provider chooses")
    words = f"{value:g}" if isinstance(value, float) else text.clean(str(value))
    return Cell(words, value, BY_PROVIDER if name in one.autos else "")


def _against(cells: Sequence[Cell]) -> str:
    one, other = cells
    if not one.words or not other.words:
        return "unknown if the same" if one.note or other.note else ""
    if "auto" in (one.value, other.value):
        return "unknown if the same" if one.value != other.value else ""
    if one.value == other.value:
        return "same value" if one.note != other.note else ""
    if _is_number(one.value) and _is_number(other.value):
        return ratio(one.value, other.value)
    return ""


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _is_told_in_two_ways(jobs: Sequence[Dossier]) -> bool:
    """True where each tells its rate one way only, and not all the same way."""
    ways = []
    for one in jobs:
        settings = {} if one.job is None else one.job.hyperparameters
        ways.append((settings.get(_MULTIPLIER) is not None, settings.get(_ABSOLUTE) is not None))
    return (True, False) in ways and (False, True) in ways and (True, True) not in ways


def _rate_field(jobs: Sequence[Dossier]) -> Field:
    """Multipliers and rates in one line: a number of each side by side would mislead."""
    cells = []
    for one in jobs:
        times = _cell(one, _MULTIPLIER)
        if times.words:
            note = ", ".join(part for part in ("times the provider's own rate", times.note) if part)
            cells.append(times._replace(note=note))
        else:
            cells.append(_cell(one, _ABSOLUTE))
    return field(
        "Settings",
        _ABSOLUTE,
        "Learning rate",
        cells,
        against="a multiplier and a rate do not compare" if len(jobs) == 2 else "",
    )


def _peak_field(jobs: Sequence[Dossier]) -> Field:
    """The highest rate measured, which compares whatever was asked for."""
    cells = []
    for one in jobs:
        peak = max((rate for rate in one.curves.rate.values if math.isfinite(rate)), default=None)
        cells.append(Cell() if peak is None else Cell(f"{peak:.3g}", peak))
    against = ""
    if len(cells) == 2 and cells[0].words and cells[1].words:
        against = ratio(cells[0].value, cells[1].value)
    return field("Settings", "peak_learning_rate", "Highest rate", cells, against=against)
