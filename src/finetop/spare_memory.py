"""Memory that a long list took to be sorted, given back: glibc keeps what was freed for the next time.

A screen is open for days, and a list is sorted in a moment: without this it holds three megabytes more.
"""

from __future__ import annotations

import functools
from collections.abc import Callable


def give_back() -> None:
    """Hand what is free to the system; takes a millisecond. Other libraries do so by themselves, or never."""
    _trim()(0)


@functools.cache
def _trim() -> Callable[[int], object]:
    import ctypes  # noqa: PLC0415 - the first paint needs none of it

    try:
        return ctypes.CDLL(None).malloc_trim
    except (AttributeError, OSError):  # macOS, musl
        return int
