"""What programs are told: a job in our normal form, with its profile and how far it is."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from finetop.errors import BadInput
from finetop.names import MARKER

if TYPE_CHECKING:
    from finetop.store import JobRow
    from finetop.store.jobs import Jobs

_FILES = ("training_files", "validation_files", "result_files")


def job_value(
    profile: str,
    form: Mapping[str, Any],
    row: JobRow | None = None,
    verdict: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """One job, without the marker that is ours alone; `verdict` is what the overfit watch says of it."""
    metadata = {name: value for name, value in form.get("metadata", {}).items() if name != MARKER}
    files = {name: [_file(file) for file in form.get(name, ())] for name in _FILES}
    ours = {"progress": progress_value(row), "overfit": verdict}
    return {"profile": profile, **form, **files, "metadata": metadata, **ours}


def stored_value(jobs: Jobs, row: JobRow) -> dict[str, Any]:
    """A job as the store has it."""
    verdict = None if row.overfit is None else jobs.overfit(row.key)
    return job_value(row.profile, jobs.form(row.key) or {"id": row.key.id}, row, verdict)


def progress_value(row: JobRow | None) -> dict[str, Any]:
    """How far a job is; what nobody told is null."""
    if row is None:
        return dict.fromkeys(PROGRESS)
    told = {"share": row.done} | {name: getattr(row, name) for name in PROGRESS if name != "share"}
    return {name: sound(told[name]) for name in PROGRESS}


PROGRESS = ("step", "total_steps", "epoch", "share", "eta_s", "train_loss", "valid_loss")


def sound(number: float | None) -> float | str | None:
    """A number as JSON can hold it: a loss that diverged becomes a word, as pydantic writes it."""
    if number is None or math.isfinite(number):
        return number
    return "NaN" if math.isnan(number) else "Infinity" if number > 0 else "-Infinity"


def strict(value: object) -> object:
    """The same with every number that JSON cannot hold as a word."""
    if isinstance(value, float):
        return sound(value)
    if isinstance(value, Mapping):
        return {key: strict(item) for key, item in value.items()}
    return [strict(item) for item in value] if isinstance(value, list | tuple) else value


def _file(file: Mapping[str, Any]) -> dict[str, Any]:
    """A file under today's names; the store may hold one from before."""
    return {"bytes" if name == "size_bytes" else name: value for name, value in file.items()}


def field_of(value: object, path: str) -> str:
    """One field as text for a shell, by its path: `fine_tuned_model`, `result_files.0.id`.

    Raises BadInput where there is none.
    """
    found, before = value, ""
    for name in path.split("."):
        inside = _inside(found)
        if name not in inside:
            alike = _nearest(name, inside)
            raise BadInput(
                f"there is no {name}{f' in {before}' if before else ''}",
                hint=f"Use {alike}." if alike else f"Use one of {', '.join(inside) or 'none: it is empty'}.",
            )
        found, before = inside[name], name
    if found is None:
        return ""
    import json  # noqa: PLC0415 - as in `output`

    return found if isinstance(found, str) else json.dumps(found)


def _inside(value: object) -> dict[str, Any]:
    if isinstance(value, Mapping):
        return dict(value)
    return {str(place): item for place, item in enumerate(value)} if isinstance(value, list) else {}


def _nearest(name: str, known: Iterable[str]) -> str:
    """The known name that is most alike; empty where none is."""
    import difflib  # noqa: PLC0415 - only for a slip of the finger

    return next(iter(difflib.get_close_matches(name, known, n=1)), "")
