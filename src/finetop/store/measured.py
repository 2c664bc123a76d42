"""Measurements by step: how they are kept, and the series that are drawn of them."""

from __future__ import annotations

import json
import math
import sqlite3
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from finetop.store.held import given, held
from finetop.store.rows import Curves, JobKey, Series

if TYPE_CHECKING:
    from finetop.models import Metric

_METRICS = (
    "train_loss",
    "valid_loss",
    "full_valid_loss",
    "train_accuracy",
    "valid_accuracy",
    "full_valid_accuracy",
    "rate",
)
"""What has a column of its own; all else, such as a reward, stands together in one."""


REREAD = 64
"""So many of the newest steps may be told of anew, as validation is after training, and are read again."""
_BEFORE_ALL = -(2**62)
_COLUMNS = ("epoch", *_METRICS, "tokens")
_SERIES = ("step", "epoch", *_METRICS, "more", "at", "tokens")


def keep(connection: sqlite3.Connection, key: JobKey, metric: Metric, at: float | None = None) -> None:
    """Keep what a step measured beside what is known of it already; the first time it was told of counts."""
    values = [held(metric.values.get(name)) for name in _METRICS]
    # JSON has no nan either; as text it comes back by `float`.
    rest = {
        name: number if math.isfinite(number) else str(number)
        for name, number in metric.values.items()
        if name not in _METRICS
    }
    updates = ", ".join(f"{name} = coalesce(excluded.{name}, {name})" for name in _COLUMNS)
    connection.execute(
        f"""insert into metric (account, job, step, {", ".join(_COLUMNS)}, more, at)
        values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict do update set {updates},
        at = coalesce(at, excluded.at),
        more = iif(excluded.more is null, more, json_patch(coalesce(more, '{{}}'), excluded.more))""",
        (
            *key,
            metric.step,
            held(metric.epoch),
            *values,
            metric.tokens,
            json.dumps(rest) if rest else None,
            at,
        ),
    )


def show_last(connection: sqlite3.Connection, key: JobKey) -> None:
    """Copy the newest measurements to the job's row, which the list draws."""
    connection.execute(
        """update job set
        (step, epoch) = (select step, epoch from metric m where m.account = job.account and m.job = job.id
            order by step desc limit 1),
        train_loss = (select train_loss from metric m where m.account = job.account and m.job = job.id
            and train_loss is not null order by step desc limit 1),
        valid_loss = (select coalesce(full_valid_loss, valid_loss) from metric m where m.account = job.account
            and m.job = job.id and coalesce(full_valid_loss, valid_loss) is not null
            order by step desc limit 1)
        where account = ? and id = ?""",
        key,
    )


def note_old(connection: sqlite3.Connection, key: JobKey, metrics: Sequence[Metric]) -> None:
    """Say so where steps are told of that lie before the newest ones; called before they are kept."""
    last: tuple[int | None] = connection.execute(
        "select max(step) from metric where account = ? and job = ?", key
    ).fetchone()
    first = min((metric.step for metric in metrics), default=None)
    if first is not None and last[0] is not None and first <= last[0] - REREAD:
        connection.execute("update job set remeasured = remeasured + 1 where account = ? and id = ?", key)


def curves(connection: sqlite3.Connection, key: JobKey, before: Curves | None = None) -> Curves:
    """Everything measured of a job; of a long one only what is new since `before`."""
    seq, total, started_at, remeasured = connection.execute(
        "select seq, total_steps, started_at, remeasured from job where account = ? and id = ?", key
    ).fetchone() or (0, None, None, 0)
    old = before if before is not None and (before.key, before.remeasured) == (key, remeasured) else None
    since = _last_step(old) - REREAD if old is not None else _BEFORE_ALL
    lines = connection.execute(
        f"""select {", ".join(_SERIES)} from metric where account = ? and job = ? and step > ?
        order by step""",
        (*key, since),
    ).fetchall()
    columns = dict(zip(_SERIES, zip(*lines, strict=True), strict=True)) if lines else {}
    steps = columns.get("step", ())
    told = {name: _measured(steps, columns.get(name, ())) for name in (*_METRICS, "epoch", "at", "tokens")}
    more = _more(steps, columns.get("more", ()))
    whens = {"epoch": Series(), "at": Series(), "tokens": Series()}
    if old is not None:
        whens = {"epoch": old.epochs, "at": old.times, "tokens": old.tokens}
        told = {name: _joined({**old.series, **whens}.get(name), since, new) for name, new in told.items()}
        names = sorted({*old.more, *more})
        more = {name: _joined(old.more.get(name), since, more.get(name, Series())) for name in names}
    known = {name: told[name] for name in _METRICS if told[name].steps}
    return Curves(
        key=key,
        seq=seq,
        total_steps=total,
        epoch_steps=_epoch_ends(told["epoch"]),
        train_loss=told["train_loss"],
        valid_loss=valid_of(known, "loss"),
        train_accuracy=told["train_accuracy"],
        valid_accuracy=known.get("valid_accuracy", told["full_valid_accuracy"]),
        rate=told["rate"],
        more=more,
        series={**known, **more},
        epochs=told["epoch"],
        times=told["at"],
        tokens=told["tokens"],
        started_at=started_at,
        checkpoint_steps=_checkpoint_steps(connection, key),
        remeasured=remeasured,
    )


