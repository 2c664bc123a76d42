"""Whatever is sent, the answer is OpenAI's error envelope and never a 500."""

from __future__ import annotations

import json
import socket
from typing import Any

import httpx
import pytest

from server.running_server import RunningServer, examples

JOBS = "/fine_tuning/jobs"
MODEL = "tiny-bytes-1"


@pytest.fixture(scope="module")
def file_id(server: RunningServer) -> str:
    """A file that could be trained on."""
    return server.upload(examples(12))


def refused(answer: httpx.Response, status: int, **expected: str) -> dict[str, Any]:
    """The error of a refusal, which has all four parts."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/json"
    error: dict[str, Any] = answer.json()["error"]
    assert set(error) == {"message", "type", "param", "code"}
    assert error["message"]
    assert isinstance(error["type"], str)
    assert {name: error[name] for name in expected} == expected
    return error


def dpo(**numbers: Any) -> dict[str, Any]:
    return {"method": {"type": "dpo", "dpo": {"hyperparameters": numbers}}}


def reinforcement(**numbers: Any) -> dict[str, Any]:
    return {"method": {"type": "reinforcement", "reinforcement": {"hyperparameters": numbers}}}


@pytest.mark.parametrize(
    ("change", "param"),
    [
        ({"model": None}, "model"),
        ({"model": ""}, "model"),
        ({"model": 7}, "model"),
        ({"training_file": None}, "training_file"),
        ({"training_file": ["x"]}, "training_file"),
        ({"training_file": "file-unknown"}, "training_file"),
        ({"validation_file": "file-unknown"}, "validation_file"),
        ({"hyperparameters": []}, "hyperparameters"),
        ({"hyperparameters": {"n_epochs": 0}}, "hyperparameters.n_epochs"),
        ({"hyperparameters": {"n_epochs": 51}}, "hyperparameters.n_epochs"),
        ({"hyperparameters": {"n_epochs": 1.5}}, "hyperparameters.n_epochs"),
        ({"hyperparameters": {"n_epochs": True}}, "hyperparameters.n_epochs"),
        ({"hyperparameters": {"n_epochs": "many"}}, "hyperparameters.n_epochs"),
        ({"hyperparameters": {"batch_size": 257}}, "hyperparameters.batch_size"),
        ({"hyperparameters": {"learning_rate_multiplier": 0}}, "hyperparameters.learning_rate_multiplier"),
        (
            {"hyperparameters": {"learning_rate_multiplier": 10**400}},
            "hyperparameters.learning_rate_multiplier",
        ),
        ({"hyperparameters": {"beta": 0.1}}, "hyperparameters.beta"),
        ({"method": "supervised"}, "method"),
        ({"method": {}}, "method.type"),
        ({"method": {"type": "ppo"}}, "method.type"),
        ({"method": {"type": ["dpo"]}}, "method.type"),
        ({"method": {"type": "dpo", "supervised": {}}}, "method.supervised"),
        ({"method": {"type": "dpo", "when": 1}}, "method.when"),
        ({"method": {"type": "dpo", "dpo": {"grader": {}}}}, "method.dpo.grader"),
        (dpo(beta=0), "method.dpo.hyperparameters.beta"),
        (dpo(beta=2.1), "method.dpo.hyperparameters.beta"),
        (dpo(beta="high"), "method.dpo.hyperparameters.beta"),
        (dpo(n_epochs=51), "method.dpo.hyperparameters.n_epochs"),
        (dpo(eval_samples=1), "method.dpo.hyperparameters.eval_samples"),
        ({**dpo(), "hyperparameters": {"n_epochs": 1}}, "hyperparameters"),
        ({"method": {"type": "reinforcement"}}, "method.reinforcement.grader"),
        (reinforcement(batch_size=257), "method.reinforcement.hyperparameters.batch_size"),
        (reinforcement(beta=0.1), "method.reinforcement.hyperparameters.beta"),
        (reinforcement(reasoning_effort="huge"), "method.reinforcement.hyperparameters.reasoning_effort"),
        (reinforcement(compute_multiplier=1e-5), "method.reinforcement.hyperparameters.compute_multiplier"),
        (reinforcement(compute_multiplier=10.5), "method.reinforcement.hyperparameters.compute_multiplier"),
        (reinforcement(eval_interval=0), "method.reinforcement.hyperparameters.eval_interval"),
        (reinforcement(eval_samples=1.5), "method.reinforcement.hyperparameters.eval_samples"),
        (
            {"method": {"type": "supervised", "supervised": {"hyperparameters": {"n_epochs": -1}}}},
            "method.supervised.hyperparameters.n_epochs",
        ),
        ({"method": {"type": "supervised", "supervised": 3}}, "method.supervised"),
        ({"suffix": ""}, "suffix"),
        ({"suffix": "x" * 65}, "suffix"),
        ({"suffix": "a:b"}, "suffix"),
        ({"suffix": "\u202ebad"}, "suffix"),
        ({"seed": -1}, "seed"),
        ({"seed": 2**31}, "seed"),
        ({"seed": "1"}, "seed"),
        ({"metadata": {str(number): "" for number in range(17)}}, "metadata"),
        ({"metadata": {"k" * 65: "v"}}, "metadata"),
        ({"metadata": {"k": "v" * 513}}, "metadata.k"),
        ({"metadata": {"k": 1}}, "metadata.k"),
        ({"metadata": "x"}, "metadata"),
        ({"integrations": {}}, "integrations"),
        ({"integrations": [{"type": "other"}]}, "integrations[0]"),
        ({"integrations": [{"type": "wandb", "wandb": {}}]}, "project"),
        ({"integrations": [{"type": "wandb", "wandb": {"project": "p"}}] * 6}, "integrations"),
        ({"epochs": 3}, "epochs"),
    ],
)
def test_a_create_request_that_will_not_do_names_its_parameter(
    server: RunningServer, file_id: str, change: dict[str, Any], param: str
) -> None:
    """400, or 404 for a model, and no job is made."""
    before = server.get(JOBS, limit=1)["data"]
    answer = server.http.post(JOBS, json={"model": MODEL, "training_file": file_id, **change})
    refused(answer, 400, param=param, type="invalid_request_error")
    assert server.get(JOBS, limit=1)["data"] == before


def test_an_unknown_model_is_refused_with_those_that_exist(server: RunningServer, file_id: str) -> None:
    """Nothing stands in for a hosted model."""
    body = {"model": "gpt-4o-mini", "training_file": file_id}
    asked = {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": "hi"}]}
    for answer in (server.http.post(JOBS, json=body), server.http.post("/chat/completions", json=asked)):
        error = refused(answer, 404, code="model_not_found", param="model")
        assert MODEL in error["message"]
    refused(server.http.get("/models/gpt-4o-mini"), 404, code="model_not_found")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b'"text"',
        b"null",
        b'{"seed": NaN}',
        b'{"seed": ' + b"9" * 5000 + b"}",
        b'{"model": "\xff"}',
        b'{"model": "\\ud800", "training_file": "x"}',
        b'{"a": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    ],
)
def test_a_body_that_is_no_json_object_is_refused(server: RunningServer, body: bytes) -> None:
    """Also what the parser of the language would take or choke on."""
    for path in (JOBS, "/chat/completions", "/completions"):
        refused(server.http.post(path, content=body, headers={"Content-Type": "application/json"}), 400)


def test_a_body_of_another_type_or_size_is_refused(server: RunningServer) -> None:
    """Forms are not JSON, and JSON has an end."""
    refused(server.http.post(JOBS, data={"model": MODEL}), 415)
    huge = json.dumps({"model": "x" * (1 << 20)}).encode()
    answer = server.http.post(JOBS, content=huge, headers={"Content-Type": "application/json"})
    refused(answer, 413, code="request_too_large")


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/fine_tuning/jobs/ftjob-unknown", 404),
        ("GET", "/fine_tuning/jobs/ftjob-unknown/events", 404),
        ("GET", "/fine_tuning/jobs/ftjob-unknown/checkpoints", 404),
        ("POST", "/fine_tuning/jobs/ftjob-unknown/cancel", 404),
        ("GET", "/fine_tuning/jobs/..%2f..%2fetc", 404),
        ("GET", "/fine_tuning/jobs/%00", 404),
        ("GET", "/fine_tuning/jobs/%ff", 404),
        ("GET", "/fine_tuning/jobs?limit=0", 400),
        ("GET", "/fine_tuning/jobs?limit=x", 400),
        ("GET", "/fine_tuning/jobs?limit=%D9%A3", 400),
        ("GET", "/fine_tuning/jobs?limit=" + "9" * 30, 400),
        ("GET", "/fine_tuning/jobs?after=ftjob-unknown", 400),
        ("GET", "/fine_tuning/jobs?metadata=x", 400),
        ("GET", "/files/file-unknown", 404),
        ("GET", "/files/file-unknown/content", 404),
        ("DELETE", "/files/file-unknown", 404),
        ("GET", "/files?order=up", 400),
        ("GET", "/files?after=file-unknown", 400),
        ("GET", "/nothing", 404),
        ("GET", "/fine_tuning/jobs/", 404),
        ("GET", "/../v1", 404),
        ("PUT", "/fine_tuning/jobs", 405),
        ("DELETE", "/models", 405),
        ("GET", "/chat/completions", 405),
        ("POST", "/files", 415),
        ("OPTIONS", "/files", 405),
    ],
)
def test_what_is_not_there_is_told_in_the_envelope(
    server: RunningServer, method: str, path: str, status: int
) -> None:
    """Unknown objects, pages, routes and methods."""
    refused(server.http.request(method, path), status)


@pytest.mark.parametrize(
    "change",
    [
        {"messages": []},
        {"messages": "hi"},
        {"messages": [{"role": "tool", "content": "x"}]},
        {"messages": [{"role": "user"}]},
        {"messages": [{"role": "user", "content": [{"type": "image_url"}]}]},
        {"messages": [3]},
        {"temperature": 3},
        {"temperature": "hot"},
        {"max_tokens": 0},
        {"max_tokens": 10**9},
        {"seed": 1.5},
        {"stop": ["a"] * 5},
        {"stop": 4},
        {"n": 2},
        {"tools": [{"type": "function"}]},
        {"logprobs": True},
        {"frobnicate": 1},
    ],
)
def test_a_chat_that_cannot_be_had_is_refused(server: RunningServer, change: dict[str, Any]) -> None:
    """What would change the answer is never quietly left out."""
    body = {"model": MODEL, "messages": [{"role": "user", "content": "hi"}], **change}
    refused(server.http.post("/chat/completions", json=body), 400)


def test_a_completion_needs_one_prompt(server: RunningServer) -> None:
    """A list of prompts would need a list of answers."""
    for prompt in (None, 3, ["a", "b"], [1, 2]):
        body = {"model": MODEL, "prompt": prompt}
        refused(server.http.post("/completions", json=body), 400, param="prompt")


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer wrong", "Basic abc", "bearer \xff"])
def test_without_the_key_nothing_is_told(server: RunningServer, header: str | None) -> None:
    """Also unknown routes and uploads ask for it first."""
    headers = {} if header is None else {b"Authorization": header.encode("latin-1")}
    for method, path in (("GET", "/models"), ("GET", "/nothing"), ("POST", "/files"), ("POST", JOBS)):
        answer = httpx.request(method, f"{server.url}{path}", headers=headers)
        refused(answer, 401, code="invalid_api_key")


def test_an_ended_job_cannot_be_cancelled(server: RunningServer) -> None:
    """It has nothing left to stop."""
    job = server.wait(server.create(server.upload(examples(2)))["id"], "failed")
    refused(server.http.post(f"{JOBS}/{job['id']}/cancel"), 400, code="job_already_ended")


def test_a_cursor_belongs_to_its_job(server: RunningServer) -> None:
    """Another job's event is no place to go on from."""
    jobs = [server.wait(server.create(server.upload(examples(2)))["id"], "failed") for _ in range(2)]
    event = server.events(jobs[0]["id"])[0]["id"]
    refused(server.http.get(f"{JOBS}/{jobs[1]['id']}/events", params={"after": event}), 400, param="after")
    refused(
        server.http.get(f"{JOBS}/{jobs[1]['id']}/checkpoints", params={"after": event}), 400, param="after"
    )


def test_a_file_of_another_purpose_cannot_be_trained_on(server: RunningServer) -> None:
    """The purpose was the uploader's choice."""
    answer = server.http.post("/files", files={"file": ("b.jsonl", examples(12))}, data={"purpose": "batch"})
    body = {"model": MODEL, "training_file": answer.json()["id"]}
    refused(server.http.post(JOBS, json=body), 400, param="training_file", code="invalid_file_purpose")


def test_bytes_that_are_no_http_do_not_stop_the_server(server: RunningServer) -> None:
    """The next request is answered."""
    url = httpx.URL(server.url)
    with socket.create_connection((url.host, url.port or 0), timeout=10) as connection:
        connection.sendall(b"\x16\x03\x01\x00\xff nonsense\r\n\r\n")
        assert connection.recv(1000).startswith(b"HTTP/1.1 400")
    assert server.get("/models")["object"] == "list"


def test_the_log_has_no_traceback_of_any_of_this(server: RunningServer) -> None:
    """Bad input is no accident of the server."""
    assert "Traceback" not in server.log.read_text()
