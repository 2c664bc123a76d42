"""The recorder's process: the session's loop without a screen, until a signal or a new version ends it."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from finetop.cli import account
from finetop.cli.record.diary import INFO, WARNING, Diary, Standing, said_of, standing
from finetop.cli.record.installed import Installation, hear_signals, load_all, start_anew
from finetop.errors import FinetopError
from finetop.session import Results, Session
from finetop.session.alerting import herald_of
from finetop.store import Store

if TYPE_CHECKING:
    from finetop.alerts.herald import Herald
    from finetop.cli.run import Run
    from finetop.config import Profile

LOOK_S = 5.0
"""How often to look without being told of news."""
NEWER_STORE = "the store was written by a newer finetop; recording goes on as soon as this one is updated"


class Recording:
    """One run of `finetop record`, which may become another one in the same process."""

    def __init__(self, run: Run, profiles: tuple[Profile, ...], diary: Diary, *, keep_results: bool) -> None:
        self._run = run
        self._profiles = profiles
        self._diary = diary
        folder = run.paths.store_dir / "results"
        self._results = Results(folder, diary.say) if keep_results else None
        self._known: dict[int, Standing] = {}
        self._woken = threading.Event()
        self._signal: int | None = None
        self._hung_up = False
        self._begins_anew = False
        self._installation = Installation()
        self._look_at = 0.0
        self._fault = ""

    def until_the_end(self) -> None:
        """Record until SIGTERM or SIGINT; what is under way is closed in order."""
        load_all()
        with self._signals():
            store = Store(self._run.paths.store_file)
            try:
                self._record(store)
            finally:
                store.close()
            if not self._is_over():
                self._diary.say(NEWER_STORE, WARNING)
            while not self._is_over():
                self._rest()
            if self._signal is None:
                start_anew()
        self._diary.say(f"ended by {signal.Signals(self._signal).name}")

    def _record(self, store: Store) -> None:
        """Record until a signal, a new version, or a store that is beyond this one."""
        session = Session(
            self._run.paths,
            self._profiles,
            store,
            environ=self._run.environ,
            on_change=self._woken.set,
            results=self._results,
        )
        names = ", ".join(session.names.values())
        kept = f", result files into {self._results.folder}" if self._results is not None else ""
        self._diary.say(f"recording {names} into {self._run.paths.store_file}{kept}")
        herald = self._herald_of(session)
        session.start()
        try:
            while not self._is_over() and not store.is_newer():
                if not session.is_alive():
                    raise FinetopError("the thread that asks has ended", hint="Start finetop record again.")
                self._tell(session)
                self._pass_on(session, herald)
                self._rest()
        finally:
            session.close()

    def _rest(self) -> None:
        self._woken.wait(LOOK_S)
        self._woken.clear()

    def _is_over(self) -> bool:
        """Whether this process ends, or becomes a new one."""
        if self._hung_up:
            self._hung_up = False
            self._begins_anew = self._settings_are_good()
        if not self._begins_anew and time.monotonic() >= self._look_at:
            self._look_at = time.monotonic() + LOOK_S
            self._begins_anew = self._installation.is_replaced() and self._installation_is_good()
        return self._begins_anew or self._signal is not None

    def _settings_are_good(self) -> bool:
        try:
            account.chosen_profiles(self._run)
        except FinetopError as error:
            self._diary.say(f"the settings stay as they were read: {error.message}", WARNING)
            return False
        self._diary.say("starting anew, for SIGHUP asks to read the settings again")
        return True

    def _installation_is_good(self) -> bool:
        problem = self._installation.problem()
        if problem:
            self._diary.say(f"what is installed now does not start, so this one goes on: {problem}", WARNING)
            return False
        self._diary.say("starting anew, for finetop was updated")
        return True

    def _tell(self, session: Session) -> None:
        """One line for each account that is doing otherwise than before."""
        for number, name in session.names.items():
            contact = session.store.accounts.contact(number)
            asker = session.store.locks.asker(number)
            trouble = session.troubles.get(number, "")
            now = standing(contact, asker, session.store.pacing.get(number), trouble)
            if now is None or now == self._known.get(number):
                continue
            self._known[number] = now
            priority, sentence = said_of(name, now, contact, session.store.jobs.counts().get(number, 0))
            self._diary.say(sentence, priority)

    def _herald_of(self, session: Session) -> Herald | None:
        """Who tells this terminal of alerts; None where the settings of alerts make no sense."""
        try:
            return herald_of(session)
        except FinetopError as error:
            self._diary.say(f"nothing is told of jobs: {error.message}", WARNING)
            return None

    def _pass_on(self, session: Session, herald: Herald | None) -> None:
        """One line for alerts that are new, and a bell where this is a terminal."""
        if session.alert_fault != self._fault:
            self._fault = session.alert_fault
            self._diary.say(self._fault, WARNING)
        told = None if herald is None else herald.listen()
        if told is not None:
            for sentence in told.news:
                self._diary.say(f"alert: {sentence}", WARNING if told.role == "bad" else INFO)
            self._diary.ring(told.sequence)

    @contextmanager
    def _signals(self) -> Iterator[None]:
        """SIGTERM and SIGINT end, SIGHUP begins anew, unless somebody has it ignored, as nohup does."""

        def end(number: int, _frame: object) -> None:
            self._signal = number
            self._woken.set()

        def hang_up(_number: int, _frame: object) -> None:
            self._hung_up = True
            self._woken.set()

        before = {number: signal.signal(number, end) for number in (signal.SIGTERM, signal.SIGINT)}
        if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:
            before[signal.SIGHUP] = signal.signal(signal.SIGHUP, hang_up)
        hear_signals()
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
