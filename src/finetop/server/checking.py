"""Judges the files of new jobs, a few at a time, in threads."""

from __future__ import annotations

import asyncio
import json
import logging
import threading
from typing import TYPE_CHECKING, Any

from finetop.server import graders, jobs
from finetop.server.database import DatabaseUnusable
from finetop.server.trainers import data

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable

    from finetop.server.database import Database
    from finetop.server.layout import Layout

AT_ONCE = 2
BYTES_PER_S = 40_000
STEP_S = 0.0005
SAMPLE_S = 0.001
DPO_SLOWER = 1.7
"""Measured with the tiny trainer on one core, other work beside it; good enough to tell short from long."""

TROUBLE_PAUSE_S = 5.0
"""Before files are judged again whose verdict could not be written."""

_log = logging.getLogger(__name__)


class Checking:
    """Takes jobs from `validating_files` to `queued` or `failed`."""

    def __init__(self, database: Database, layout: Layout, done: Callable[[], None]) -> None:
        self._database = database
        self._layout = layout
        self._done = done
        self._stops: dict[str, threading.Event] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def begin(self) -> None:
        """Start on the oldest jobs that nobody is checking yet."""
        for job in jobs.in_state(self._database, "validating_files"):
            if len(self._stops) >= AT_ONCE:
                return
            if job["id"] not in self._stops:
                self._stops[job["id"]] = threading.Event()
                task = asyncio.create_task(self._check(job))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)

    def forget(self, job_id: str) -> None:
        """Stop reading the files of a job that was cancelled."""
        if job_id in self._stops:
            self._stops[job_id].set()

    async def stop(self) -> None:
        """Stop all reading; the jobs are checked anew by the next server."""
        for stop in self._stops.values():
            stop.set()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _check(self, job: sqlite3.Row) -> None:
        stop = self._stops[job["id"]]
        try:
            await self._judge_or_fail(job, stop)
        except DatabaseUnusable as error:
            # A full disk: the job is judged again, but not at once and for ever.
            _log.error("checking the files of %s: %s", job["id"], error)
            await asyncio.to_thread(stop.wait, TROUBLE_PAUSE_S)
        finally:
            del self._stops[job["id"]]
            self._done()

    async def _judge_or_fail(self, job: sqlite3.Row, stop: threading.Event) -> None:
        try:
            await self._judge(job, stop)
        except data.Stopped:
            return
        except DatabaseUnusable:
            raise
        except Exception as error:  # noqa: BLE001 - outermost frame of a task: it must not leave the job waiting for ever
            _log.exception("checking the files of %s", job["id"])
            jobs.fail(self._database, job["id"], "cannot_read_file", f"the files could not be read: {error}")

    async def _judge(self, job: sqlite3.Row, stop: threading.Event) -> None:
        kind = data.kind_for(job["method"], legacy=job["legacy"] is not None)
        grader = None if job["grader"] is None else graders.judged(json.loads(job["grader"]))
        checked = {}
        for param in ("training_file", "validation_file"):
            file_id = job[param]
            if file_id is None:
                continue
            found = await asyncio.to_thread(
                data.check,
                self._layout.file(file_id),
                kind,
                stop=stop.is_set,
                at_least=data.FEWEST_EXAMPLES if param == "training_file" else 1,
                grader=grader,
            )
            if stop.is_set():
                raise data.Stopped
            if found.problem is not None:
                where = "" if param == "training_file" else "validation file, "
                message = where + found.problem.message
                jobs.fail(self._database, job["id"], found.problem.code, message, param)
                return
            checked[param] = found
        training = checked["training_file"]
        resolved = data.resolve(json.loads(job["requested"]), training.examples, job["method"])
        tokens = sum(found.tokens for found in checked.values())
        jobs.queue(
            self._database, job["id"], resolved, work_s(job["method"], resolved, training.examples, tokens)
        )


def work_s(method: str, resolved: dict[str, Any], examples: int, tokens: int) -> float:
    """How many seconds a training may take; `tokens` are the bytes of one epoch, validation included."""
    epochs = resolved["n_epochs"]
    steps = epochs * examples / resolved["batch_size"]
    if method == "reinforcement":
        answers = epochs * examples * data.SAMPLES * resolved["compute_multiplier"]
        return float(answers * SAMPLE_S + steps * STEP_S)
    slower = DPO_SLOWER if method == "dpo" else 1.0
    return float(slower * epochs * tokens / BYTES_PER_S + steps * STEP_S)
