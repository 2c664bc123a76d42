"""What a list of jobs shows, and in which order; pure, and light enough for the first paint."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from finetop.query import Condition, Filter

ACTIVE = "active"
FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Sort:
    """By which column, and from which end; what has no value stands last from either."""

    column: str = ""
    """The name of a column: `status`, `loss`, `metadata.team`, `setting.lr`. Empty: active jobs first,
    then the newest."""
    reverse: bool = False


@dataclass(frozen=True, slots=True)
class View:
    """Which jobs are wanted, and their order. A create that is no job yet is shown by every view."""

    condition: Condition | None = None
    """What was asked for on the command line; None for all jobs."""
    filter: Filter | None = None
    """What was typed over the list; None for no filter."""
    sort: Sort = Sort()
    only: str = ""
    """`active` or `failed`; empty for all."""
    account: int | None = None
    """The only one whose jobs are wanted; None for all accounts."""
