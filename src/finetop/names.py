"""Names that lists are drawn by before anything else is loaded: of tuned models, and of our marker; pure."""

from __future__ import annotations

import re

MARKER = "finetop"
"""The metadata key that ties a job to our request; never shown as the user's own."""

_LEGACY = re.compile(r"[^:]+:ft-[^:]+:(.+)-\d{4}(?:-\d{2}){5}")
"""BASE:ft-ORGANISATION:SUFFIX-YEAR-MONTH-DAY-HOUR-MINUTE-SECOND; without a suffix its colon is missing."""


def suffix_in(tuned_model: str | None) -> str:
    """The suffix its user gave a tuned model, in today's names and in legacy ones; empty without one."""
    if not tuned_model:
        return ""
    legacy = _LEGACY.fullmatch(tuned_model)
    if legacy is not None:
        return legacy[1]
    parts = tuned_model.split(":")
    return parts[3] if len(parts) > 3 else ""  # ft:BASE:ORG:SUFFIX:ID
