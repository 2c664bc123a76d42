"""When each question was asked last, how often it has failed since, and so when it is due again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from finetop.pace import due, next_at, next_delay

if TYPE_CHECKING:
    from finetop.errors import FinetopError
    from finetop.pace import Ask


class Timetable:
    """One account's; all by our own clock."""

    def __init__(self) -> None:
        self._asked_at: dict[Ask, float] = {}
        self._failures: dict[Ask, int] = {}

    def due(self, asks: Mapping[Ask, float], now: float) -> list[Ask]:
        """The questions whose time has come, in the order in which they are worth asking."""
        return due(asks, self._asked_at, now)

    def next_at(self, asks: Mapping[Ask, float]) -> float:
        """When the next question's time comes."""
        return next_at(asks, self._asked_at)

    def asked(self, ask: Ask, at: float) -> None:
        """It is asked now, or is to count as asked at that time."""
        self._asked_at[ask] = at

    def asked_at(self, ask: Ask) -> float:
        """When it was asked last; before all times where it never was."""
        return self._asked_at.get(ask, float("-inf"))

    def answered(self, ask: Ask) -> None:
        """Its failures are forgiven."""
        self._failures.pop(ask, None)

    def failed(self, ask: Ask, error: FinetopError) -> None:
        """It is put off, the longer the more often it fails; unless somebody wants it asked anew."""
        self._failures[ask] = self._failures.get(ask, 0) + 1
        if ask in self._asked_at:
            self._asked_at[ask] += next_delay(error, self._failures[ask])

    def ask_anew(self, *asks: Ask) -> None:
        """These are due as soon as anything is."""
        for ask in asks:
            self._asked_at.pop(ask, None)

    def ask_all_anew(self) -> None:
        """Everything is due; what has failed before is still put off the longer when it fails again."""
        self._asked_at.clear()

    def begin_again(self) -> None:
        """As if nothing had been asked yet."""
        self._asked_at.clear()
        self._failures.clear()
