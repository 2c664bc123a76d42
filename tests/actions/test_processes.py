"""Exactly once over the end of a process, and between two of them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from actions.crashing import MOMENTS, left
from faulty import FastTime
from finetop.actions import orphans
from finetop.actions.desk import Desk
from finetop.client import ApiClient
from finetop.providers.local import Local
from finetop.store import JobKey, Store
from server.running_server import RunningServer, examples

if TYPE_CHECKING:
    from finetop.providers import Provider

HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def server(full_server: RunningServer) -> RunningServer:
    """Nothing is trained here; whether jobs are made is the matter."""
    return full_server


@pytest.fixture(scope="module")
def file_id(server: RunningServer) -> str:
    return server.upload(examples(12))


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(HERE.parent)}


def named(server: RunningServer, suffix: str) -> list[dict[str, Any]]:
    listed = server.get("/fine_tuning/jobs", limit=1000)["data"]
    return [job for job in listed if job["user_provided_suffix"] == suffix]


def crash(moment: str, server: RunningServer, file_id: str, store_file: Path) -> None:
    """Let a process die while it makes a job."""
    command = [
        sys.executable,
        str(HERE / "crashing.py"),
        moment,
        str(store_file),
        str(server.data_dir),
        file_id,
    ]
    died = subprocess.run(command, env=environment(), capture_output=True, check=False)
    assert died.returncode == -signal.SIGKILL, died.stderr.decode()


@pytest.mark.parametrize("moment", MOMENTS)
async def test_a_crash_at_any_moment_is_settled_at_the_next_start(
    server: RunningServer, file_id: str, tmp_path: Path, moment: str
) -> None:
    crash(moment, server, file_id, tmp_path / "finetop.db")
    before = named(server, f"crash-{moment}")
    assert len(before) == (moment not in {"written", "sent"})

    store = Store(tmp_path / "finetop.db")
    account = store.accounts.ensure(dialect="local", base_url=f"local:{server.data_dir}")
    client, time = ApiClient(server.url, server.api_key), FastTime()

    async def provider() -> Provider:
        return Local(client)

    assert orphans.left(store, account) == [left(store, account)]
    uuid = left(store, account).uuid
    await orphans.settle(
        Desk(store, account, provider, sleep=time.sleep, clock=time.now), left(store, account)
    )
    settled = store.journal.get(uuid)
    assert settled is not None
    after = named(server, f"crash-{moment}")
    assert [job["id"] for job in after] == [job["id"] for job in before], "nothing was sent again"
    if before:
        assert (settled.state, settled.job) == ("created", before[0]["id"])
        assert JobKey(account, before[0]["id"]) in {row.key for row in store.jobs.rows({account: "x"})}
    else:
        assert settled.state == {"written": "refused", "sent": "unsure"}[moment]
        (row,) = [row for row in store.jobs.rows({account: "x"}) if row.key == settled.key]
        assert row.intent == settled.state
        assert row.reason
    assert orphans.left(store, account) == []
    await client.close()
    store.close()


def test_two_processes_that_ask_for_the_same_make_no_more_than_they_say(
    server: RunningServer, file_id: str, tmp_path: Path
) -> None:
    command = [sys.executable, str(HERE / "sending.py"), str(tmp_path), str(server.data_dir), file_id, "both"]
    both = [
        subprocess.Popen(command, env=environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    for process in both:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in both:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    said = [process.communicate(timeout=60)[0].strip() for process in both]
    made = {job["id"] for job in named(server, "both")}
    assert made
    assert {answer for answer in said if answer != "TryLater"} == made
    store = Store(tmp_path / "finetop.db")
    assert store.journal.open() == []
    store.close()
