"""Events and files in a job's directory survive being interrupted anywhere."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import pytest

from finetop.server.jobdir import EventWriter, JobDir, LockHeldError, read_events

if TYPE_CHECKING:
    from pathlib import Path


def test_events_are_numbered_and_read_back(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    events = EventWriter(path, attempt=1)
    events.write("log", level="info", message="hello")
    first, offset = read_events(path, 0)
    events.write("heartbeat", durable=True)
    second, end = read_events(path, offset)
    events.close()
    assert [(event["seq"], event["type"]) for event in first + second] == [(1, "log"), (2, "heartbeat")]
    assert first[0]["message"] == "hello"
    assert read_events(path, end) == ([], end)


def test_a_torn_line_waits_for_its_end(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    path.write_bytes(b'{"seq": 1, "type": "log"}\n{"seq": 2, "ty')
    events, offset = read_events(path, 0)
    assert [event["seq"] for event in events] == [1]
    with path.open("ab") as file:
        file.write(b'pe": "log"}\n')
    assert [event["seq"] for event in read_events(path, offset)[0]] == [2]


def test_no_file_yet_means_no_events_yet(tmp_path: Path) -> None:
    assert read_events(tmp_path / "events.jsonl", 7) == ([], 7)


def test_a_file_that_lost_its_tail_is_read_on_from_its_end(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    path.write_bytes(b'{"seq": 1, "type": "log"}\n')
    events, offset = read_events(path, 400)
    assert events == []
    with path.open("ab") as file:
        file.write(b'{"seq": 2, "type": "log"}\n')
    assert [event["seq"] for event in read_events(path, offset)[0]] == [2]


@pytest.mark.parametrize("torn", [b'{"seq": 3, "type": "lo', b"\0" * 100, b"\0\0\n", b'{"seq": 3}\n'])
def test_the_next_attempt_cuts_what_a_crash_left(tmp_path: Path, torn: bytes) -> None:
    path = tmp_path / "events.jsonl"
    first = EventWriter(path, attempt=1)
    first.write("log", level="info", message="one")
    first.write("paused", step=3)
    first.write("heartbeat")
    first.close()
    with path.open("ab") as file:
        file.write(torn)
    second = EventWriter(path, attempt=2)
    assert second.last_type == "paused"
    second.write("running", resume_step=3)
    second.close()
    lines = [json.loads(line) for line in path.read_bytes().splitlines()]
    assert [(line["seq"], line["attempt"]) for line in lines] == [(1, 1), (2, 1), (3, 1), (4, 2)]


def test_two_threads_never_share_a_number(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    events = EventWriter(path, attempt=1)

    def write_many() -> None:
        for _ in range(300):
            events.write("heartbeat")

    threads = [threading.Thread(target=write_many) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    events.close()
    assert [event["seq"] for event in read_events(path, 0)[0]] == list(range(1, 901))


def test_an_event_that_does_not_fit_leaves_no_half_line(tmp_path: Path) -> None:
    """A limit on the file's size stands in for a full disk."""
    path = tmp_path / "events.jsonl"
    script = (
        "import sys, pathlib\n"
        "from finetop.server.jobdir import EventWriter\n"
        "events = EventWriter(pathlib.Path(sys.argv[1]), 1)\n"
        "for _ in range(50):\n"
        "    try:\n"
        "        events.write('log', level='info', message='x' * 100)\n"
        "    except OSError:\n"
        "        break\n"
        "else:\n"
        "    sys.exit(5)\n"
    )
    subprocess.run(
        [sys.executable, "-c", script, str(path)],
        check=True,
        # A module cache cut off by the limit would break every later import of it.
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000)),
    )
    content = path.read_bytes()
    assert content.endswith(b"\n")
    assert [json.loads(line)["seq"] for line in content.splitlines()] == list(
        range(1, content.count(b"\n") + 1)
    )


def test_a_file_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    job = JobDir(tmp_path)
    with job.whole(job.checkpoints / "step-3.npz") as file:
        file.write(b"first")

    def fail_halfway() -> None:
        with job.whole(job.checkpoints / "step-3.npz") as file:
            file.write(b"half")
            raise KeyError

    with pytest.raises(KeyError):
        fail_halfway()
    assert [path.name for path in job.checkpoints.iterdir()] == ["step-3.npz"]
    described = job.describe(job.checkpoints / "step-3.npz")
    assert described["path"] == "checkpoints/step-3.npz"
    assert described["bytes"] == 5
    assert described["sha256"].startswith("a7937b64b8ca")


def test_one_worker_at_a_time(tmp_path: Path) -> None:
    with JobDir(tmp_path).locked(), pytest.raises(LockHeldError), JobDir(tmp_path).locked():
        pass


def test_a_job_of_another_contract_is_refused(tmp_path: Path) -> None:
    job = JobDir(tmp_path)
    job.spec.write_text('{"contract": 2}')
    with pytest.raises(ValueError, match="contract 1"):
        job.read_spec()
