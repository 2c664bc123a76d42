"""The older API speaks of the same jobs as today's, in its own words, and tells them while they happen."""

from __future__ import annotations

import json
import signal
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest

from finetop.server import events, jobs, legacy_events
from finetop.server.database import Database
from finetop.server.routes.legacy import follow
from finetop.server.streams import Streams
from server.running_server import PATIENCE_S, RunningServer, serving, wait_for

if TYPE_CHECKING:
    from finetop.server.services import Services

MODEL = "tiny-bytes-1"
TUNES = "/fine-tunes"


def pairs(count: int) -> bytes:
    """A training file of the older kind."""
    lines = [
        {"prompt": f"What is {number} plus {number}?", "completion": f"That makes {number * 2}."}
        for number in range(count)
    ]
    return "".join(json.dumps(line) + "\n" for line in lines).encode()


def tuned(server: RunningServer, **wishes: Any) -> dict[str, Any]:
    """A job made by the older API."""
    answer = server.http.post(TUNES, json={"training_file": server.upload(pairs(12)), **wishes})
    assert answer.status_code == 200, answer.text
    job: dict[str, Any] = answer.json()
    return job


def streamed(server: RunningServer, job_id: str) -> list[str]:
    """The data of a stream of events, to its end."""
    with server.http.stream("GET", f"{TUNES}/{job_id}/events", params={"stream": "true"}) as answer:
        assert answer.status_code == 200, answer.read()
        assert answer.headers["content-type"].startswith("text/event-stream")
        return [line.removeprefix("data: ") for line in answer.iter_lines() if line.startswith("data: ")]


class Listeners:
    """Twenty at one job's stream, each in a thread of its own."""

    def __init__(self, server: RunningServer, job_id: str) -> None:
        self.told: list[list[str]] = []
        begun = threading.Barrier(21, timeout=PATIENCE_S)

        def listen() -> None:
            with server.http.stream("GET", f"{TUNES}/{job_id}/events", params={"stream": "true"}) as answer:
                lines = answer.iter_lines()
                first = next(lines)
                begun.wait()
                words = [first, *lines]
            self.told.append([line.removeprefix("data: ") for line in words if line.startswith("data: ")])

        self._threads = [threading.Thread(target=listen) for _ in range(20)]
        for thread in self._threads:
            thread.start()
        begun.wait()

    def end(self) -> list[list[str]]:
        """What each was told."""
        for thread in self._threads:
            thread.join(PATIENCE_S)
        return self.told


def test_a_fine_tune_from_its_making_to_its_model(server: RunningServer) -> None:
    """What was asked for is given back, the files are whole objects, and the log tells each epoch."""
    file_id = server.upload(pairs(12), "held-out.jsonl")
    made = tuned(server, validation_file=file_id, n_epochs=2, batch_size=4, suffix="old", model=MODEL)
    assert made["id"].startswith("ft-")
    assert (made["object"], made["status"], made["fine_tuned_model"]) == ("fine-tune", "pending", None)
    assert made["hyperparams"] == {
        "n_epochs": 2,
        "batch_size": 4,
        "learning_rate_multiplier": None,
        "prompt_loss_weight": 0.0,
    }
    assert made["events"][0]["message"] == f"Created fine-tune: {made['id']}"
    told = streamed(server, made["id"])
    assert told.pop() == "[DONE]"
    done = server.get(f"{TUNES}/{made['id']}")
    assert [json.loads(line) for line in told] == done["events"]
    assert server.get(f"{TUNES}/{made['id']}/events") == {"object": "list", "data": done["events"]}
    messages = [event["message"] for event in done["events"]]
    model, [result, examples] = done["fine_tuned_model"], done["result_files"]
    expected = [
        f"Created fine-tune: {made['id']}",
        "Fine-tune enqueued. Queue number: 0",
        "Fine-tune started",
        "Completed epoch 1/2",
        "Completed epoch 2/2",
        f"Uploaded model: {model}",
        f"Uploaded result file: {result['id']}",
        f"Uploaded result file: {examples['id']}",
        "Fine-tune succeeded",
    ]
    assert [message for message in messages if message in expected] == expected
    assert {frozenset(event) for event in done["events"]} == {
        frozenset({"object", "created_at", "level", "message"})
    }
    assert (done["status"], result["purpose"]) == ("succeeded", "fine-tune-results")
    assert [file["filename"] for file in done["training_files"]] == ["train.jsonl"]
    assert [file["filename"] for file in done["validation_files"]] == ["held-out.jsonl"]
    assert done["hyperparams"]["learning_rate_multiplier"] == 1.0
    assert done["updated_at"] == server.job(made["id"])["finished_at"]


