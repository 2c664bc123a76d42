"""What stands in the cells of a job's row, and the columns of the jobs list."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from finetop import text
from finetop.shutdown import days_left
from finetop.tui.palette import profile_role
from finetop.tui.widgets.bar import bar
from finetop.tui.widgets.table import Column, Draw

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from finetop.store.rows import JobRow
    from finetop.text import Glyphs
    from finetop.tui.widgets.runs import Run

COLUMNS: Final = (
    Column("status", "STATUS", (11, 11, 11, 11)),
    Column("name", "NAME", (14, 14, 14, 14), share=52),
    Column("model", "BASE MODEL", (0, 0, 12, 12), share=48, leaves=6),
    Column("method", "METHOD", (0, 0, 6, 6), leaves=5),
    Column("progress", "PROGRESS", (5, 14, 16, 24), short_head=" DONE"),
    Column("step", "STEP", (0, 0, 0, 9), align="right", leaves=2, fits=True),
    Column("loss", "LOSS", (6, 6, 6, 6), align="right", leaves=9),
    Column("valid", "VALID", (0, 6, 6, 6), align="right", leaves=8),
    Column("trend", "TREND", (0, 0, 0, 8), leaves=3, optional=True),
    Column("eta", "ETA", (4, 4, 4, 4), align="right", leaves=10),
    Column("age", "AGE", (4, 4, 4, 4), align="right", leaves=11),
    Column("ends", "ENDS", (0, 0, 5, 5), align="right", leaves=4, optional=True),
    Column("cost", "COST", (0, 0, 0, 7), align="right", leaves=4, optional=True),
    Column("profile", "PROFILE", (0, 0, 8, 8), leaves=7),
    Column("job", "JOB", (0, 0, 0, 14), leaves=1),
)
PERCENT_CELLS: Final = 5
VALID_CELLS: Final = 6
BAR_CELLS: Final = 24


_STATUS_ROLES: Final = {
    "checking": "text",
    "queued": "muted",
    "running": "good",
    "stopping": "warn",
    "paused": "warn",
    "succeeded": "muted",
    "failed": "bad",
    "cancelled": "faint",
    "unknown": "warn",
}
_METHODS: Final = {"supervised": "sft", "reinforcement": "rl"}


def longest(rows: Sequence[JobRow], *, has_trends: bool = False, has_ends: bool = False) -> dict[str, int]:
    """The cells of the longest value of each column that gives way to its content, as far as rows tell.

    `has_trends` is whether courses of losses can be drawn, `has_ends` whether any model has a last day.
    """

    def most(value: Callable[[JobRow], str]) -> int:
        return max((text.cells(value(row)) for row in rows), default=0)

    return {
        "name": most(lambda row: text.clean(row.name)),
        "model": most(lambda row: text.clean(row.model)),
        "profile": most(lambda row: text.clean(row.profile)),
        "method": most(method),
        "step": max(map(_step_cells, rows), default=0),
        "status": most(status_words),
        "progress": BAR_CELLS if any(map(_has_bar, rows)) else most(_short_story),
        "loss": 6,
        "valid": 6,
        "eta": 4,
        "age": 4,
        "job": most(lambda row: text.clean(row.key.id)),
        "trend": 8 if has_trends else 0,
        "ends": 5 if has_ends else 0,
        "cost": most(_cost),
    }


def status_words(row: JobRow) -> str:
    """Mark and word; of a state new to us the API's own word."""
    word = text.clean(row.raw_status if row.status == "unknown" else row.status)
    return f"? {word or 'unknown'}"


def method(row: JobRow) -> str:
    """The short word of a method."""
    word = text.clean(row.method)
    return _METHODS.get(word, word)


def steps(row: JobRow) -> str:
    """`186/300`; the first number alone where the other is unknown."""
    if row.step is None:
        return ""
    return f"{row.step}/{row.total_steps}" if row.total_steps else str(row.step)


def _cost(row: JobRow) -> str:
    return "" if row.cost is None else text.dollars(row.cost)


