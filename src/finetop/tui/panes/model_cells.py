"""What stands in the cells of a model's row, and the columns of the list of models."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from finetop import text
from finetop.holdings import holdings
from finetop.shutdown import days_left
from finetop.tui.palette import profile_role
from finetop.tui.panes.job_cells import ending_role
from finetop.tui.panes.plain_cells import name_cell, plain_cell, widest, words_cell
from finetop.tui.widgets.table import Column, Draw

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from finetop.holdings import Holding, Maker
    from finetop.text import Glyphs

COLUMNS: Final = (
    Column("model", "MODEL", (20, 20, 24, 24), share=55, most=60),
    Column("base", "TUNED FROM", (0, 0, 12, 12), share=25, most=30, leaves=4),
    Column("job", "JOB", (10, 12, 12, 12), share=20, most=24, leaves=7),
    Column("age", "AGE", (4, 4, 4, 4), align="right", leaves=8),
    Column("state", "STATE", (0, 10, 10, 10), leaves=6, optional=True, fits=True),
    Column("ends", "ENDS", (5, 5, 5, 11), align="right", leaves=9, optional=True),
    Column("owner", "OWNER", (0, 0, 0, 12), leaves=1),
    Column("profile", "PROFILE", (0, 8, 8, 8), leaves=5, optional=True, fits=True),
)
GONE: Final = "gone"
UNLISTED: Final = "not listed"


class ModelRow(NamedTuple):
    """A model of one account."""

    account: int
    held: Holding
    state: str = ""
    """`gone` or `not listed`, where the provider's list does not have it."""


def model_rows(
    account: int, profile: str, listed: Sequence[Mapping[str, Any]], makers: Iterable[Maker]
) -> list[ModelRow]:
    """The models of one account. One that a provider would list if it had it is gone."""
    found = holdings(profile, listed, makers)
    lists_tuned = any(one.is_listed and one.is_tuned for one in found)
    missing = "" if not listed else GONE if lists_tuned else UNLISTED
    return [ModelRow(account, one, "" if one.is_listed else missing) for one in found]


def cells(
    row: ModelRow, now: float, glyphs: Glyphs, *, wide: bool = False, colour: str = ""
) -> dict[str, Draw]:
    """Every cell of the row that is not empty; a `wide` list tells last days as days."""
    one = row.held
    role = "faint" if row.state == GONE else "text" if one.is_tuned else "muted"
    drawn: dict[str, Draw] = {
        "model": name_cell(text.clean(one.id), role, glyphs),
        "base": _base(text.clean(one.base), glyphs),
        "profile": words_cell(text.clean(one.profile), profile_role(colour, "muted"), glyphs),
    }
    if row.state:
        drawn["state"] = plain_cell(row.state, "warn" if row.state == GONE else "faint")
    if one.created is not None:
        drawn["age"] = plain_cell(text.age(now - one.created), "muted")
    if one.job:
        drawn["job"] = name_cell(text.clean(one.job_name or one.job), "muted", glyphs)
    if one.owner:
        drawn["owner"] = words_cell(text.clean(one.owner), "faint", glyphs)
    if one.ends_at is not None:
        left = days_left(one.ends_at, now)
        words = text.day(one.ends_at) if wide else text.last_days(left)
        drawn["ends"] = plain_cell(words, ending_role(left))
    return drawn


def _base(name: str, glyphs: Glyphs) -> Draw:
    return lambda width, _room: [(text.shorten_model(name, width, glyphs.ellipsis), "muted")]


WIDE: Final = 140
"""From here on a last day is told as a day."""


def longest(rows: Sequence[ModelRow]) -> dict[str, int]:
    """The cells of the widest value of each column that gives way to its content."""
    profiles = {text.clean(row.held.profile) for row in rows}
    return {
        "model": widest(text.clean(row.held.id) for row in rows),
        "base": widest(text.clean(row.held.base) for row in rows),
        "job": widest(text.clean(row.held.job_name) for row in rows),
        "age": 4,
        "state": widest(row.state for row in rows),
        "ends": 11 if any(row.held.ends_at is not None for row in rows) else 0,
        "owner": widest(text.clean(row.held.owner) for row in rows),
        "profile": widest(profiles) if len(profiles) > 1 else 0,
    }


def words(row: ModelRow) -> str:
    """What a filter looks through."""
    one = row.held
    kind = "tuned" if one.is_tuned else "base"
    parts = (one.id, one.base, one.job_name, one.job, one.owner, one.profile, kind, row.state)
    return text.clean(" ".join(parts))
