"""One server per data directory: found, refused twice, ended in order, and never left behind."""

from __future__ import annotations

import json
import os
import signal
import socket
import stat
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from finetop.errors import BadInput
from finetop.server import disks, life, processes
from server.running_server import PATIENCE_S, examples, serving, wait_for, workers


def run(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """A server that is expected to end by itself."""
    return subprocess.run(
        [sys.executable, "-m", "finetop.server", *words],
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_S,
        env={**os.environ, **environment},
    )


def is_one_sentence(complaint: str) -> bool:
    """A sentence and a hint, without a traceback."""
    return "Traceback" not in complaint and 1 <= len(complaint.strip().splitlines()) <= 2


def test_it_tells_where_it_is_and_nothing_else(tmp_path: Path) -> None:
    """One line of JSON on stdout; the same facts for who asks in the directory."""
    data_dir = tmp_path / "data"
    assert life.running(data_dir) is None
    with serving(data_dir) as server:
        found = life.running(data_dir)
        assert found is not None
        assert (found.url, found.api_key, found.pid) == (server.url, server.api_key, server.pid)
        assert (found.contract, found.data_dir) == (life.CONTRACT, data_dir)
        assert server.pid == server.process.pid
        for name in ("server.json", "api_key"):
            assert stat.S_IMODE((data_dir / name).stat().st_mode) == 0o600
        assert stat.S_IMODE(data_dir.stat().st_mode) == 0o700
        server.get("/models")
        assert server.process.stdout is not None
        assert server.end() == 0
        assert server.process.stdout.read() == ""
    assert life.running(data_dir) is None
    assert not (data_dir / "server.json").exists()


def test_the_key_stays_over_restarts(tmp_path: Path) -> None:
    """A script that has it can go on."""
    keys = set()
    for _ in range(2):
        with serving(tmp_path / "data") as server:
            keys.add(server.api_key)
    assert len(keys) == 1


def test_a_second_server_is_refused_and_names_the_first(tmp_path: Path) -> None:
    """By the lock, so that both cannot begin at once."""
    with serving(tmp_path / "data") as server:
        second = run("--data-dir", str(tmp_path / "data"), "--json")
        assert (second.returncode, second.stdout) == (75, "")
        assert str(server.pid) in second.stderr
        assert server.url in second.stderr
        assert is_one_sentence(second.stderr)
        assert server.get("/models")["data"]


def test_what_a_dead_server_left_does_not_count(tmp_path: Path) -> None:
    """The lock tells a stale file from a running server, and the next server starts."""
    data_dir = tmp_path / "data"
    with serving(data_dir) as server:
        server.kill()
        assert (data_dir / "server.json").exists()
        assert life.running(data_dir) is None
        assert life.status(data_dir) == life.Status(None, 0)
    with serving(data_dir) as server:
        found = life.running(data_dir)
        assert found is not None
        assert found.pid == server.pid


def test_a_taken_port_is_one_sentence(tmp_path: Path) -> None:
    """With the port, and what to do."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        refused = run("--data-dir", str(tmp_path / "data"), "--port", port)
    assert refused.returncode == 2
    assert port in refused.stderr
    assert is_one_sentence(refused.stderr)


@pytest.mark.parametrize("port", ["70000", "-1"])
def test_a_port_that_is_none_is_one_sentence(tmp_path: Path, port: str) -> None:
    """Not the traceback of the socket module."""
    refused = run("--data-dir", str(tmp_path / "data"), f"--port={port}")
    assert refused.returncode == 2
    assert is_one_sentence(refused.stderr)


def test_a_directory_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    """Here it is a file, which stops even root."""
    place = tmp_path / "file"
    place.write_text("in the way")
    refused = run("--data-dir", str(place))
    assert refused.returncode == 2
    assert str(place) in refused.stderr
    assert is_one_sentence(refused.stderr)


@pytest.mark.parametrize(
    "content", [b"this is no database, however long it may be" * 50, b"SQLite format 3\0" * 400]
)
def test_a_damaged_database_is_one_sentence(tmp_path: Path, content: bytes) -> None:
    """The file is named and left as it is."""
    (tmp_path / "server.db").write_bytes(content)
    refused = run("--data-dir", str(tmp_path))
    assert refused.returncode == 1
    assert str(tmp_path / "server.db") in refused.stderr
    assert is_one_sentence(refused.stderr)
    assert (tmp_path / "server.db").read_bytes() == content


def test_ending_leaves_the_worker_and_stop_with_jobs_pauses_it(tmp_path: Path) -> None:
    """A job goes on without its server, is adopted by the next, and paused when asked."""
    data_dir = tmp_path / "data"
    with serving(data_dir) as server:
        job_id = server.create_long(seed=3)["id"]
        server.wait_for_step(job_id)
        (pid,) = workers(data_dir)
        stopped = life.stop(data_dir)
        assert stopped.server is not None
        assert (stopped.server.pid, stopped.unfinished_jobs) == (server.pid, 1)
        assert server.process.wait(PATIENCE_S) == 0
        assert workers(data_dir) == [pid]
        with serving(data_dir) as second:
            seen = len(second.events(job_id))
            wait_for(lambda: len(second.events(job_id)) > seen, "news of the adopted worker")
            assert second.job(job_id)["status"] == "running"
            assert workers(data_dir) == [pid]
            assert life.stop(data_dir, jobs=True).unfinished_jobs == 1
            assert second.process.wait(PATIENCE_S) == 0
            assert workers(data_dir) == []
        with serving(data_dir) as third:
            wait_for(lambda: third.job(job_id)["status"] == "running", "the paused job's return")
            messages = [event["message"] for event in third.events(job_id)]
            assert any(message.startswith("Fine-tuning job resumed after step") for message in messages)
            cancelled = third.http.post(f"/fine_tuning/jobs/{job_id}/cancel").json()
            assert cancelled["status"] in {"cancelled", "running", "queued"}
            third.wait(job_id, "cancelled")


@pytest.mark.parametrize("is_ephemeral", [True, False])
def test_a_parent_that_is_killed_takes_everything_with_it(tmp_path: Path, is_ephemeral: bool) -> None:
    """The pipe closes; workers and server go, and the directory, unless it is to be kept."""
    data_dir = tmp_path / "data"
    words = ["--ephemeral"] if is_ephemeral else []
    parent = subprocess.Popen(
        [sys.executable, "-c", _PARENT, str(data_dir), *words], stdout=subprocess.PIPE, text=True
    )
    with parent:
        assert parent.stdout is not None
        said = json.loads(parent.stdout.readline())
        started = processes.started(said["pid"])
        with httpx.Client(
            base_url=said["base_url"], headers={"Authorization": f"Bearer {said['api_key']}"}
        ) as http:
            sent = http.post(
                "/files", files={"file": ("t.jsonl", examples(1000))}, data={"purpose": "fine-tune"}
            )
            wanted = {
                "model": "tiny-bytes-1",
                "training_file": sent.json()["id"],
                "hyperparameters": {"n_epochs": 50, "batch_size": 1},
            }
            assert http.post("/fine_tuning/jobs", json=wanted).status_code == 200
            wait_for(lambda: workers(data_dir), "a worker")
        parent.kill()
    wait_for(lambda: processes.started(said["pid"]) != started, "the server's end")
    assert workers(data_dir) == []
    assert data_dir.exists() != is_ephemeral
    if is_ephemeral:
        return
    with serving(data_dir) as server:
        (job,) = server.get("/fine_tuning/jobs")["data"]
        said = [event["message"] for event in server.events(job["id"])]
        assert any(message.startswith("Training paused") for message in said)
        assert not any("unexpectedly" in message for message in said)


_PARENT = """
import os, subprocess, sys, time
read, write = os.pipe()
subprocess.Popen(
    [sys.executable, "-m", "finetop.server", "--json", "--parent-fd", str(read), "--data-dir", *sys.argv[1:]],
    pass_fds=[read], start_new_session=True,
)
os.close(read)
time.sleep(600)
"""


def test_an_idle_server_ends_itself(tmp_path: Path) -> None:
    """Once nobody has asked for long enough and no job is unfinished."""
    with serving(tmp_path / "data", "--idle-exit", "0.5") as server:
        assert server.process.wait(PATIENCE_S) == 0


def test_a_server_with_work_is_not_idle(tmp_path: Path) -> None:
    """It ends only after the job."""
    with serving(tmp_path / "data") as server:
        job_id = server.create_long()["id"]
        wait_for(lambda: workers(server.data_dir), "a worker")
        server.end()
    with serving(tmp_path / "data", "--idle-exit", "0.2") as server:
        with pytest.raises(subprocess.TimeoutExpired):
            server.process.wait(1.0)
        (pid,) = workers(server.data_dir)
        os.kill(pid, signal.SIGTERM)
        assert server.process.wait(PATIENCE_S) == 0
        assert life.status(server.data_dir).unfinished_jobs == 0, job_id


def test_a_server_whose_card_was_taken_away_is_found_again(tmp_path: Path) -> None:
    """It holds the lock, so that nobody could start another one either."""
    with serving(tmp_path / "data", "--idle-exit", "1") as server:
        (server.data_dir / "server.json").unlink()
        found = wait_for(lambda: life.running(server.data_dir), "the card")
        assert (found.url, found.pid) == (server.url, server.process.pid)


LOOKS_ONCE_AN_HOUR = """
import sys

if "finetop.server" in sys.orig_argv:
    import finetop.server.scheduler

    finetop.server.scheduler.LOOK_EVERY_S = 3600.0
"""


def test_the_end_of_a_worker_is_news_at_once(tmp_path: Path) -> None:
    """Nobody waits for the next look at the workers."""
    (tmp_path / "sitecustomize.py").write_text(LOOKS_ONCE_AN_HOUR)
    with serving(tmp_path / "data", environment={"PYTHONPATH": str(tmp_path)}) as server:
        job_id = server.create(server.upload(examples(12)), hyperparameters={"n_epochs": 1})["id"]
        assert server.wait(job_id)["status"] == "succeeded"


def test_sighup_ends_it_in_order(tmp_path: Path) -> None:
    """A closed terminal is no accident."""
    with serving(tmp_path / "data") as server:
        server.process.send_signal(signal.SIGHUP)
        assert server.process.wait(PATIENCE_S) == 0
    assert not (tmp_path / "data" / "server.json").exists()


def test_asking_is_light() -> None:
    """A screen asks before anything of the server is loaded."""
    heavy = ("starlette", "uvicorn", "numpy", "pydantic", "python_multipart", "sqlite3", "asyncio", "httpx")
    code = f"import sys, finetop.server.life; print([name for name in {heavy!r} if name in sys.modules])"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"


def test_a_network_disk_is_known_by_its_mount() -> None:
    """Linux and macOS list their mounts differently; the deepest mount counts."""
    linux = disks.parse_proc_mounts(
        "/dev/vda / ext4 rw 0 0\nsrv:/home /home nfs4 rw 0 0\nme@x: /home/my\\040box fuse.sshfs rw 0 0\n"
    )
    mac = disks.parse_mount_listing(
        "/dev/disk3s1 on / (apfs, sealed, local)\n//me@nas/data on /Volumes/data (smbfs, nodev)\n"
    )
    kinds = [
        disks.filesystem_type(Path("/var/lib"), linux),
        disks.filesystem_type(Path("/home/me/data"), linux),
        disks.filesystem_type(Path("/home/my box/data"), linux),
        disks.filesystem_type(Path("/Volumes/data/jobs"), mac),
        disks.filesystem_type(Path("/Users/me"), mac),
    ]
    assert kinds == ["ext4", "nfs4", "fuse.sshfs", "smbfs", "apfs"]
    assert [disks.is_network(kind) for kind in kinds] == [False, True, True, True, False]


def test_on_a_network_disk_the_database_goes_elsewhere(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The same place each time; unless the user says where data belongs."""
    monkeypatch.setattr(disks, "mount_table", lambda: [(Path("/"), "nfs")])
    home = disks.home(tmp_path)
    assert home.is_relative_to("/var/tmp")
    assert life.database_path(tmp_path).parent == home == disks.home(tmp_path)
    monkeypatch.setenv("FINETOP_DATA", str(tmp_path))
    assert disks.home(tmp_path) == tmp_path


def test_a_directory_of_somebody_else_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """In /var/tmp anybody may have been there first."""
    monkeypatch.setattr(os, "getuid", lambda: tmp_path.stat().st_uid + 1)
    with pytest.raises(BadInput, match="another user"):
        disks.make_private(tmp_path)


def test_a_pid_that_came_round_again_is_not_signalled() -> None:
    """A process is its pid and when it started."""
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        started = processes.started(child.pid)
        assert started is not None
        assert processes.alive(child.pid, started)
        assert not processes.send(child.pid, "earlier", signal.SIGKILL)
        assert child.poll() is None
        assert processes.send(child.pid, started, signal.SIGKILL)
        wait_for(lambda: not processes.alive(child.pid, started), "its end, though it is still a zombie")
        assert child.wait(PATIENCE_S) == -signal.SIGKILL