def _last_step(curves: Curves) -> int:
    return max((series.steps[-1] for series in curves.series.values() if series.steps), default=_BEFORE_ALL)


def _joined(old: Series | None, since: int, new: Series) -> Series:
    """What was known up to a step, and what is told of those after it."""
    if old is None or not old.steps:
        return new
    at = bisect_right(old.steps, since)
    if old.steps[at:] == new.steps and old.values[at:] == new.values:
        return old
    return Series(old.steps[:at] + new.steps, old.values[:at] + new.values)


def valid_of(series: Mapping[str, Series], what: str) -> Series:
    """What the validation says: the whole of it counts, unless a part was measured more often."""
    full, part = series.get(f"full_valid_{what}", Series()), series.get(f"valid_{what}", Series())
    return part if len(part.steps) > len(full.steps) else full


def _checkpoint_steps(connection: sqlite3.Connection, key: JobKey) -> tuple[int, ...]:
    found = connection.execute(
        """select distinct step from checkpoint where account = ? and job = ? and step is not null
        order by step""",
        key,
    )
    return tuple(step for (step,) in found)


def course(connection: sqlite3.Connection, key: JobKey, points: int) -> list[float]:
    """The training loss at about so many steps, evenly apart: all that a small picture shows."""
    found = connection.execute(
        """select train_loss from metric where account = ? and job = ? and train_loss is not null
        order by step""",
        key,
    ).fetchall()
    return [math.nan if loss == -math.inf else loss for (loss,) in found[:: max(1, len(found) // points)]]


def by_step(connection: sqlite3.Connection, key: JobKey) -> list[dict[str, float]]:
    """Every measurement of a job, each step with what was told of it."""
    names = ("step", "epoch", *_METRICS)
    lines = connection.execute(
        f"select {', '.join(names)}, more from metric where account = ? and job = ? order by step", key
    )
    found = []
    for *values, more in lines:
        step = {
            name: value for name, value in zip(names, map(given, values), strict=True) if value is not None
        }
        found.append(step | {name: float(value) for name, value in json.loads(more or "{}").items()})
    return found


def _measured(steps: tuple[int, ...], values: tuple[float | None, ...]) -> Series:
    """The steps at which something was told, and what."""
    if None in values:
        pairs = [pair for pair in zip(steps, values, strict=True) if pair[1] is not None]
        steps, values = zip(*pairs, strict=True) if pairs else ((), ())
    return _series(steps[: len(values)], values)  # type: ignore[arg-type]


def _series(steps: Iterable[int], values: Iterable[float]) -> Series:
    held_so = tuple(values)
    if -math.inf in held_so:
        held_so = tuple(math.nan if value == -math.inf else value for value in held_so)
    return Series(tuple(steps), held_so)


def _more(steps: Sequence[int], held_by_step: Sequence[str | None]) -> dict[str, Series]:
    """The series that have no column, by name."""
    found: dict[str, tuple[list[int], list[float]]] = {}
    for step, words in zip(steps, held_by_step, strict=False):
        if words is not None:
            for name, value in json.loads(words).items():
                at, values = found.setdefault(name, ([], []))
                at.append(step)
                values.append(float(value))
    return {name: _series(*measured) for name, measured in sorted(found.items())}


def _epoch_ends(epochs: Series) -> tuple[int, ...]:
    """The steps at which the epoch passed a whole number."""
    ends: list[int] = []
    before, at, last = 0, 0, len(epochs.steps)
    values = epochs.values
    while at < last:
        at = next((place for place in range(at, last) if values[place] >= before + 1), last)
        if at < last and math.isfinite(values[at]):
            before = int(values[at])
            ends.append(epochs.steps[at])
        at += 1
    return tuple(ends)
