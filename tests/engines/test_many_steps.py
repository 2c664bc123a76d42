"""A job of 20,000 steps: its log is paged while it grows, and through the death of all who write it."""

from __future__ import annotations

import asyncio
import csv
import io
import os
import signal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from finetop.client import ApiClient
from finetop.providers import every_page, provider_class
from server.running_server import RunningServer, examples, serving, wait_for, workers

if TYPE_CHECKING:
    from finetop.models import Event

pytestmark = pytest.mark.engine

STEPS = 20_000
WANTED: dict[str, Any] = {"seed": 9, "hyperparameters": {"n_epochs": 50, "batch_size": 1}}
LIMIT = 100
LONG_S = 600.0
ENVIRONMENT = {"FINETOP_SAVE_EVERY_S": "1", "PYTHONPATH": ""}
"""Its steps are what is asked for, so nothing makes it rest."""


def start(server: RunningServer) -> str:
    """A job of 400 examples and 50 epochs; its id."""
    job_id: str = server.create(server.upload(examples(STEPS // 50)), **WANTED)["id"]
    return job_id


def paged(server: RunningServer, job_id: str) -> list[Event]:
    """The whole log as finetop's own client reads it, oldest first."""

    async def read() -> list[Event]:
        client = ApiClient(server.url, server.api_key)
        provider = provider_class("local")(client)
        try:
            return [
                event
                async for page in every_page(
                    lambda after: provider.list_events(job_id, after=after, limit=LIMIT)
                )
                for event in page.items
            ][::-1]
        finally:
            await client.close()

    return asyncio.run(read())


def reported(server: RunningServer, job_id: str, step: int) -> None:
    """Wait until a job has told of this step."""

    def look() -> bool:
        newest = server.get(f"/fine_tuning/jobs/{job_id}/events", limit=5)["data"]
        return any(event["data"].get("step", 0) >= step for event in newest)

    wait_for(look, f"step {step}", LONG_S)


def ended(server: RunningServer, job_id: str) -> dict[str, Any]:
    """The job, once it has succeeded."""

    def look() -> dict[str, Any] | None:
        job = server.job(job_id)
        return None if job["status"] in {"queued", "running"} else job

    job = wait_for(look, "the end", LONG_S)
    assert job["status"] == "succeeded", job["error"]
    return job


def steps(log: list[Event]) -> list[int]:
    """The steps a log tells of, in its order."""
    return [int(str(event.data["step"])) for event in log if event.type == "metrics"]


def assert_no_double(log: list[Event]) -> None:
    """No event twice, and no step twice or out of order."""
    ids = [event.id for event in log]
    assert len(set(ids)) == len(ids)
    assert steps(log) == sorted(set(steps(log)))


def assert_goes_on(before: list[Event], after: list[Event]) -> None:
    """A later reading begins with the whole of the earlier one."""
    assert after[: len(before)] == before
    assert len(after) > len(before)


def every_row(server: RunningServer, job: dict[str, Any]) -> dict[int, float]:
    """The loss of each step, by the result file."""
    text = server.http.get(f"/files/{job['result_files'][0]}/content").text
    return {int(row["step"]): float(row["train_loss"]) for row in csv.DictReader(io.StringIO(text))}


def test_paging_loses_and_doubles_nothing_whoever_is_killed(tmp_path: Path) -> None:
    """Twice while it runs; once more with server and worker killed in between; all three logs agree."""
    data_dir = tmp_path / "data"
    with serving(data_dir, environment=ENVIRONMENT) as server:
        calm = start(server)
        reported(server, calm, 2_000)
        first = paged(server, calm)
        reported(server, calm, steps(first)[-1] + 1_000)
        second = paged(server, calm)
        assert server.job(calm)["status"] == "running"
        assert_goes_on(first, second)
        job = ended(server, calm)
        whole = paged(server, calm)
        for log in (first, second, whole):
            assert_no_double(log)
        assert_goes_on(second, whole)
        assert len(steps(whole)) >= 1_000
        assert steps(whole)[-1] == STEPS
        rows = every_row(server, job)
        assert sorted(rows) == list(range(1, STEPS + 1))
        told = {int(str(e.data["step"])): e.data["train_loss"] for e in whole if e.type == "metrics"}
        assert {step: rows[step] for step in told} == pytest.approx(told)

    with serving(data_dir, environment=ENVIRONMENT, leave_workers=True) as server:
        disturbed = start(server)
        reported(server, disturbed, 2_000)
        before = paged(server, disturbed)
        for pid in workers(data_dir):
            os.kill(pid, signal.SIGKILL)
        server.kill()
    with serving(data_dir, environment=ENVIRONMENT) as server:
        reported(server, disturbed, steps(before)[-1] + 1_000)
        after = paged(server, disturbed)
        assert_goes_on(before, after)
        job = ended(server, disturbed)
        last = paged(server, disturbed)
        assert_no_double(last)
        assert_goes_on(after, last)
        assert steps(last) == steps(whole)
        assert every_row(server, job) == rows
        said = [event.message for event in last if event.type != "metrics"]
        assert sum("resumed after step" in message for message in said) == 1
