"""The demo's server begins with a past that was really trained and a present that really trains."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from finetop.demo import recordings
from server.running_server import PATIENCE_S, RunningServer, awake, held, wait_for, workers


@pytest.fixture(scope="module")
def demo(
    tmp_path_factory: pytest.TempPathFactory, closed_environment: None, closed_network: None
) -> Iterator[RunningServer]:
    """The demo's server, as the demo starts it; its long jobs rest where nothing is asked of them."""
    data_dir = tmp_path_factory.mktemp("demo") / "data"
    data_dir.mkdir()
    read, write = os.pipe()
    with (
        (data_dir.parent / "log").open("ab") as log,
        subprocess.Popen(
            [sys.executable, "-m", "finetop.demo.serving", str(data_dir), str(read), "delete"],
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            pass_fds=[read],
        ) as process,
    ):
        os.close(read)
        assert process.stdout is not None
        server = RunningServer(process, json.loads(process.stdout.readline()), data_dir.parent / "log")
        present = [job["id"] for job in server.get("/fine_tuning/jobs")["data"] if not job["finished_at"]]
        wait_for(lambda: [server.job(job)["status"] for job in present].count("running") == 2, "two that run")
        with held(workers(data_dir)):
            yield server
        server.close()
        os.close(write)
        assert process.wait(PATIENCE_S) == 0
    assert workers(data_dir) == []
    assert not data_dir.exists()


@pytest.fixture(scope="module")
def listed(demo: RunningServer) -> list[dict[str, Any]]:
    """All jobs, newest first."""
    jobs: list[dict[str, Any]] = demo.get("/fine_tuning/jobs", limit=100)["data"]
    return jobs


def test_the_past_holds_every_kind_of_end(listed: list[dict[str, Any]]) -> None:
    """Eleven jobs; one was cancelled, one had a bad line 17; lists go from new to old."""
    past = [job for job in listed if job["finished_at"] is not None]
    statuses = sorted(job["status"] for job in past)
    assert statuses == ["cancelled", "failed", *["succeeded"] * 9]
    (failed,) = [job for job in past if job["status"] == "failed"]
    assert "line 17: no assistant message" in failed["error"]["message"]
    times = [job["created_at"] for job in listed]
    assert times == sorted(times, reverse=True)
    assert all(job["created_at"] <= job["finished_at"] for job in past)
    for job in past:
        method = job["method"]
        numbers = method[method["type"]]["hyperparameters"].values()
        assert "auto" not in numbers or job["status"] == "failed"


def test_recorded_events_and_results_are_those_of_the_recording(
    demo: RunningServer, listed: list[dict[str, Any]]
) -> None:
    """Each metrics event of the worker is there, and the result file byte for byte."""
    by_suffix = {job["user_provided_suffix"]: job for job in listed}
    for recording in recordings():
        job = by_suffix[recording.job.suffix]
        told = [event["data"]["step"] for event in demo.events(job["id"]) if event["type"] == "metrics"]
        assert told == [event["step"] for event in recording.events if event["type"] == "metrics"]
        found = [demo.http.get(f"/files/{file_id}/content").content for file_id in job["result_files"]]
        assert found == [content for content in (recording.result_csv, recording.examples_csv) if content]
        if found:
            rows = list(csv.DictReader(io.StringIO(found[0].decode())))
            assert int(rows[-1]["step"]) == told[-1]
        assert bool(job["result_files"]) == (job["status"] == "succeeded")


def test_two_jobs_train_and_one_waits(demo: RunningServer, listed: list[dict[str, Any]]) -> None:
    """They are no recordings: their steps go on while one looks."""
    present = [job["id"] for job in listed if job["finished_at"] is None and job["status"] != "paused"]
    wait_for(
        lambda: sorted(demo.job(job_id)["status"] for job_id in present) == ["queued", "running", "running"],
        "two running and one queued",
    )
    (waiting,) = [job_id for job_id in present if demo.job(job_id)["status"] == "queued"]
    assert waiting == present[0]
    seen = {job_id: len(demo.events(job_id)) for job_id in present[1:]}
    with awake(workers(demo.data_dir)):
        wait_for(
            lambda: all(len(demo.events(job_id)) > count for job_id, count in seen.items()), "news of both"
        )


def test_the_sample_trains_at_once_beside_the_long_jobs(demo: RunningServer) -> None:
    """It takes the express slot, and its model answers."""
    sample = json.loads((demo.data_dir / "demo.json").read_text())["sample"]
    assert demo.get(f"/files/{sample}")["filename"].endswith(".jsonl")
    as_offered = demo.create(sample)["id"]
    demo.wait(as_offered, "running")
    demo.http.post(f"/fine_tuning/jobs/{as_offered}/cancel")
    demo.wait(as_offered, "cancelled")
    short = {"n_epochs": 1, "batch_size": 16}
    job = demo.wait(demo.create(sample, hyperparameters=short)["id"], "succeeded")
    asked = {"model": job["fine_tuned_model"], "prompt": "How do I return an item?", "temperature": 0}
    answer = demo.http.post("/completions", json=asked).json()
    assert len(answer["choices"][0]["text"]) > 10


def test_the_paused_job_can_really_be_resumed(demo: RunningServer, listed: list[dict[str, Any]]) -> None:
    """It says that it begins again, tells no step twice, and comes to its end."""
    (paused,) = [job for job in listed if job["status"] == "paused"]
    job_id = paused["id"]
    before = [event["id"] for event in demo.events(job_id)]
    assert "repeats its first steps" in demo.events(job_id)[-1]["message"]
    assert demo.http.post(f"/fine_tuning/jobs/{job_id}/resume").status_code == 200
    assert demo.wait(job_id, "succeeded")["fine_tuned_model"] is not None
    told = demo.events(job_id)
    assert [event["id"] for event in told][: len(before)] == before
    steps = [event["data"]["step"] for event in told if event["type"] == "metrics"]
    assert steps == sorted(set(steps))


def test_a_recorded_model_is_not_offered(demo: RunningServer, listed: list[dict[str, Any]]) -> None:
    """Its weights are not part of a recording."""
    offered = {model["id"] for model in demo.get("/models")["data"]}
    recorded = {recording.job.suffix for recording in recordings()}
    gone = {job["fine_tuned_model"] for job in listed if job["user_provided_suffix"] in recorded} - {None}
    assert not offered & gone
