"""`status:failed model:mini lr>1 age<7d -profile:openai`: which jobs are meant; pure.

The store turns a condition into SQL, so that the command line, the screen and the rules of alerts find
the same jobs by the same words.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from finetop.lazily import names_of

if TYPE_CHECKING:
    from finetop.query.condition import ALL, Condition, Match, Present, Range, Term
    from finetop.query.fields import FIELDS, METADATA, SETTING, STATUSES, TAG, Field, Kind
    from finetop.query.filtering import NO_FILTER, Filter, read_filter
    from finetop.query.parsing import parse

__all__ = [
    "ALL",
    "FIELDS",
    "METADATA",
    "NO_FILTER",
    "SETTING",
    "STATUSES",
    "TAG",
    "Condition",
    "Field",
    "Filter",
    "Kind",
    "Match",
    "Present",
    "Range",
    "Term",
    "parse",
    "read_filter",
]

__getattr__ = names_of(
    __name__,
    condition="ALL Condition Match Present Range Term",
    fields="FIELDS METADATA SETTING STATUSES TAG Field Kind",
    filtering="NO_FILTER Filter read_filter",
    parsing="parse",
)
