"""A real server process, spoken to over HTTP, for tests of everything behind it."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import httpx

Found = TypeVar("Found")
PATIENCE_S = 60.0
FINAL = {"succeeded", "failed", "cancelled"}


def wait_for(look: Callable[[], Found | None], what: str, within_s: float = PATIENCE_S) -> Found:
    """Look until there is something to see."""
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        found = look()
        if found:
            return found
        time.sleep(0.02)
    raise AssertionError(f"{what} did not happen within {within_s:.0f} s")


def examples(count: int, *, words: str = "plus") -> bytes:
    """A small training file that can be learned."""
    lines = [
        {
            "messages": [
                {"role": "user", "content": f"What is {number} {words} {number}?"},
                {"role": "assistant", "content": f"That makes {number * 2}."},
            ]
        }
        for number in range(count)
    ]
    return "".join(json.dumps(line) + "\n" for line in lines).encode()


class ServerDiedError(Exception):
    """The server ended before it told where it is."""


class RunningServer:
    """A server that has told where it is."""

    def __init__(self, process: subprocess.Popen[str], said: dict[str, Any], log: Path) -> None:
        self.process = process
        self.log = log
        self.data_dir = Path(said["data_dir"])
        self.url: str = said["base_url"]
        self.api_key: str = said["api_key"]
        self.pid: int = said["pid"]
        self.http = httpx.Client(
            base_url=self.url, headers={"Authorization": f"Bearer {self.api_key}"}, timeout=PATIENCE_S
        )

    def get(self, path: str, **query: Any) -> Any:
        """A JSON answer that is no refusal."""
        answer = self.http.get(path, params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def upload(self, content: bytes, filename: str = "train.jsonl") -> str:
        """Upload a training file; its id."""
        answer = self.http.post("/files", files={"file": (filename, content)}, data={"purpose": "fine-tune"})
        assert answer.status_code == 200, answer.text
        file_id: str = answer.json()["id"]
        return file_id

    def create(self, training_file: str, **wishes: Any) -> dict[str, Any]:
        """Create a job."""
        headers = wishes.pop("headers", None)
        wanted = {"model": "tiny-bytes-1", "training_file": training_file, **wishes}
        answer = self.http.post("/fine_tuning/jobs", json=wanted, headers=headers)
        assert answer.status_code == 200, answer.text
        job: dict[str, Any] = answer.json()
        return job

    def create_long(self, **wishes: Any) -> dict[str, Any]:
        """A job that would train for a minute and more."""
        wishes["hyperparameters"] = {"n_epochs": 50, "batch_size": 1}
        return self.create(self.upload(examples(2000)), **wishes)

    def job(self, job_id: str) -> dict[str, Any]:
        """A job as it is now."""
        job: dict[str, Any] = self.get(f"/fine_tuning/jobs/{job_id}")
        return job

    def wait(self, job_id: str, *statuses: str) -> dict[str, Any]:
        """Wait until a job has one of these statuses, or has ended."""
        wanted = set(statuses) or FINAL

        def look() -> dict[str, Any] | None:
            job = self.job(job_id)
            assert job["status"] in wanted or job["status"] not in FINAL, (job["status"], job["error"])
            return job if job["status"] in wanted else None

        return wait_for(look, f"{job_id} {wanted}")

    def events(self, job_id: str) -> list[dict[str, Any]]:
        """Everything that happened to a job, oldest first."""
        found: list[dict[str, Any]] = self.get(f"/fine_tuning/jobs/{job_id}/events", limit=10_000)["data"]
        return found[::-1]

    def wait_for_step(self, job_id: str) -> None:
        """Wait until a job has trained for at least one step."""
        wait_for(
            lambda: any(event["type"] == "metrics" for event in self.events(job_id)), f"a step of {job_id}"
        )

    def end(self) -> int:
        """End the server in order; its exit code."""
        self.http.close()
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE_S)

    def close(self) -> None:
        """Speak no more with it."""
        self.http.close()

    def kill(self) -> None:
        """End the server without order."""
        self.http.close()
        self.process.kill()
        self.process.wait(PATIENCE_S)


@contextmanager
def serving(
    data_dir: Path, *words: str, leave_workers: bool = False, environment: dict[str, str] | None = None
) -> Iterator[RunningServer]:
    """A server on a data directory; it and, unless they are wanted, its workers are gone at the end."""
    data_dir.parent.mkdir(parents=True, exist_ok=True)
    log = data_dir.parent / f"{data_dir.name}.log"
    with (
        log.open("ab") as complaints,
        subprocess.Popen(
            [sys.executable, "-m", "finetop.server", "--data-dir", str(data_dir), "--json", *words],
            stdout=subprocess.PIPE,
            stderr=complaints,
            text=True,
            env={**os.environ, **(environment or {})},
        ) as process,
    ):
        try:
            with contextlib.closing(_told(process, log)) as server:
                yield server
        finally:
            process.terminate()
            process.wait(PATIENCE_S)
            for pid in [] if leave_workers else workers(data_dir):
                os.kill(pid, signal.SIGKILL)


def _told(process: subprocess.Popen[str], log: Path) -> RunningServer:
    assert process.stdout is not None
    said = process.stdout.readline()
    if not said:
        raise ServerDiedError(log.read_text())
    return RunningServer(process, json.loads(said), log)


def workers(data_dir: Path) -> list[int]:
    """The pids of processes that work on jobs of a data directory."""
    jobs = str(data_dir / "jobs")
    return [
        pid for pid, words in _processes() if "finetop.server.worker" in words and words[-1].startswith(jobs)
    ]


@contextmanager
def held(pids: Collection[int]) -> Iterator[None]:
    """These workers keep their jobs and slots, but take the processor from nothing that a test waits for."""
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)


@contextmanager
def awake(pids: Collection[int]) -> Iterator[None]:
    """These held workers go on for as long as the block lasts."""
    for pid in pids:
        os.kill(pid, signal.SIGCONT)
    try:
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)


def processes_with(word: str, parent: int) -> list[int]:
    """The children of a process that were started with this word."""
    children = {
        int(row.split()[0])
        for row in subprocess.check_output(["ps", "-ax", "-o", "pid=,ppid="], text=True).splitlines()
        if int(row.split()[1]) == parent
    }
    return [pid for pid, words in _processes() if word in words and pid in children]


def _processes() -> Iterator[tuple[int, list[str]]]:
    if not Path("/proc/self/cmdline").exists():
        listing = subprocess.run(
            ["ps", "-ww", "-ax", "-o", "pid=,command="], capture_output=True, text=True, check=True
        )
        yield from ((int(line.split()[0]), line.split()[1:]) for line in listing.stdout.splitlines())
        return
    for place in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            words = place.read_bytes().decode(errors="replace").split("\0")[:-1]
            yield int(place.parent.name), words
