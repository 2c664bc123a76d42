"""The recorder's process: the session's loop without a screen, until a signal ends it."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from finetop.cli.diary import Diary, Standing, said_of, standing
from finetop.session import Session
from finetop.store import Store

if TYPE_CHECKING:
    from finetop.cli.run import Run
    from finetop.config import Profile

LOOK_S = 5.0
"""How often to look without being told of news."""


class Recording:
    """One run of `finetop record`."""

    def __init__(self, run: Run, profiles: tuple[Profile, ...], diary: Diary) -> None:
        self._run = run
        self._profiles = profiles
        self._diary = diary
        self._known: dict[int, Standing] = {}
        self._woken = threading.Event()
        self._signal: int | None = None

    def until_the_end(self) -> None:
        """Record until SIGTERM or SIGINT; what is under way is closed in order."""
        store = Store(self._run.paths.store_file)
        try:
            session = Session(
                self._run.paths, self._profiles, store, environ=self._run.environ, on_change=self._woken.set
            )
            names = ", ".join(session.names.values())
            self._diary.say(f"recording {names} into {self._run.paths.store_file}")
            with self._signals():
                session.start()
                try:
                    self._watch(session)
                finally:
                    session.close()
        finally:
            store.close()

    def _watch(self, session: Session) -> None:
        while self._signal is None:
            self._woken.wait(LOOK_S)
            self._woken.clear()
            self._tell(session)
        self._diary.say(f"ended by {signal.Signals(self._signal).name}")

    def _tell(self, session: Session) -> None:
        """One line for each account that is doing otherwise than before."""
        for account, name in session.names.items():
            contact = session.store.accounts.contact(account)
            asker = session.store.locks.asker(account)
            trouble = session.troubles.get(account, "")
            now = standing(contact, asker, session.store.pacing.get(account), trouble)
            if now is None or now == self._known.get(account):
                continue
            self._known[account] = now
            priority, sentence = said_of(name, now, contact, session.store.jobs.counts().get(account, 0))
            self._diary.say(sentence, priority)

    @contextmanager
    def _signals(self) -> Iterator[None]:
        def end(number: int, _frame: object) -> None:
            self._signal = number
            self._woken.set()

        ends = (signal.SIGTERM, signal.SIGINT)
        before = {number: signal.signal(number, end) for number in ends}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
