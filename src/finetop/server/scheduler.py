"""Moves every job on: its files checked, a slot waited for, a worker started, heard and outlived."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import shutil
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from finetop.server import jobs, pauses
from finetop.server.checking import Checking
from finetop.server.database import DatabaseUnusable
from finetop.server.faults import ApiFault
from finetop.server.intake import Intake
from finetop.server.launchers import LOCK_HELD_EXIT, Launcher, Probe
from finetop.server.launching import last_words, write_spec

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator

    from finetop.server.database import Database
    from finetop.server.layout import Layout

LOOK_EVERY_S = 0.25
"""How often events.jsonl is looked at while a job runs."""

CANCEL_PATIENCE_S = 10.0
"""How long a worker may take to end by itself."""

TROUBLE_PAUSE_S = 5.0
SILENCE_S = 60.0
"""A worker nobody can ask after is given up when it has written nothing for this long."""

MOST_CRASHES = 3
SHORT_WORK_S = 15.0
"""A job with less training than this may use the express slot: ten seconds, and slack for the guess."""

_log = logging.getLogger(__name__)


@dataclass
class Running:
    """A worker that was started here or found at the start."""

    job_id: str
    handle: str | None
    """None where only the lock of the directory tells of it."""
    express: bool
    kill_at: float | None = None


class Scheduler:
    """One task that takes jobs from `validating_files` to their end; `slots` at once, first in first out."""

    def __init__(self, database: Database, layout: Layout, launcher: Launcher, *, slots: int = 1) -> None:
        self._database = database
        self._layout = layout
        self._launcher = launcher
        self._slots = slots
        self._intake = Intake(database, layout)
        self._checking = Checking(database, layout, self.wake)
        self._running: dict[str, Running] = {}
        self._news = asyncio.Event()
        self._in_trouble = False
        self._starting = True
        """False when the server is about to end: nothing new begins."""

    def wake(self) -> None:
        """Look at once: something was asked for."""
        self._news.set()

    async def run(self) -> None:
        """Adopt what an earlier server left, then work until cancelled."""
        self._adopt()
        try:
            while True:
                self._news.clear()
                self._in_trouble = False
                self._look()
                # wait_for() of Python 3.11 loses a cancel that comes together with news.
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(self._pause_s()):
                        await self._news.wait()
        finally:
            await self._checking.stop()

    def cancel(self, job_id: str) -> None:
        """Ask a job to stop; at once where no worker has begun, and safe to repeat."""
        running = self._running.get(job_id)
        if running is None:
            self._checking.forget(job_id)
            jobs.cancelled(self._database, job_id)
            self._forget_state(job_id)
            return
        jobs.mark(self._database, job_id, cancelling=True)
        if running.kill_at is None:
            running.kill_at = time.monotonic() + CANCEL_PATIENCE_S
        if running.handle is not None:
            self._launcher.signal(running.handle, "cancel")
        self.wake()

    def pause(self, job_id: str) -> None:
        """Ask a job to save and give its slot away; at once where no worker has begun, and safe to repeat."""
        running = self._running.get(job_id)
        if running is None:
            self._checking.forget(job_id)
            pauses.hold(self._database, job_id)
            return
        pauses.wish(self._database, job_id)
        if running.handle is not None:
            self._launcher.signal(running.handle, "pause")
        self.wake()

    async def ended(self, job_id: str, within_s: float) -> None:
        """Wait a moment for a job's worker to end; not an error if it takes longer."""
        deadline = time.monotonic() + within_s
        while job_id in self._running and time.monotonic() < deadline:
            self.wake()
            await asyncio.sleep(0.02)

    async def pause_all(self, within_s: float) -> None:
        """Ask every worker to save and end; what does not in time is left to run."""
        self._starting = False
        for running in self._running.values():
            jobs.mark(self._database, running.job_id, pausing=True)
            if running.handle is not None:
                self._launcher.signal(running.handle, "pause")
        deadline = time.monotonic() + within_s
        while self._running and time.monotonic() < deadline:
            self.wake()
            await asyncio.sleep(0.05)

    async def kill_all(self) -> None:
        """End every worker now and see it gone."""
        self._starting = False
        for running in self._running.values():
            if running.handle is not None:
                self._launcher.signal(running.handle, "kill")
        while any(self._probe(running).state == "running" for running in self._running.values()):
            self._news.clear()
            await asyncio.sleep(0.02)
        self._running.clear()

    def _adopt(self) -> None:
        for job_id in [job["id"] for job in jobs.unfinished(self._database) if job["attempt"]]:
            self._intake.drain(job_id)
            job = jobs.get(self._database, job_id)
            # Between the start of a worker and the note of its pid a server can die.
            handle = job["handle"] or self._launcher.find(self._layout.job(job_id))
            if handle is not None:
                self._running[job_id] = running = Running(job_id, handle, self._is_short(job))
                if job["cancelling"]:
                    running.kill_at = time.monotonic() + CANCEL_PATIENCE_S
                    self._launcher.signal(handle, "cancel")
                elif job["paused_at"] is not None:
                    self._launcher.signal(handle, "pause")
            elif job["cancelling"]:
                jobs.cancelled(self._database, job_id)

    def _pause_s(self) -> float | None:
        if self._in_trouble:
            return TROUBLE_PAUSE_S
        return LOOK_EVERY_S if self._running else None

    def _look(self) -> None:
        for running in list(self._running.values()):
            with self._surviving(running.job_id):
                self._attend(running)
        if self._starting:
            with self._surviving("the queue"):
                self._checking.begin()
                self._launch_waiting()

    @contextlib.contextmanager
    def _surviving(self, what: str) -> Iterator[None]:
        """A full disk or a file that cannot be read stops one job for now, not the server."""
        try:
            yield
        except (DatabaseUnusable, OSError) as error:
            _log.error("%s: %s", what, error)
            self._in_trouble = True

    def _attend(self, running: Running) -> None:
        probe = self._probe(running)
        # Asked after the probe, so that nothing a worker wrote before its end is missed.
        self._intake.drain(running.job_id)
        job = jobs.get(self._database, running.job_id)
        if probe.state == "running":
            self._hurry(running, job)
            return
        if probe.state == "unknown" and time.time() - self._intake.heard_at(running.job_id) < SILENCE_S:
            return
        if probe.exit_code == LOCK_HELD_EXIT:
            running.handle = self._launcher.find(self._layout.job(running.job_id))
            if running.handle is not None:
                jobs.set_handle(self._database, running.job_id, running.handle)
                return
        self._settle(job, probe)
        del self._running[running.job_id]
        if jobs.get(self._database, running.job_id)["status"] in jobs.FINAL:
            self._forget_state(running.job_id)

    def _forget_state(self, job_id: str) -> None:
        # A worker that was killed could not tidy up, nor one that paused; only a next attempt needs this.
        shutil.rmtree(self._layout.job(job_id) / "resume", ignore_errors=True)

    def _probe(self, running: Running) -> Probe:
        return Probe("unknown") if running.handle is None else self._launcher.poll(running.handle)

    def _hurry(self, running: Running, job: sqlite3.Row) -> None:
        if running.kill_at is None:
            # A worker that has said its last word has nothing left to do but to leave.
            if job["status"] in jobs.FINAL:
                running.kill_at = time.monotonic() + CANCEL_PATIENCE_S
        elif time.monotonic() > running.kill_at and running.handle is not None:
            self._launcher.signal(running.handle, "kill")

    def _settle(self, job: sqlite3.Row, probe: Probe) -> None:
        """A worker is gone: what does that make of its job?"""
        if job["status"] in jobs.FINAL:
            return
        if job["cancelling"]:
            jobs.cancelled(self._database, job["id"])
        elif job["status"] == "queued" and job["handle"] is None and probe.exit_code == 0:
            return  # It wrote `paused`, and waits for its next turn.
        elif job["status"] == "paused":
            return  # It wrote `paused`, and waits for its user.
        elif job["paused_at"] is not None:
            pauses.hold(self._database, job["id"], pauses.BEFORE_ITS_FIRST_STEP)
        elif job["pausing"]:
            jobs.requeue(self._database, job["id"], pauses.BEFORE_ITS_FIRST_STEP, crashed=False)
        elif job["crashes"] + 1 < MOST_CRASHES:
            said = f"The worker ended unexpectedly ({_how(probe)}); starting it again"
            _log.warning("%s: %s", job["id"], said)
            jobs.requeue(self._database, job["id"], said, crashed=True)
        else:
            words = last_words(self._layout.job(job["id"]))
            message = f"the worker ended unexpectedly {MOST_CRASHES} times ({_how(probe)}). {words}".strip()
            jobs.fail(self._database, job["id"], "worker_crashed", message)

    def _launch_waiting(self) -> None:
        kept = 0
        for job in jobs.in_state(self._database, "validating_files", "queued"):
            if job["status"] == "validating_files":
                kept += 1  # its files are still read, but its turn comes before those of younger jobs
                continue
            if job["id"] in self._running:
                continue
            ordinary = sum(not running.express for running in self._running.values())
            if ordinary + kept < self._slots:
                self._launch(job, express=False)
            elif self._is_short(job) and not any(running.express for running in self._running.values()):
                self._launch(job, express=True)

    def _launch(self, job: sqlite3.Row, *, express: bool) -> None:
        try:
            job_dir = write_spec(self._database, self._layout, job)
            attempt = jobs.begin_attempt(self._database, job["id"])
            handle = self._launcher.submit(job["id"], attempt, job_dir)
        except (OSError, ApiFault) as error:
            # The latter where the weights of its model have gone from the disk meanwhile.
            jobs.fail(self._database, job["id"], "cannot_start", f"the worker could not be started: {error}")
            return
        self._running[job["id"]] = Running(job["id"], handle, express)
        jobs.set_handle(self._database, job["id"], handle)

    @staticmethod
    def _is_short(job: sqlite3.Row) -> bool:
        return job["work_s"] is not None and job["work_s"] <= SHORT_WORK_S


def _how(probe: Probe) -> str:
    if probe.exit_code is None:
        return "nobody saw how"
    return f"signal {-probe.exit_code}" if probe.exit_code < 0 else f"exit code {probe.exit_code}"
