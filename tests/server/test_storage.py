"""A disk that is full, or may not be written: a clear refusal, the database whole, and then it goes on."""

from __future__ import annotations

import errno
import resource
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from finetop.server import checking, forms, jobs
from finetop.server.database import Database, DatabaseUnusable
from finetop.server.scheduler import Scheduler
from server.desk import Desk
from server.house import House, eventually
from server.running_server import examples

if TYPE_CHECKING:
    import httpx

UPLOAD = {"filename": "a", "purpose": "fine-tune", "bytes": 10, "mime_type": "text/jsonl"}


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """An application on a disk of its own."""
    desk = Desk(tmp_path, limit=1 << 20)
    yield desk
    desk.close()


@contextmanager
def full_disk(most_bytes: int) -> Iterator[None]:
    """No file grows beyond this, as near to a full disk as one gets without a disk."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


async def send_file(desk: Desk, content: bytes) -> httpx.Response:
    """Upload a training file."""
    return await desk.http.post("/files", files={"file": ("a.jsonl", content)}, data={"purpose": "fine-tune"})


def told(answer: httpx.Response) -> tuple[int, str, str]:
    """The status, the kind and the code of a refusal."""
    error = answer.json()["error"]
    return answer.status_code, error["type"], error["code"]


def is_whole(desk: Desk) -> bool:
    """Whether the database stands up to its own judge, asked from outside."""
    with sqlite3.connect(desk.layout.database) as connection:
        return bool(connection.execute("pragma integrity_check").fetchone() == ("ok",))


async def test_a_full_disk_refuses_bytes_and_takes_them_again_once_there_is_room(desk: Desk) -> None:
    """Neither a file nor a part of one stays."""
    upload = (await desk.http.post("/uploads", json=UPLOAD)).json()
    part = f"/uploads/{upload['id']}/parts"
    with full_disk(50_000):
        assert told(await send_file(desk, b"x" * 60_000)) == (507, "server_error", "disk_full")
        answer = await desk.http.post(part, files={"data": b"x" * 60_000})
        assert told(answer) == (507, "server_error", "disk_full")
    assert desk.left() == [0, 0, 0]
    assert (await send_file(desk, examples(12))).status_code == 200
    assert (await desk.http.post(part, files={"data": b"x" * 60_000})).status_code == 200
    assert is_whole(desk)


async def test_a_file_that_finds_no_room_when_its_parts_are_joined_can_be_completed_later(desk: Desk) -> None:
    """The parts are kept for it."""
    wanted = {**UPLOAD, "bytes": 80_000}
    upload = (await desk.http.post("/uploads", json=wanted)).json()
    path = f"/uploads/{upload['id']}"
    parts = [
        (await desk.http.post(f"{path}/parts", files={"data": b"x" * 40_000})).json()["id"] for _ in "ab"
    ]
    with full_disk(60_000):
        answer = await desk.http.post(f"{path}/complete", json={"part_ids": parts})
        assert told(answer) == (507, "server_error", "disk_full")
    assert desk.left() == [0, 2, 0]
    answer = await desk.http.post(f"{path}/complete", json={"part_ids": parts})
    assert answer.json()["status"] == "completed"


async def test_a_database_without_room_says_so_and_stays_whole(desk: Desk) -> None:
    """Also between an upload's bytes and its row: what is answered with a refusal is not there."""
    file_id = (await send_file(desk, examples(12))).json()["id"]
    job = {"model": "tiny-bytes-1", "training_file": file_id}
    kept = (await desk.http.post("/fine_tuning/jobs", json=job)).json()
    size = desk.layout.database.with_name("server.db-wal").stat().st_size
    with full_disk(size):
        for answer in (
            await desk.http.post("/fine_tuning/jobs", json=job),
            await desk.http.post(f"/fine_tuning/jobs/{kept['id']}/cancel"),
            await desk.http.post(f"/fine_tuning/jobs/{kept['id']}/pause"),
            await desk.http.post("/uploads", json=UPLOAD),
            await send_file(desk, b"{}"),
        ):
            assert told(answer) == (507, "server_error", "storage_failed")
        assert (await desk.http.get(f"/fine_tuning/jobs/{kept['id']}")).json() == kept
    assert desk.left() == [1, 0, 0]
    assert is_whole(desk)
    listed = (await desk.http.get("/fine_tuning/jobs")).json()["data"]
    assert [item["id"] for item in listed] == [kept["id"]]
    answer = await desk.http.post(f"/fine_tuning/jobs/{kept['id']}/cancel")
    assert answer.json()["status"] == "cancelled"
    assert is_whole(desk)


async def test_a_data_directory_that_turns_read_only_is_told(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is there can still be looked at."""
    file_id = (await send_file(desk, examples(12))).json()["id"]
    job = {"model": "tiny-bytes-1", "training_file": file_id}
    desk.database.all("pragma query_only = 1")
    answer = await desk.http.post("/fine_tuning/jobs", json=job)
    assert told(answer) == (507, "server_error", "storage_failed")
    assert "readonly" in answer.json()["error"]["message"]
    assert (await desk.http.get(f"/files/{file_id}")).status_code == 200
    desk.database.all("pragma query_only = 0")

    def refuse(*_: object) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr(forms, "settle", refuse)
    answer = await send_file(desk, b"x")
    assert told(answer) == (507, "server_error", "storage_failed")
    assert "Read-only file system" in answer.json()["error"]["message"]
    monkeypatch.undo()
    assert (await desk.http.post("/fine_tuning/jobs", json=job)).status_code == 200
    assert is_whole(desk)


def test_a_directory_that_cannot_be_written_is_told_at_the_start(tmp_path: Path) -> None:
    """In a sentence and a hint, without a traceback."""
    (tmp_path / "file").touch()
    ended = subprocess.run(
        [sys.executable, "-m", "finetop.server", "--data-dir", str(tmp_path / "file" / "data")],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert ended.returncode != 0
    assert "cannot be written" in ended.stderr
    assert "--data-dir" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_database_that_may_not_be_written_is_told_at_the_start(tmp_path: Path) -> None:
    """In one sentence that names it."""
    path = tmp_path / "server.db"
    Database(path).close()
    with full_disk(0), pytest.raises(DatabaseUnusable, match=r"server\.db"):
        Database(path).close()
    Database(path).close()


async def test_a_job_whose_verdict_finds_no_room_is_judged_again_later(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not at once and for ever, and not failed for what is the disk's fault."""
    monkeypatch.setattr(checking, "TROUBLE_PAUSE_S", 0.2)
    asked = 0
    queue = jobs.queue

    def full_at_first(*given: object, **named: object) -> None:
        nonlocal asked
        asked += 1
        if asked < 3:
            raise DatabaseUnusable("there is no room")
        queue(*given, **named)  # type: ignore[arg-type]  # passed on as it came

    monkeypatch.setattr(jobs, "queue", full_at_first)
    job = house.create()
    async with house.working() as worker:
        assert isinstance(worker, Scheduler)
        await eventually(lambda: house.launcher.started == [job])
    assert asked == 3
