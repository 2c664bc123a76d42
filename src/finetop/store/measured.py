"""Measurements by step: how they are kept, and the series that are drawn of them."""

from __future__ import annotations

import json
import math
import sqlite3
from collections.abc import Sequence
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


def keep(connection: sqlite3.Connection, key: JobKey, metric: Metric) -> None:
    """Keep what a step measured beside what is known of it already."""
    values = [held(metric.values.get(name)) for name in _METRICS]
    # JSON has no nan either; as text it comes back by `float`.
    rest = {
        name: number if math.isfinite(number) else str(number)
        for name, number in metric.values.items()
        if name not in _METRICS
    }
    updates = ", ".join(f"{name} = coalesce(excluded.{name}, {name})" for name in ("epoch", *_METRICS))
    connection.execute(
        f"""insert into metric (account, job, step, epoch, {", ".join(_METRICS)}, more)
        values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict do update set {updates},
        more = iif(excluded.more is null, more, json_patch(coalesce(more, '{{}}'), excluded.more))""",
        (*key, metric.step, held(metric.epoch), *values, json.dumps(rest) if rest else None),
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


def curves(connection: sqlite3.Connection, key: JobKey) -> Curves:
    """Everything measured of a job."""
    names = ("step", "epoch", *_METRICS, "more")
    lines = connection.execute(
        f"select {', '.join(names)} from metric where account = ? and job = ? order by step", key
    ).fetchall()
    head = connection.execute(
        "select seq, total_steps from job where account = ? and id = ?", key
    ).fetchone() or (0, None)
    columns = dict(zip(names, zip(*lines, strict=True), strict=True)) if lines else {}
    steps = columns.get("step", ())

    def series(*wanted: str) -> Series:
        for name in wanted:
            pairs = [(s, v) for s, v in zip(steps, columns.get(name, ()), strict=False) if v is not None]
            if pairs:
                return _series(pairs)
        return Series()

    return Curves(
        key=key,
        seq=head[0],
        total_steps=head[1],
        epoch_steps=_epoch_ends(steps, columns.get("epoch", ())),
        train_loss=series("train_loss"),
        valid_loss=series("full_valid_loss", "valid_loss") if not _dense(columns) else series("valid_loss"),
        train_accuracy=series("train_accuracy"),
        valid_accuracy=series("valid_accuracy", "full_valid_accuracy"),
        rate=series("rate"),
        more=_more(steps, columns.get("more", ())),
    )


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


def _series(pairs: Sequence[tuple[int, float]]) -> Series:
    steps, values = zip(*pairs, strict=True)
    return Series(steps, tuple(math.nan if value == -math.inf else value for value in values))


def _more(steps: Sequence[int], held_by_step: Sequence[str | None]) -> dict[str, Series]:
    """The series that have no column, by name."""
    pairs: dict[str, list[tuple[int, float]]] = {}
    for step, words in zip(steps, held_by_step, strict=False):
        if words is not None:
            for name, value in json.loads(words).items():
                pairs.setdefault(name, []).append((step, float(value)))
    return {name: _series(measured) for name, measured in sorted(pairs.items())}


def _dense(columns: dict[str, tuple[float | None, ...]]) -> bool:
    """True when the small validation was measured more often than the whole one, so shows more."""
    small = sum(value is not None for value in columns.get("valid_loss", ()))
    return small > sum(value is not None for value in columns.get("full_valid_loss", ()))


def _epoch_ends(steps: Sequence[int], epochs: Sequence[float | None]) -> tuple[int, ...]:
    """The steps at which the epoch passed a whole number."""
    ends, before = [], 0
    for step, epoch in zip(steps, epochs, strict=False):
        if epoch is not None and math.isfinite(epoch) and int(epoch) > before:
            before = int(epoch)
            ends.append(step)
    return tuple(ends)
