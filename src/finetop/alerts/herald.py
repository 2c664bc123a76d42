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
"""After a bell; what comes meanwhile is told together."""
ORDER = ("bad", "warn", "good")
"""What is told first."""


@dataclass(frozen=True, slots=True)
class Told:
    """What is to be told here and now."""

    sentence: str
    """One for everything."""
    role: str
    """good, warn or bad."""
    sequence: str
    """What the terminal is sent; empty where it wants neither bell nor notification."""


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
        self._quiet_until = float("-inf")

    def listen(self) -> Told | None:
        """What is new; None where nothing is, or where it waits for more."""
        if self._clock() < self._quiet_until:
            return None
        found = self._store.alerts.told(self._accounts, self._seq)
        if not found:
            return None
        self._seq = max(delivery.seq for delivery in found)
        self._quiet_until = self._clock() + QUIET_S
        return self._told(found)

    def _told(self, found: Sequence[Delivery]) -> Told:
        urgent = sorted(found, key=lambda delivery: ORDER.index(role_of(delivery)))
        sentences = list(dict.fromkeys(sentence_of(delivery) for delivery in urgent))
        one = sentences[0] if len(sentences) == 1 else f"{len(sentences)} alerts: {', '.join(sentences)}"
        ways = {delivery.way for delivery in found}
        sequence = BELL if "bell" in ways else ""
        if "notify" in ways:
            sequence += notification(self._kind, one, self._environ)
        return Told(one, role_of(urgent[0]), sequence)


def sentence_of(delivery: Delivery) -> str:
    """What a person is told of an alert, or of its delivery where that failed."""
    said = clean(str(json.loads(delivery.facts)["text"]))
    if delivery.state != "failed":
        return said
    return f"not told by {clean(delivery.way)}: {clean(delivery.message)} ({said})"


def role_of(delivery: Delivery) -> str:
    """How urgent it is, as the screen colours it."""
    return "bad" if delivery.state == "failed" else ROLES.get(delivery.event, "warn")