def _step_cells(row: JobRow) -> int:
    """As wide as the step will be, as far as that is two cells away: columns should not move with it."""
    now = 0 if _reason_runs_on(row) else len(steps(row))
    return max(now, min(now + 2, 2 * len(str(row.total_steps)) + 1)) if now and row.total_steps else now


def _reason_runs_on(row: JobRow) -> bool:
    return row.status in ("failed", "unknown") and bool(row.reason or row.status == "unknown")


def _has_bar(row: JobRow) -> bool:
    return row.done is not None and row.status in ("running", "stopping", "paused") and row.intent is None


def _short_story(row: JobRow) -> str:
    """What the story needs of its own column; a reason runs on over the next."""
    return "" if _reason_runs_on(row) else next(iter(_stories(row)), "")


def story(row: JobRow, width: int, ellipsis: str = "…") -> str:
    """A few words where a bar would be empty, the longest that fit."""
    choices = _stories(row)
    for words in choices:
        if text.cells(words) <= width:
            return words
    return text.shorten_end(choices[-1], width, ellipsis) if choices else ""


_STATE_STORIES: Final = {
    "checking": ("checking files", "checking"),
    "running": ("starting",),
    "stopping": ("coming to rest", "stopping"),
}


def _stories(row: JobRow) -> tuple[str, ...]:
    if row.intent == "deleting":
        return ("deleting",)
    if row.reason and row.status in ("failed", "unknown"):
        return (text.clean(row.reason),)
    if row.intent == "unsure":
        return ("sent, not confirmed", "not confirmed")
    if row.intent is not None and row.status not in ("succeeded", "failed", "cancelled"):
        return (text.clean(row.intent),)
    match row.status:
        case "queued":
            return (text.in_line(row.place),) if row.place is not None else ("in line",)
        case "checking" | "running" | "stopping":
            return _STATE_STORIES[row.status]
        case "succeeded":
            seconds = took(row)
            words = text.length(seconds)
            return (f"took {words}", words, text.age(seconds)) if words else ()
        case "cancelled":
            return _stop_stories(row)
        case "unknown":
            word = text.clean(row.raw_status)
            return (f"state {word} is new to us" if word else "its state is not told",)
        case _:
            return ()


def _stop_stories(row: JobRow) -> tuple[str, ...]:
    if row.step:
        return (f"stopped at {row.step}", f"at {row.step}")
    if row.epoch:
        return (f"stopped after epoch {row.epoch:.0f}", f"epoch {row.epoch:.0f}")
    return ("never started", "") if row.started_at is None else ("stopped", "")


def took(row: JobRow) -> float | None:
    """The seconds from its start to its end, where both are known."""
    begin = row.started_at or row.created_at
    return None if begin is None or row.ended_at is None else max(0.0, row.ended_at - begin)


def cells(
    row: JobRow, now: float, trend: Sequence[float] | None, glyphs: Glyphs, *, colour: str = ""
) -> dict[str, Draw]:
    """Every cell of the row that is not empty; `colour` is that of its profile."""
    quiet = row.is_final
    value_role = "muted" if quiet else "text"
    drawn: dict[str, Draw] = {
        "status": _status(row, glyphs),
        "name": _words(
            text.clean(row.name),
            value_role if row.status == "succeeded" else "text",
            text.shorten_middle,
            glyphs,
        ),
        "model": _words(text.clean(row.model), "muted", text.shorten_model, glyphs),
        "method": _words(method(row), "muted", text.shorten_end, glyphs),
        "profile": _words(text.clean(row.profile), profile_role(colour, "muted"), text.shorten_end, glyphs),
        "job": _words(text.clean(row.key.id), "faint", text.shorten_middle, glyphs),
    }
    drawn["progress"] = _progress(row, glyphs)
    if not _reason_runs_on(row):
        drawn |= _numbers(row, value_role)
        if trend and len(trend) > 1:
            drawn["trend"] = lambda width, _room: [
                (sparkline(trend, width, glyphs), "muted" if quiet else "train")
            ]
    if row.created_at is not None:
        drawn["age"] = _plain(text.age(now - row.created_at), "muted")
    if words := _cost(row):
        drawn["cost"] = _plain(words, "muted")
    if row.ends_at is not None:
        left = days_left(row.ends_at, now)
        drawn["ends"] = _plain(text.last_days(left), ending_role(left))
    return drawn