def test_both_apis_show_the_same_jobs(server: RunningServer) -> None:
    """Whichever made them; the older one lists without events and without pages, the oldest first."""
    old = tuned(server, n_epochs=1)
    new = server.create(server.upload(pairs(12)))  # which will fail: today's jobs are taught by chats
    listed = server.get(TUNES)["data"]
    assert [job["id"] for job in listed][-2:] == [old["id"], new["id"]]
    assert not any("events" in job for job in listed)
    assert [job["id"] for job in server.get("/fine_tuning/jobs", limit=2)["data"]] == [new["id"], old["id"]]
    assert server.wait(old["id"])["object"] == "fine_tuning.job"
    server.wait(new["id"])
    failed = server.get(f"{TUNES}/{new['id']}")
    assert failed["status"] == "failed"
    last = failed["events"][-1]
    assert (last["level"], last["message"].partition(". ")[0]) == ("error", "Fine-tune failed")
    server.http.delete(f"/files/{old['training_files'][0]['id']}")
    assert server.get(f"{TUNES}/{old['id']}")["training_files"][0]["status"] == "deleted"


def test_settings_without_an_effect_are_kept_and_told(server: RunningServer) -> None:
    """Nobody should believe that they changed anything."""
    wishes = {
        "prompt_loss_weight": 0.1,
        "compute_classification_metrics": True,
        "classification_n_classes": 3,
        "classification_betas": [0.5, 1],
    }
    file_id = server.upload(pairs(12))
    made = tuned(server, validation_file=file_id, **wishes, hyperparameters={"n_epochs": 1})
    assert {name: made["hyperparams"][name] for name in wishes} == wishes
    assert made["hyperparams"]["n_epochs"] == 1
    [warning] = [event["message"] for event in made["events"] if event["level"] == "warn"]
    assert all(name in warning for name in wishes)
    nothing = {"model": None, "suffix": None, "batch_size": None, "classification_betas": None}
    assert tuned(server, **nothing)["hyperparams"]["n_epochs"] == 4


@pytest.mark.parametrize(
    ("change", "param"),
    [
        ({"training_file": None}, "training_file"),
        ({"training_file": "file-unknown"}, "training_file"),
        ({"validation_file": "file-unknown"}, "validation_file"),
        ({"model": 7}, "model"),
        ({"n_epochs": 0}, "n_epochs"),
        ({"n_epochs": 51}, "n_epochs"),
        ({"n_epochs": "auto"}, "n_epochs"),
        ({"hyperparameters": {"n_epochs": 51}}, "hyperparameters.n_epochs"),
        ({"hyperparameters": {"beta": 1}}, "hyperparameters"),
        ({"hyperparameters": []}, "hyperparameters"),
        ({"batch_size": 257}, "batch_size"),
        ({"batch_size": "auto"}, "batch_size"),
        ({"learning_rate_multiplier": 0}, "learning_rate_multiplier"),
        ({"learning_rate_multiplier": 10**400}, "learning_rate_multiplier"),
        ({"prompt_loss_weight": -1}, "prompt_loss_weight"),
        ({"prompt_loss_weight": True}, "prompt_loss_weight"),
        ({"compute_classification_metrics": 1}, "compute_classification_metrics"),
        ({"compute_classification_metrics": True}, "validation_file"),
        ({"classification_n_classes": 1}, "classification_n_classes"),
        ({"classification_positive_class": 1}, "classification_positive_class"),
        ({"classification_betas": ["x"]}, "classification_betas"),
        ({"classification_betas": 1}, "classification_betas"),
        ({"suffix": "x" * 41}, "suffix"),
        ({"suffix": ""}, "suffix"),
        ({"method": {"type": "dpo"}}, "method"),
        ({"seed": 1}, "seed"),
    ],
)
def test_a_request_that_will_not_do_names_its_parameter(
    server: RunningServer, change: dict[str, Any], param: str
) -> None:
    """400 in the envelope, and no job is made."""
    before = len(server.get(TUNES)["data"])
    answer = server.http.post(TUNES, json={"training_file": server.upload(pairs(1)), **change})
    error = answer.json()["error"]
    assert (answer.status_code, error["param"], error["type"]) == (400, param, "invalid_request_error")
    assert len(server.get(TUNES)["data"]) == before


def test_what_does_not_exist_is_not_found(server: RunningServer) -> None:
    """Neither a hosted model, whose stand-in nobody is, nor an unknown job."""
    answer = server.http.post(TUNES, json={"training_file": server.upload(pairs(12)), "model": "curie"})
    assert (answer.status_code, MODEL in answer.json()["error"]["message"]) == (404, True)
    for method, path in (
        ("GET", ""),
        ("GET", "/events"),
        ("GET", "/events?stream=true"),
        ("POST", "/cancel"),
    ):
        answer = server.http.request(method, f"{TUNES}/ft-unknown{path}")
        assert (answer.status_code, answer.json()["error"]["code"]) == (404, "fine_tune_not_found")
    assert server.http.get(f"{TUNES}/x/events?stream=maybe").status_code == 404


