"""From an upload to a tuned model that answers, as any client would do it."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

import pytest

from server.running_server import RunningServer, examples

if TYPE_CHECKING:
    import httpx


@pytest.fixture(scope="module")
def done(server: RunningServer) -> dict[str, Any]:
    """A job that has succeeded, with validation."""
    job = server.create(
        server.upload(examples(14)),
        validation_file=server.upload(examples(4, words="and"), "valid.jsonl"),
        suffix="sums",
        seed=11,
        metadata={"team": "maths", "finetop": "b8a7"},
        method={"type": "supervised", "supervised": {"hyperparameters": {"n_epochs": 4, "batch_size": 2}}},
        integrations=[{"type": "wandb", "wandb": {"project": "sums", "tags": ["small"]}}],
    )
    assert job["status"] == "validating_files"
    assert job["hyperparameters"] == {"n_epochs": 4, "batch_size": 2, "learning_rate_multiplier": "auto"}
    return server.wait(job["id"])


def test_a_job_tells_what_was_asked_for_and_what_came_of_it(done: dict[str, Any]) -> None:
    """Chosen numbers stay, "auto" has become a number, and everything given is given back."""
    numbers = {"n_epochs": 4, "batch_size": 2, "learning_rate_multiplier": 1.0}
    assert done["status"] == "succeeded"
    assert done["hyperparameters"] == numbers
    assert done["method"] == {"type": "supervised", "supervised": {"hyperparameters": numbers}}
    assert done["fine_tuned_model"].startswith("ft:tiny-bytes-1:local:sums:")
    assert (done["seed"], done["user_provided_suffix"]) == (11, "sums")
    assert done["metadata"] == {"team": "maths", "finetop": "b8a7"}
    assert done["integrations"] == [{"type": "wandb", "wandb": {"project": "sums", "tags": ["small"]}}]
    assert done["trained_tokens"] > 0
    assert done["finished_at"] >= done["created_at"]
    assert done["error"] is None


def test_events_tell_the_story_in_order(server: RunningServer, done: dict[str, Any]) -> None:
    """Created, checked, queued, started, one line per step, saved, named, done."""
    events = server.events(done["id"])
    messages = [event["message"] for event in events if event["type"] == "message"]
    milestones = ["Created", "Validating", "Files validated", "Fine-tuning job started"]
    assert [m for m in messages if m.startswith(tuple(milestones))] == [
        f"Created fine-tuning job: {done['id']}",
        f"Validating training file: {done['training_file']} and validation file: {done['validation_file']}",
        "Files validated, moving job to queued state",
        "Fine-tuning job started",
    ]
    assert messages[-2:] == [
        f"New fine-tuned model created: {done['fine_tuned_model']}",
        "The job has successfully completed",
    ]
    steps = [event["data"]["step"] for event in events if event["type"] == "metrics"]
    assert steps == list(range(1, 29))
    last = [event for event in events if event["type"] == "metrics"][-1]
    assert last["message"].startswith("Step 28/28: training loss=")
    assert set(last["data"]) >= {"total_steps", "train_loss", "train_mean_token_accuracy", "full_valid_loss"}


def test_pages_of_events_follow_each_other_without_gap(server: RunningServer, done: dict[str, Any]) -> None:
    """Walking by cursor, newest first, meets each event once."""
    path, found, query = f"/fine_tuning/jobs/{done['id']}/events", [], {"limit": "7"}
    while True:
        page = server.get(path, **query)
        found += page["data"]
        if not page["has_more"]:
            break
        query["after"] = page["data"][-1]["id"]
    assert [event["id"] for event in found[::-1]] == [event["id"] for event in server.events(done["id"])]


def test_the_last_three_epochs_leave_checkpoints(server: RunningServer, done: dict[str, Any]) -> None:
    """Newest first; the last one has the model's own name."""
    page = server.get(f"/fine_tuning/jobs/{done['id']}/checkpoints")
    model = done["fine_tuned_model"]
    assert [(item["step_number"], item["fine_tuned_model_checkpoint"]) for item in page["data"]] == [
        (28, model),
        (21, f"{model}:ckpt-step-21"),
        (14, f"{model}:ckpt-step-14"),
    ]
    assert page["first_id"] == page["data"][0]["id"]
    assert all(item["metrics"]["full_valid_loss"] > 0 for item in page["data"])


def test_the_result_file_has_every_step(server: RunningServer, done: dict[str, Any]) -> None:
    """It can be listed by its purpose and downloaded as CSV."""
    file_id, examples_id = done["result_files"]
    content = server.http.get(f"/files/{file_id}/content").text
    rows = list(csv.DictReader(io.StringIO(content)))
    assert [int(row["step"]) for row in rows] == list(range(1, 29))
    described = server.get(f"/files/{file_id}")
    assert (described["purpose"], described["bytes"]) == ("fine-tune-results", len(content))
    results = server.get("/files", purpose="fine-tune-results")["data"]
    assert {file_id, examples_id} <= {item["id"] for item in results}