SOON_DAYS: Final = 30
"""A model that ends within these needs a successor now."""


def ending_role(days: int) -> str:
    """How much a last day matters that is so far away."""
    return "muted" if days > SOON_DAYS else "warn" if days >= 0 else "faint"


def _numbers(row: JobRow, role: str) -> dict[str, Draw]:
    drawn: dict[str, Draw] = {}
    for name, value in (("loss", row.train_loss), ("valid", row.valid_loss)):
        if value is not None:
            drawn[name] = _plain(text.loss(value), role if math.isfinite(value) else "warn")
    if row.has_turned:
        drawn["valid"] = _plain(_turned(row.valid_loss), "warn")
    if words := steps(row):
        drawn["step"] = _plain(words, "muted")
    if row.status == "running" and (words := text.eta(row.eta_s)):
        drawn["eta"] = _plain(words, role)
    return drawn


TURNED: Final = "!"
"""Before a validation that was better once: a word would take the room of the number."""


def _turned(value: float | None) -> str:
    """A validation that has turned, in six cells; what is no loss, as a reward, has a word."""
    if value is None:
        return "turned"
    words = text.loss(value)
    _, _, decimals = words.partition(".")
    if len(words) == VALID_CELLS and decimals:
        words = f"{value:.{len(decimals) - 1}f}"
    return TURNED + words if len(words) < VALID_CELLS else words


def _plain(words: str, role: str) -> Draw:
    return lambda _width, _room: [(words, role)]


def _words(words: str, role: str, shorten: Callable[[str, int, str], str], glyphs: Glyphs) -> Draw:
    return lambda width, _room: [(shorten(words, width, glyphs.ellipsis), role)]


def _status(row: JobRow, glyphs: Glyphs) -> Draw:
    role = _STATUS_ROLES.get(row.status, "warn")
    word = status_words(row)[2:]
    mark_role = "good" if row.status == "succeeded" else role

    def draw(width: int, _room: int) -> list[Run]:
        return [
            (f"{glyphs.mark(row.status)} ", mark_role),
            (text.shorten_end(word, width - 2, glyphs.ellipsis), role),
        ]

    return draw


def _progress(row: JobRow, glyphs: Glyphs) -> Draw:
    share = row.done
    role = {"paused": "warn", "failed": "bad", "unknown": "warn", "checking": "muted", "queued": "muted"}.get(
        row.status, "faint"
    )

    def draw(width: int, room: int) -> list[Run]:
        if share is None or not _has_bar(row):
            return [(story(row, room, glyphs.ellipsis), role)]
        percent = (text.percent(share), "warn" if row.status == "paused" else "text")
        if width <= PERCENT_CELLS:
            return [percent]
        cells_wide = width - PERCENT_CELLS - 1
        return [
            *bar(share, cells_wide, "good" if row.status == "running" else "warn", glyphs),
            (" ", "text"),
            percent,
        ]

    return draw


_BRAILLE_LEFT: Final = (0x40, 0x04, 0x02, 0x01)
_BRAILLE_RIGHT: Final = (0x80, 0x20, 0x10, 0x08)


def sparkline(values: Sequence[float], width: int, glyphs: Glyphs) -> str:
    """The course of a loss in one line: one dot for each half cell, high is high."""
    finite = [value for value in values if math.isfinite(value)]
    if len(finite) < 2 or glyphs.plot == "ascii":
        return ""
    low, high = min(finite), max(finite)
    scale = 3 / (high - low) if high > low else 0.0
    spots = [finite[place * (len(finite) - 1) // (2 * width - 1)] for place in range(2 * width)]
    levels = [round((value - low) * scale) for value in spots]
    return "".join(
        chr(0x2800 | _BRAILLE_LEFT[levels[place]] | _BRAILLE_RIGHT[levels[place + 1]])
        for place in range(0, 2 * width, 2)
    )