def test_an_equal_request_with_the_same_key_makes_one_job(server: RunningServer) -> None:
    """As with today's API."""
    wanted = {"training_file": server.upload(pairs(12)), "n_epochs": 1}
    headers = {"Idempotency-Key": "legacy-once"}
    first, second = (server.http.post(TUNES, json=wanted, headers=headers).json() for _ in range(2))
    assert first["id"] == second["id"]
    answer = server.http.post("/fine_tuning/jobs", json={**wanted, "model": MODEL}, headers=headers)
    assert answer.json()["error"]["code"] == "idempotency_key_reused"


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """A database without a server."""
    database = Database(tmp_path / "server.db")
    yield database
    database.close()


def queued(database: Database, at: float) -> str:
    """A job that waits for its turn."""
    new = jobs.NewJob(MODEL, MODEL, "file-t", None, {"n_epochs": 2}, 1, None, None, None, legacy={})
    job_id: str = jobs.create(database, new, at=at)["id"]
    jobs.queue(database, job_id, {"n_epochs": 2}, 1.0, at=at)
    return job_id


def say(database: Database, job_id: str, message: str, at: float) -> None:
    with database.write() as connection:
        events.say(connection, job_id, message, at=at)


def messages(database: Database, job_id: str, after: int = 0) -> list[str]:
    job = jobs.get(database, job_id)
    return [item.message for item in legacy_events.said(database, job, after)]


def test_the_queue_is_counted_down(database: Database) -> None:
    """By each job ahead that starts or ends, until it is this one's turn; later ones do not count."""
    first, second, third = (queued(database, at=1000 + number) for number in range(3))
    last = queued(database, at=1010)
    queued(database, at=1011)
    say(database, first, "Fine-tuning job started", 1020)
    before = legacy_events.newest_row(database)
    with database.write() as connection:
        jobs.end(connection, second, "cancelled", "The job was cancelled", at=1021)
    say(database, third, "Fine-tuning job started", 1022)
    say(database, last, "Fine-tuning job started", 1023)
    say(database, third, "Fine-tuning job started", 1024)
    numbers = [
        "Fine-tune enqueued. Queue number: 3",
        "Fine-tune is in the queue. Queue number: 2",
        "Fine-tune is in the queue. Queue number: 1",
        "Fine-tune is in the queue. Queue number: 0",
        "Fine-tune started",
    ]
    assert messages(database, last)[-5:] == numbers
    assert messages(database, last, before) == numbers[2:]


async def test_a_quiet_stream_says_that_it_lives_and_ends_with_the_server(database: Database) -> None:
    """So that no proxy cuts it, and nothing holds the server when it goes."""
    job_id, streams = queued(database, at=1000), Streams()
    here = cast("Services", SimpleNamespace(database=database, streams=streams))
    database.written = streams.wake
    news = streams.begin()
    told = follow(here, job_id, news, quiet_s=0.01)
    assert "Queue number: 0" in await anext(told)
    assert await anext(told) == ": still here\n\n"
    say(database, job_id, "Fine-tuning job started", 1001)
    while not (line := await anext(told)).startswith("data: "):
        pass
    assert "Fine-tune started" in line
    streams.end()
    assert [line async for line in told if line.startswith("data: ")] == []


def test_many_streams_of_one_job_are_told_alike_and_bounded(server: RunningServer) -> None:
    """Sixty-four may be open, one more is told to wait; a cancel ends them all, and their places are free."""
    job = server.create_long()
    server.wait_for_step(job["id"])
    path = f"{TUNES}/{job['id']}/events"
    listeners = Listeners(server, job["id"])
    with ExitStack() as left:

        def full() -> bool:
            answer = left.enter_context(server.http.stream("GET", path, params={"stream": "true"}))
            return answer.status_code == 429

        wait_for(full, "the last place")
        assert not listeners.told
    assert server.http.post(f"{TUNES}/{job['id']}/cancel").json()["status"] in {"cancelled", "running"}
    told = listeners.end()
    assert [lines[-1] for lines in told] == ["[DONE]"] * 20
    assert len({tuple(lines) for lines in told}) == 1
    assert json.loads(told[0][-2])["message"] == "Fine-tune cancelled"
    again = wait_for(lambda: server.http.get(path, params={"stream": "1"}).status_code == 200, "a free place")
    assert again


def test_a_server_that_ends_ends_its_streams(tmp_path: Path) -> None:
    """At once, without saying that the job is done."""
    with serving(tmp_path / "data") as server:
        job = server.create_long()
        server.wait_for_step(job["id"])
        listeners = Listeners(server, job["id"])
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(PATIENCE_S) == 0
        told = listeners.end()
    assert len(told) == 20
    assert all("[DONE]" not in lines for lines in told)