def test_the_tuned_model_answers_and_can_be_tuned_again(server: RunningServer, done: dict[str, Any]) -> None:
    """It is listed, puts words together, and its checkpoints are models too."""
    model = done["fine_tuned_model"]
    assert model in [item["id"] for item in server.get("/models")["data"]]
    assert server.get(f"/models/{model}")["owned_by"] == "local"
    asked = {
        "model": f"{model}:ckpt-step-21",
        "messages": [{"role": "user", "content": "What is 4 plus 4?"}],
        "temperature": 0,
        "max_tokens": 40,
    }
    answers = [server.http.post("/chat/completions", json=asked).json() for _ in range(2)]
    choice = answers[0]["choices"][0]
    assert choice["message"]["role"] == "assistant"
    assert choice["message"]["content"]
    assert choice == answers[1]["choices"][0]
    assert answers[0]["usage"]["total_tokens"] > answers[0]["usage"]["prompt_tokens"] > 0
    text = server.http.post("/completions", json={"model": model, "prompt": "What is 4 plus 4?"}).json()
    assert text["object"] == "text_completion"
    again = server.create(
        done["training_file"], model=model, hyperparameters={"n_epochs": 1, "batch_size": 7}
    )
    ended = server.wait(again["id"])
    assert ended["fine_tuned_model"].startswith("ft:tiny-bytes-1:local::")
    first = next(event["data"] for event in server.events(ended["id"]) if event["type"] == "metrics")
    before = next(event["data"] for event in server.events(done["id"]) if event["type"] == "metrics")
    assert first["train_loss"] < before["train_loss"]


def test_a_bad_line_fails_the_job_with_its_number(server: RunningServer) -> None:
    """The error names line and parameter."""
    lines = examples(20).splitlines(keepends=True)
    lines[16] = b'{"messages": [{"role": "user", "content": "and then?"}]}\n'
    file_id = server.upload(b"".join(lines))
    job = server.wait(server.create(file_id)["id"])
    assert job["status"] == "failed"
    assert job["error"]["param"] == "training_file"
    assert job["error"]["message"] == "line 17: no assistant message"
    last = server.events(job["id"])[-1]
    assert (last["level"], "line 17" in last["message"]) == ("error", True)


def test_the_same_key_makes_the_same_job(server: RunningServer) -> None:
    """A repeated create is answered with the first job; another request under the key is refused."""
    file_id = server.upload(examples(5))
    wanted = {"seed": 1, "headers": {"Idempotency-Key": "one-intent"}}
    first, second = server.create(file_id, **wanted), server.create(file_id, **wanted)
    assert second["id"] == first["id"]
    other = server.http.post(
        "/fine_tuning/jobs",
        json={"model": "tiny-bytes-1", "training_file": file_id, "seed": 2},
        headers={"Idempotency-Key": "one-intent"},
    )
    assert (other.status_code, other.json()["error"]["code"]) == (400, "idempotency_key_reused")
    server.wait(first["id"], "failed")


def test_jobs_are_listed_newest_first_and_by_metadata(server: RunningServer) -> None:
    """The filter takes every pair that is named."""
    file_id = server.upload(examples(3))
    made = [server.create(file_id, metadata={"round": "a", "n": str(number)})["id"] for number in range(3)]
    found = server.get("/fine_tuning/jobs", **{"metadata[round]": "a", "limit": 2})
    assert ([job["id"] for job in found["data"]], found["has_more"]) == ([made[2], made[1]], True)
    rest = server.get("/fine_tuning/jobs", **{"metadata[round]": "a", "after": made[1]})
    assert ([job["id"] for job in rest["data"]], rest["has_more"]) == ([made[0]], False)
    one = server.get("/fine_tuning/jobs", **{"metadata[round]": "a", "metadata[n]": "1"})
    assert [job["id"] for job in one["data"]] == [made[1]]
    without = server.get("/fine_tuning/jobs", metadata="null", limit=100)
    assert not {job["id"] for job in without["data"]} & set(made)
    for job_id in made:
        server.wait(job_id, "failed")


def test_answers_are_numbered_and_dated(server: RunningServer) -> None:
    """Each answer has a request id of its own and the server's time."""
    answers: list[httpx.Response] = [server.http.get("/models") for _ in range(2)]
    ids = {answer.headers["x-request-id"] for answer in answers}
    assert len(ids) == 2
    assert all(answer.headers["date"].endswith("GMT") for answer in answers)
    assert len(answers[0].headers.get_list("date")) == 1


def test_files_come_and_go(server: RunningServer) -> None:
    """Listed in either order, described, downloaded unchanged, deleted once."""
    contents = [examples(count) for count in (1, 2, 3)]
    made = [server.upload(content, f"päth/{place}.jsonl") for place, content in enumerate(contents)]
    newest = [item["id"] for item in server.get("/files", limit=3)["data"]]
    assert newest == made[::-1]
    after = server.get("/files", order="asc", after=made[0])
    assert [item["id"] for item in after["data"]][:2] == made[1:]
    assert after["last_id"] == after["data"][-1]["id"]
    assert server.get(f"/files/{made[1]}")["filename"] == "1.jsonl"
    assert server.http.get(f"/files/{made[1]}/content").content == contents[1]
    assert server.http.delete(f"/files/{made[1]}").json() == {
        "object": "file",
        "id": made[1],
        "deleted": True,
    }
    assert server.http.get(f"/files/{made[1]}").status_code == 404
    assert server.http.delete(f"/files/{made[1]}").status_code == 404
    assert not (server.data_dir / "files" / made[1]).exists()


def test_a_model_whose_weights_are_gone_is_told_as_such(server: RunningServer) -> None:
    """Somebody made room in the jobs directory; the job stays, its model is no longer offered."""
    file_id = server.upload(examples(10))
    job = server.wait(server.create(file_id, hyperparameters={"n_epochs": 1, "batch_size": 10})["id"])
    model = job["fine_tuned_model"]
    assert model in [item["id"] for item in server.get("/models")["data"]]
    (server.data_dir / "jobs" / job["id"] / "weights.npz").unlink()
    assert model not in [item["id"] for item in server.get("/models")["data"]]
    refused = server.http.post("/fine_tuning/jobs", json={"model": model, "training_file": file_id})
    assert refused.status_code == 404
    assert "its weights are not here" in refused.json()["error"]["message"]
