"""Whether and when a question may be asked again: pure."""

from __future__ import annotations

import random

from finetop.errors import ApiError, RateLimited, ServerFault, Unreachable

LONGEST_WAIT_S = 120
"""A provider that wants a longer pause than this is told about, not waited for."""


def retry_delay(error: ApiError | Unreachable, tried: int) -> float | None:
    """Seconds until the same GET may be sent again; None when that would not help."""
    backoff_s: float = min(0.5 * 2**tried, 8.0) * random.uniform(0.75, 1.0)  # noqa: S311 - spreads, hides nothing
    if isinstance(error, Unreachable):
        return backoff_s
    should = error.should_retry
    if should is None:
        should = isinstance(error, ServerFault | RateLimited) or error.status in {408, 409}
    if not should:
        return None
    if error.retry_after_s is None:
        return backoff_s
    return error.retry_after_s if error.retry_after_s <= LONGEST_WAIT_S else None
