"""Asking through an outage for as long as a person would."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from finetop.errors import FinetopError
from finetop.pace import next_delay

PATIENCE_FAILURES = 12
"""How often in a row asking may fail before the one who waits is told."""

T = TypeVar("T")


async def patiently(ask: Callable[[], Awaitable[T]]) -> T:
    """The first answer; what passes by itself is waited out."""
    failures = 0
    while True:
        try:
            return await ask()
        except FinetopError as error:
            failures += 1
            if error.exit_code not in {4, 75} or failures >= PATIENCE_FAILURES:
                raise
            await asyncio.sleep(next_delay(error, failures))
