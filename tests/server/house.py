"""A scheduler over workers that do what a test says."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from finetop.server import events, files, jobs
from finetop.server.database import Database
from finetop.server.launchers import Probe, Wish
from finetop.server.layout import Layout
from finetop.server.scheduler import Scheduler
from finetop.server.uploads import Upload
from server.running_server import PATIENCE_S, examples

LONG, SHORT = 50, 1
"""Epochs; fifty of the file below are more than ten seconds of work."""


class ScriptedLauncher:
    """Workers that do what a test says: it writes their events and decides how they end."""

    name = "scripted"

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.submitted: list[tuple[str, int]] = []
        self.probes: dict[str, Probe] = {}
        self.wishes: list[tuple[str, Wish]] = []
        self.found: dict[str, str] = {}

    def submit(self, job_id: str, attempt: int, job_dir: Path) -> str:
        assert job_dir.is_dir()
        self.submitted.append((job_id, attempt))
        handle = f"{job_id}/{attempt}"
        self.probes[handle] = Probe("running")
        return handle

    def poll(self, handle: str) -> Probe:
        return self.probes[handle]

    def signal(self, handle: str, wish: Wish) -> None:
        self.wishes.append((handle, wish))

    def find(self, job_dir: Path) -> str | None:
        return self.found.get(job_dir.name)

    def write(self, job_id: str, type_: str, **fields: Any) -> None:
        """One line of events.jsonl."""
        path = self.layout.job(job_id) / "events.jsonl"
        seq = len(path.read_bytes().splitlines()) + 1 if path.exists() else 1
        with path.open("a") as stream:
            line = {"seq": seq, "attempt": 1, "t": time.time(), "type": type_, **fields}
            stream.write(json.dumps(line) + "\n")

    def exit(self, job_id: str, code: int) -> None:
        """Let the newest worker of a job end."""
        attempt = max(number for name, number in self.submitted if name == job_id)
        self.probes[f"{job_id}/{attempt}"] = Probe("exited", code)

    @property
    def started(self) -> list[str]:
        """The jobs whose workers were started, in order."""
        return [job_id for job_id, _ in self.submitted]


async def eventually(look: Callable[[], bool]) -> None:
    """Wait until something is so."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            if look():
                return
            await asyncio.sleep(0.01)


class House:
    """A database, a launcher under control, and a scheduler over both."""

    def __init__(self, root: Path) -> None:
        self.layout = Layout(root, root / "server.db")
        self.layout.prepare()
        self.database = Database(self.layout.database)
        self.launcher = ScriptedLauncher(self.layout)
        self.add_file("file-train")

    def add_file(self, file_id: str) -> None:
        """A file to train on."""
        content = examples(400)
        self.layout.file(file_id).write_bytes(content)
        files.add(self.database, file_id, Upload("t.jsonl", "fine-tune", len(content), "0" * 64, None))

    def create(self, epochs: int = LONG, training_file: str = "file-train") -> str:
        """A new job."""
        wanted = {"n_epochs": epochs, "batch_size": 1, "learning_rate_multiplier": "auto"}
        new = jobs.NewJob("tiny-bytes-1", "tiny-bytes-1", training_file, None, wanted, 1, None, None, None)
        job_id: str = jobs.create(self.database, new)["id"]
        return job_id

    @asynccontextmanager
    async def working(self, slots: int = 1) -> AsyncIterator[Scheduler]:
        """A scheduler at work; leaving is the death of the server, not of the workers."""
        worker = Scheduler(self.database, self.layout, self.launcher, slots=slots)
        task = asyncio.create_task(worker.run())
        try:
            yield worker
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    def status(self, job_id: str) -> str:
        status: str = jobs.get(self.database, job_id)["status"]
        return status

    def place(self, job_id: str) -> int | None:
        return jobs.queue_position(self.database, jobs.get(self.database, job_id))

    async def until(self, job_id: str, status: str) -> None:
        """Wait for a status."""
        await eventually(lambda: self.status(job_id) == status)

    async def until_started(self, *job_ids: str) -> None:
        """Wait until exactly these workers were started, in this order."""
        await eventually(lambda: self.launcher.started == list(job_ids))

    def messages(self, job_id: str) -> list[str]:
        rows = events.newest(self.database, job_id, limit=1000, before=None)
        return [row["message"] for row in rows[::-1]]
