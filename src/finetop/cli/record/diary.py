"""What a recorder says on stderr: one line for each thing worth knowing, and none for what goes as usual."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

from finetop.store.locks import me
from finetop.text import clean

if TYPE_CHECKING:
    from finetop.store import Asker, Contact, Pacing

INFO, WARNING = 6, 4
"""Priorities as syslog counts them."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How one account is doing, as far as it is worth a line when it changes."""

    state: str
    other: int | None
    """Pid of the other process that asks; None where it is this one."""
    paused: bool
    pace_s: float | None
    trouble: str = ""
    """What keeps this process from writing anything down."""


def standing(contact: Contact, asker: Asker | None, pacing: Pacing, trouble: str) -> Standing | None:
    """None until this run has news: what an earlier one wrote down is none."""
    if trouble:
        return Standing("", None, paused=False, pace_s=None, trouble=trouble)
    # Who was refused lets others ask, so that nobody may be asking after what this process wrote down.
    is_news = contact.poller == (me() if asker is None else asker.name)
    if not is_news and not pacing.paused:
        return None
    other = None if asker is None or asker.is_me else asker.pid
    state = contact.state if is_news else ""
    return Standing(state, other, pacing.paused, pacing.pace_s if state == "ok" else None)


def said_of(name: str, now: Standing, contact: Contact, jobs: int) -> tuple[int, str]:
    """The line, and how urgent it is."""
    asker = "" if now.other is None else f"; process {now.other} asks, this one reads along"
    if now.trouble:
        return WARNING, f"{name}: nothing can be kept: {now.trouble}; it is tried again"
    if now.paused:
        return INFO, f"{name}: polling is paused; finetop record --resume goes on{asker}"
    if now.state == "ok":
        pace = "" if now.pace_s is None else f", running jobs every {now.pace_s:g} s"
        return INFO, f"{name}: live, {jobs} job{'' if jobs == 1 else 's'}{pace}{asker}"
    if now.state == "not started":
        return INFO, f"{name}: its server is not started; it is asked as soon as it runs{asker}"
    return WARNING, f"{name}: {now.state}: {contact.message}; it is asked again{asker}"


class Diary:
    """Lines with their time; where the journal keeps the time itself, with their priority instead."""

    def __init__(
        self,
        out: IO[str] | None = None,
        *,
        environ: Mapping[str, str] = os.environ,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._out = sys.stderr if out is None else out
        self._clock = clock
        self._journal = _is_journal(self._out, environ.get("JOURNAL_STREAM", ""))

    def say(self, sentence: str, priority: int = INFO) -> None:
        """One line; a terminal that was closed is no reason to end."""
        if self._journal:
            lead = f"<{priority}>"
        else:
            lead = time.strftime("%Y-%m-%d %H:%M:%S ", time.localtime(self._clock()))
        try:
            self._out.write(f"{lead}{clean(sentence)}\n")
            self._out.flush()
        except OSError:
            return

    def ring(self, sequence: str) -> None:
        """A bell or a notification, made by us, where somebody may see or hear it."""
        try:
            if self._out.isatty():
                self._out.write(sequence)
                self._out.flush()
        except OSError:
            return


def _is_journal(out: IO[str], named: str) -> bool:
    """True where systemd says that this very stream leads to its journal."""
    try:
        found = os.fstat(out.fileno())
    except (OSError, ValueError):
        return False
    return named == f"{found.st_dev}:{found.st_ino}"
