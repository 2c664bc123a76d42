"""The columns of `finetop jobs list` and `watch`: what each is called and what stands in it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from finetop import text
from finetop.errors import BadInput

if TYPE_CHECKING:
    from finetop.store import JobRow


class Column(NamedTuple):
    """One column."""

    head: str
    cell: Callable[[JobRow, float], str]
    """What stands in it; the second value is now."""


def status(row: JobRow) -> str:
    """Our word for it, or the API's where we have none."""
    return row.status if row.status != "unknown" else row.raw_status or "unknown"


def _steps(row: JobRow) -> str:
    if row.step is None:
        return ""
    return f"{row.step}/{row.total_steps}" if row.total_steps else str(row.step)


def _took(row: JobRow, now: float) -> str:
    begin = row.started_at or row.created_at
    end = row.ended_at if row.is_final else now
    return text.length(end - begin) if begin and end else ""


COLUMNS = {
    "status": Column("STATUS", lambda row, _: status(row)),
    "name": Column("NAME", lambda row, _: row.name),
    "model": Column("BASE MODEL", lambda row, _: row.model),
    "method": Column("METHOD", lambda row, _: row.method),
    "age": Column("AGE", lambda row, now: text.age(now - row.created_at) if row.created_at else ""),
    "profile": Column("PROFILE", lambda row, _: row.profile),
    "job": Column("JOB", lambda row, _: row.key.id),
    "progress": Column("DONE", lambda row, _: text.percent(row.done, done=row.is_final).strip()),
    "steps": Column("STEP", lambda row, _: _steps(row)),
    "epoch": Column("EPOCH", lambda row, _: "" if row.epoch is None else f"{row.epoch:.3g}"),
    "train_loss": Column("LOSS", lambda row, _: text.loss(row.train_loss)),
    "valid_loss": Column("VALID", lambda row, _: text.loss(row.valid_loss)),
    "overfit": Column("OVERFIT", lambda row, _: row.overfit or ""),
    "eta": Column("LEFT", lambda row, _: text.eta(row.eta_s)),
    "took": Column("TOOK", _took),
    "created": Column("CREATED", lambda row, _: text.day_clock(row.created_at) if row.created_at else ""),
    "ended": Column("ENDED", lambda row, _: text.day_clock(row.ended_at) if row.ended_at else ""),
    "tuned": Column("TUNED MODEL", lambda row, _: row.fine_tuned_model or ""),
    "cost": Column("COST", lambda row, _: "" if row.cost is None else text.dollars(row.cost)),
    "error": Column("ERROR", lambda row, _: row.reason or ""),
}
USUAL = ("status", "name", "model", "method", "age", "profile", "job")


def chosen(words: str | None) -> tuple[str, ...]:
    """The columns that were asked for, `status,name`. Raises BadInput for one that does not exist."""
    if not words:
        return USUAL
    names = tuple(name.strip().lower() for name in words.split(","))
    for name in names:
        if name not in COLUMNS:
            import difflib  # noqa: PLC0415 - only for a slip of the finger

            alike = difflib.get_close_matches(name, COLUMNS, n=1)
            raise BadInput(
                f"there is no column {name!r}",
                hint=f"Use {alike[0]}." if alike else f"Use some of {', '.join(COLUMNS)}.",
            )
    return names


def heads(names: Sequence[str]) -> tuple[str, ...]:
    """The first line of a table."""
    return tuple(COLUMNS[name].head for name in names)


def cells(names: Sequence[str], row: JobRow, now: float) -> tuple[str, ...]:
    """One job's line."""
    return tuple(COLUMNS[name].cell(row, now) for name in names)
