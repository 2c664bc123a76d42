"""A job that its user pauses gives its slot away, waits, and goes on where it was."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path

import pytest

from finetop.server import jobs, life, pauses
from finetop.server.launchers import Probe
from server.house import House, eventually
from server.running_server import RunningServer, examples, serving

JOBS = "/fine_tuning/jobs"


def ask(server: RunningServer, job_id: str, what: str) -> tuple[int, str]:
    """The status of an answer, and the job's status or the refusal's code."""
    answer = server.http.post(f"{JOBS}/{job_id}/{what}")
    body = answer.json()
    return answer.status_code, body["status"] if answer.status_code == 200 else body["error"]["code"]


def test_a_running_job_is_paused_and_resumed(server: RunningServer) -> None:
    """The steps before and after make one run, and its numbers are those of one that was never paused."""
    file_id = server.upload(examples(300))
    wishes = {"seed": 4, "hyperparameters": {"n_epochs": 3, "batch_size": 1}}
    job_id, twin_id = (server.create(file_id, **wishes)["id"] for _ in range(2))
    server.wait_for_step(job_id)
    assert ask(server, job_id, "resume") == (400, "job_not_paused")
    assert ask(server, job_id, "pause") == (200, "paused")
    assert ask(server, job_id, "pause") == (400, "job_already_paused")
    held = server.job(job_id)
    assert (held["finished_at"], held["estimated_finish"]) == (None, None)
    assert server.http.delete(f"/files/{file_id}").json()["error"]["code"] == "file_in_use"
    assert ask(server, job_id, "resume")[0] == 200
    done, twin = server.wait(job_id), server.wait(twin_id)
    assert (done["status"], done["trained_tokens"]) == ("succeeded", twin["trained_tokens"])
    curves = [
        [event["data"] for event in server.events(name) if event["type"] == "metrics"]
        for name in (job_id, twin_id)
    ]
    assert curves[0] == curves[1]
    said = [event["message"] for event in server.events(job_id)]
    assert sum(message.startswith("Fine-tuning job resumed after step") for message in said) == 1
    for what in ("pause", "resume"):
        assert ask(server, job_id, what) == (400, "job_already_ended")
        assert ask(server, "ftjob-unknown", what) == (404, "fine_tune_not_found")


def test_a_paused_job_outlives_its_server_and_keeps_none_alive(tmp_path: Path) -> None:
    """The next server leaves it paused; cancelling it then needs no worker."""
    with serving(tmp_path / "data") as server:
        job_id = server.create_long()["id"]
        server.wait_for_step(job_id)
        assert ask(server, job_id, "pause") == (200, "paused")
        server.end()
    assert life.status(tmp_path / "data").unfinished_jobs == 0
    with serving(tmp_path / "data", "--idle-exit", "0.4") as server:
        assert server.job(job_id)["status"] == "paused"
        assert (server.data_dir / "jobs" / job_id / "resume").exists()
        assert server.process.wait(20) == 0
    with serving(tmp_path / "data") as server:
        assert ask(server, job_id, "cancel") == (200, "cancelled")
        assert not (server.data_dir / "jobs" / job_id / "resume").exists()


async def test_a_waiting_job_is_paused_at_once_and_queues_up_again_at_the_end(house: House) -> None:
    """Its slot goes to the next, and its place in the line with it."""
    async with house.working() as worker:
        first = house.create()
        await house.until_started(first)
        second, third = house.create(), house.create()
        worker.wake()
        await eventually(lambda: [house.place(second), house.place(third)] == [1, 2])
        worker.pause(second)
        assert (house.status(second), house.place(second), house.place(third)) == ("paused", None, 1)
        assert pauses.go_on(house.database, second)
        assert (house.status(second), house.place(second), house.place(third)) == ("queued", 2, 1)
        house.launcher.write(first, "cancelled")
        house.launcher.exit(first, 0)
        await house.until_started(first, third)
    assert not pauses.go_on(house.database, first), "it was not paused"


async def test_a_job_paused_before_its_files_were_read_is_judged_after_it(house: House) -> None:
    """It has no numbers to train with yet."""
    early = house.create()
    async with house.working() as worker:
        worker.pause(early)
        worker.wake()
        assert house.status(early) == "paused"
        assert pauses.go_on(house.database, early)
        assert house.status(early) == "validating_files"
        worker.wake()
        await house.until_started(early)


async def test_a_pause_frees_the_slot_and_resuming_starts_the_next_attempt(house: House) -> None:
    """No crash is counted, and the server's own pauses still queue up by themselves."""
    async with house.working() as worker:
        job = house.create()
        await house.until_started(job)
        other = house.create()
        house.launcher.write(job, "running", resume_step=0)
        await house.until(job, "running")
        worker.pause(job)
        worker.pause(job)
        assert house.launcher.wishes == [(f"{job}/1", "pause")] * 2
        house.launcher.write(job, "paused", step=4)
        house.launcher.exit(job, 0)
        await house.until(job, "paused")
        await house.until_started(job, other)
        assert pauses.go_on(house.database, job)
        worker.wake()
        stopping = asyncio.create_task(worker.pause_all(20))
        await eventually(lambda: (f"{other}/1", "pause") in house.launcher.wishes)
        house.launcher.write(other, "paused", step=2)
        house.launcher.exit(other, 0)
        await stopping
    assert (house.status(job), house.status(other)) == ("queued", "queued")
    async with house.working(slots=2):
        await eventually(lambda: house.launcher.started == [job, other, other, job])
    assert jobs.get(house.database, job)["crashes"] == 0


async def test_a_worker_that_ends_before_it_could_say_so_leaves_its_job_paused(house: House) -> None:
    """A signal that meets a process that is only just starting ends it; that is no crash."""
    async with house.working() as worker:
        job = house.create()
        await house.until_started(job)
        worker.pause(job)
        house.launcher.exit(job, -10)
        await house.until(job, "paused")
    assert jobs.get(house.database, job)["crashes"] == 0


async def test_a_cancel_overtakes_a_pause(house: House) -> None:
    """Whoever asks last for the end gets it."""
    async with house.working() as worker:
        job = house.create()
        await house.until_started(job)
        worker.pause(job)
        worker.cancel(job)
        house.launcher.write(job, "paused", step=1)
        house.launcher.exit(job, 0)
        await house.until(job, "cancelled")


@pytest.mark.parametrize("alive", [True, False])
async def test_a_pause_asked_for_just_before_the_server_died_is_kept(house: House, alive: bool) -> None:
    """The worker is asked again, or was gone in the meantime."""
    async with house.working():
        job = house.create()
        await house.until_started(job)
        house.launcher.write(job, "running", resume_step=0)
        await house.until(job, "running")
    pauses.wish(house.database, job)
    if not alive:
        house.launcher.probes[f"{job}/1"] = Probe("exited", None)
    async with house.working():
        if alive:
            await eventually(lambda: (f"{job}/1", "pause") in house.launcher.wishes)
            house.launcher.write(job, "paused", step=3)
            house.launcher.exit(job, 0)
        await house.until(job, "paused")


def test_the_database_knows_the_word(house: House) -> None:
    """A paused job needs its files and ends no more than once."""
    job = house.create()
    pauses.hold(house.database, job)
    pauses.hold(house.database, job)
    held: sqlite3.Row | None = jobs.using_file(house.database, "file-train")
    assert held is not None
    assert held["id"] == job
    assert not jobs.going_on(house.database)
    assert house.messages(job).count("Training paused; it waits to be resumed") == 1
