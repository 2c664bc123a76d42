"""Who trains when, and what becomes of a job whose worker ends in any way."""

from __future__ import annotations

import asyncio
import json
import threading
from pathlib import Path
from typing import Any

import pytest

from finetop.server import events, jobs, scheduler
from finetop.server.launchers import LOCK_HELD_EXIT, Probe
from finetop.server.scheduler import Scheduler
from finetop.server.trainers import data
from server.house import SHORT, House, eventually
from server.running_server import PATIENCE_S


async def test_first_in_first_out_in_the_slots_there_are(house: House) -> None:
    """The third job starts when one of the first two has ended."""
    async with house.working(slots=2) as worker:
        made = [house.create()]
        await house.until_started(*made)
        made.append(house.create())
        worker.wake()
        await house.until_started(*made)
        made.append(house.create())
        worker.wake()
        await house.until(made[2], "queued")
        assert house.place(made[2]) == 1
        assert house.place(made[0]) is None, "a running job has no place in the line"
        house.launcher.write(made[1], "cancelled")
        house.launcher.exit(made[1], 0)
        await house.until_started(*made)


async def test_a_job_whose_files_are_still_read_keeps_its_turn(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Files are judged two at a time, and a younger job may be through with its own first."""
    may_go_on = threading.Event()
    judge = data.check

    def slowly_at_first(path: Path, *args: Any, **options: Any) -> Any:
        if path.name == "file-slow":
            may_go_on.wait(PATIENCE_S)
        return judge(path, *args, **options)

    monkeypatch.setattr(data, "check", slowly_at_first)
    house.add_file("file-slow")
    async with house.working():
        older, younger = house.create(training_file="file-slow"), house.create()
        await house.until(younger, "queued")
        await asyncio.sleep(0.1)  # looks at the queue go by
        assert house.launcher.started == []
        may_go_on.set()
        await house.until_started(older)


async def test_a_short_job_passes_by_long_ones(house: House) -> None:
    """It has a slot of its own, one at a time."""
    async with house.working() as worker:
        first = house.create()
        await house.until_started(first)
        waiting = house.create()
        worker.wake()
        await house.until(waiting, "queued")
        short = house.create(SHORT)
        worker.wake()
        await house.until_started(first, short)
        next_short = house.create(SHORT)
        worker.wake()
        await house.until(next_short, "queued")
        house.launcher.write(short, "cancelled")
        house.launcher.exit(short, 0)
        await house.until_started(first, short, next_short)
        assert house.status(waiting) == "queued"


async def test_a_worker_that_crashes_is_started_again_twice(house: House) -> None:
    """Then the job fails and shows the end of the worker's log."""
    async with house.working():
        job = house.create()
        for attempt in (1, 2, 3):
            await house.until_started(*[job] * attempt)
            (house.layout.job(job) / "worker.log").write_text("MemoryError: no more\n")
            house.launcher.exit(job, -9)
        await house.until(job, "failed")
    error = json.loads(jobs.get(house.database, job)["error"])
    assert error["code"] == "worker_crashed"
    assert "signal 9" in error["message"]
    assert "MemoryError: no more" in error["message"]
    assert [attempt for _, attempt in house.launcher.submitted] == [1, 2, 3]


async def test_replayed_events_are_not_doubled(house: House) -> None:
    """A worker that resumed repeats some steps; clients see each once."""
    async with house.working():
        job = house.create()
        await house.until_started(job)
        house.launcher.write(job, "running", resume_step=0)
        for step in (1, 2, 3, 2, 3, 4):
            house.launcher.write(job, "metrics", step=step, total_steps=9, train_loss=1.0, train_accuracy=0.5)
            if step == 2:
                house.launcher.write(job, "checkpoint", step=2, path="c", bytes=1, sha256="0", metrics={})
        await eventually(lambda: "Step 4/9: training loss=1.00" in house.messages(job))
    rows = house.database.all(
        "select type, step from event where job = ? and step is not null order by n", (job,)
    )
    assert [tuple(row) for row in rows] == [
        ("metrics", 1),
        ("metrics", 2),
        ("message", 2),
        ("metrics", 3),
        ("metrics", 4),
    ]
    assert len(events.newest_checkpoints(house.database, job, limit=9, before=None)) == 1


async def test_a_queued_job_is_cancelled_at_once(house: House) -> None:
    """No worker had begun, and none begins."""
    async with house.working() as worker:
        first = house.create()
        await house.until_started(first)
        second = house.create()
        worker.wake()
        await house.until(second, "queued")
        worker.cancel(second)
        assert house.status(second) == "cancelled"
    assert house.launcher.started == [first]
    assert house.messages(second)[-1] == "The job was cancelled"


async def test_a_worker_that_does_not_obey_is_killed(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Asked as often as the user asks, killed once patience ends."""
    monkeypatch.setattr(scheduler, "CANCEL_PATIENCE_S", 0.1)
    async with house.working() as worker:
        job = house.create()
        await house.until_started(job)
        worker.cancel(job)
        worker.cancel(job)
        assert jobs.get(house.database, job)["cancelling"] == 1
        await eventually(lambda: (f"{job}/1", "kill") in house.launcher.wishes)
        house.launcher.exit(job, -9)
        await house.until(job, "cancelled")
    assert house.launcher.wishes[:2] == [(f"{job}/1", "cancel")] * 2


async def test_success_needs_the_files_and_not_only_the_word(house: House) -> None:
    """A result file that is not what the worker wrote fails the job."""
    async with house.working():
        job = house.create()
        await house.until_started(job)
        for kind, name in (("weights", "weights.npz"), ("result_csv", "result.csv")):
            (house.layout.job(job) / name).write_bytes(b"other bytes")
            house.launcher.write(job, "artifact", kind=kind, path=name, bytes=3, sha256="0" * 64)
        house.launcher.write(job, "succeeded", trained_tokens=5)
        house.launcher.exit(job, 0)
        await house.until(job, "failed")
    row = jobs.get(house.database, job)
    assert json.loads(row["error"])["code"] == "result_missing"
    assert row["fine_tuned_model"] is None


async def test_a_server_that_comes_back_finds_its_workers(house: House) -> None:
    """It reads on where it stopped, starts nobody twice, and knows a worker whose pid was never noted."""
    async with house.working(slots=2):
        noted, unnoted = house.create(), house.create()
        await eventually(lambda: sorted(house.launcher.started) == sorted([noted, unnoted]))
        house.launcher.write(noted, "running", resume_step=0)
        await house.until(noted, "running")
    with house.database.write() as connection:
        connection.execute("update job set handle = null where id = ?", (unnoted,))
    house.launcher.found[unnoted] = f"{unnoted}/1"
    house.launcher.write(noted, "cancelled")
    house.launcher.write(unnoted, "running", resume_step=0)
    async with house.working(slots=2):
        await house.until(noted, "cancelled")
        await house.until(unnoted, "running")
    assert len(house.launcher.submitted) == 2


async def test_a_worker_lost_while_no_server_ran_is_replaced(house: House) -> None:
    """As attempt two of the same job, in the same directory."""
    async with house.working():
        job = house.create()
        await house.until_started(job)
    house.launcher.probes[f"{job}/1"] = Probe("exited", None)
    async with house.working():
        await house.until_started(job, job)
    assert house.launcher.submitted[-1] == (job, 2)


async def test_a_worker_nobody_can_ask_after_is_given_a_minute(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While it still writes it is alive; silent for longer, it is replaced."""
    async with house.working():
        job = house.create()
        await house.until_started(job)
        house.launcher.write(job, "heartbeat")
        house.launcher.probes[f"{job}/1"] = Probe("unknown")
        await asyncio.sleep(3 * scheduler.LOOK_EVERY_S)
        assert house.launcher.started == [job]
        monkeypatch.setattr(scheduler, "SILENCE_S", 0.0)
        await house.until_started(job, job)


async def test_a_second_worker_gives_way_to_the_first(house: House) -> None:
    """Exit code 3 means: somebody holds the lock; the server listens to that one."""
    async with house.working():
        job = house.create()
        house.launcher.found[job] = "other/1"
        house.launcher.probes["other/1"] = Probe("running")
        await house.until_started(job)
        house.launcher.exit(job, LOCK_HELD_EXIT)
        await eventually(lambda: jobs.get(house.database, job)["handle"] == "other/1")
        house.launcher.write(job, "cancelled")
        house.launcher.probes["other/1"] = Probe("exited", None)
        await house.until(job, "cancelled")
    assert house.launcher.started == [job]


async def test_a_file_deleted_behind_its_back_fails_the_job(house: House) -> None:
    """With words, not for ever."""
    house.layout.file("file-train").unlink()
    async with house.working():
        job = house.create()
        await house.until(job, "failed")
    assert json.loads(jobs.get(house.database, job)["error"])["code"] == "cannot_read_file"


@pytest.mark.parametrize("turns", range(5))
async def test_an_end_that_comes_together_with_news_is_an_end(house: House, turns: int) -> None:
    """However many turns of the loop lie between the two."""
    worker = Scheduler(house.database, house.layout, house.launcher)
    task = asyncio.create_task(worker.run())
    job = house.create()
    await house.until_started(job)
    worker.wake()
    for _ in range(turns):
        await asyncio.sleep(0)
    task.cancel()
    done, _ = await asyncio.wait([task], timeout=PATIENCE_S)
    assert done == {task}
    assert task.cancelled()


async def test_a_job_that_cannot_be_read_does_not_stop_the_others(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its trouble is looked at again later; so is a line of its that means nothing."""
    monkeypatch.setattr(scheduler, "TROUBLE_PAUSE_S", 0.05)
    async with house.working(slots=2):
        troubled, other = house.create(), house.create()
        await eventually(lambda: len(house.launcher.started) == 2)
        obstacle = house.layout.job(troubled) / "events.jsonl"
        obstacle.mkdir()
        house.launcher.write(other, "metrics", said="nothing of use")
        house.launcher.write(other, "cancelled")
        house.launcher.exit(other, 0)
        await house.until(other, "cancelled")
        obstacle.rmdir()
        house.launcher.write(troubled, "running", resume_step=0)
        await house.until(troubled, "running")


async def test_a_paused_job_waits_and_goes_on(house: House) -> None:
    """Pausing all workers is what ends a server together with its jobs; no crash is counted."""
    async with house.working() as worker:
        job = house.create()
        await house.until_started(job)
        house.launcher.write(job, "running", resume_step=0)
        await house.until(job, "running")
        pausing = asyncio.create_task(worker.pause_all(PATIENCE_S))
        await eventually(lambda: (f"{job}/1", "pause") in house.launcher.wishes)
        house.launcher.write(job, "paused", step=4)
        house.launcher.exit(job, 0)
        await pausing
        assert house.status(job) == "queued"
    async with house.working():
        await house.until_started(job, job)
    row = jobs.get(house.database, job)
    assert (row["attempt"], row["crashes"]) == (2, 0)
    assert "Training paused at step 4; it will go on from there" in house.messages(job)
