"""`status:failed model:mini lr>1 age<7d -profile:openai`: which jobs are meant; pure.

The store turns a condition into SQL, so that the command line, the screen and the rules of alerts find
the same jobs by the same words.
"""

from __future__ import annotations

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
