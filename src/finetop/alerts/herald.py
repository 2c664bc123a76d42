"""Tells one terminal what was raised while it looked: a bell, a notification, and sentences to show."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from finetop.alerts.terminal import BELL, kind_of, notification
from finetop.alerts.wording import ROLES
from finetop.text import clean

if TYPE_CHECKING:
    from finetop.store import Delivery, Store

QUIET_S = 10.0
"""After a bell; it rings once more for all that comes meanwhile."""
ORDER = ("bad", "warn", "good")
"""What is told first."""


@dataclass(frozen=True, slots=True)
class Told:
    """What is to be told here and now."""

    news: tuple[str, ...]
    """A sentence for each thing that is new; none where only the bell was owed."""
    sentence: str
    """One for everything since the bell before."""
    role: str
    """good, warn or bad."""
    sequence: str
    """What the terminal is sent; empty where it is to be left alone."""


class Herald:
    """Of each open terminal one; it tells what is raised from its making on."""

    def __init__(
        self,
        store: Store,
        accounts: Collection[int],
        notify: str,
        *,
        environ: Mapping[str, str] = os.environ,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._store = store
        self._accounts = tuple(accounts)
        self._environ = environ
        self._kind = kind_of(notify, environ)
        self._clock = clock
        self._seq = store.now()
        self._rang_at = float("-inf")
        self._owed: list[Delivery] = []
        """What came since the last bell."""

    def listen(self) -> Told | None:
        """What is new, or a bell that is owed; None where nothing is."""
        found = self._store.alerts.told(self._accounts, self._seq)
        self._seq = max((delivery.seq for delivery in found), default=self._seq)
        self._owed += found
        is_quiet = 0 <= self._clock() - self._rang_at < QUIET_S  # below 0 the clock was set back
        rings = bool(self._owed) and not is_quiet
        if not found and not rings:
            return None
        told = self._told(found, rings=rings)
        if rings:
            self._rang_at = self._clock()
            self._owed = []
        return told

    def _told(self, found: Sequence[Delivery], *, rings: bool) -> Told:
        urgent = sorted(self._owed, key=lambda delivery: ORDER.index(role_of(delivery)))
        one = _together(_sentences(urgent))
        ways = {delivery.way for delivery in urgent} if rings else set()
        sequence = BELL if "bell" in ways else ""
        if "notify" in ways:
            sequence += notification(self._kind, one, self._environ)
        return Told(tuple(_sentences(found)), one, role_of(urgent[0]), sequence)


def _sentences(found: Sequence[Delivery]) -> list[str]:
    """Each once, though it is told by several ways."""
    return list(dict.fromkeys(sentence_of(delivery) for delivery in found))


def _together(sentences: Sequence[str]) -> str:
    return sentences[0] if len(sentences) == 1 else f"{len(sentences)} alerts: {', '.join(sentences)}"


def sentence_of(delivery: Delivery) -> str:
    """What a person is told of an alert, or of its delivery where that failed."""
    said = clean(str(json.loads(delivery.facts)["text"]))
    if delivery.state != "failed":
        return said
    return f"not told by {clean(delivery.way)}: {clean(delivery.message)} ({said})"


def role_of(delivery: Delivery) -> str:
    """How urgent it is, as the screen colours it."""
    return "bad" if delivery.state == "failed" else ROLES.get(delivery.event, "warn")
