"""Every answer fits the schema OpenAI publishes."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from server.method_lines import GRADER, pair, question
from server.running_server import RunningServer, examples, serving

pytestmark = pytest.mark.judge
SCHEMA = Path(__file__).parents[3] / "shared" / "api" / "spec" / "openai.json"


def mended(part: Any) -> Any:
    """The document mixes two dialects; say in the newer one what it says in the older."""
    if isinstance(part, list):
        return [mended(item) for item in part]
    if not isinstance(part, dict):
        return part
    found = {key: mended(value) for key, value in part.items()}
    for bound, inclusive in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
        if found.get(bound) is True:
            found[bound] = found.pop(inclusive)
        elif found.get(bound) is False:
            del found[bound]
    if found.pop("nullable", False) is True:
        return {"anyOf": [found, {"type": "null"}]}
    return found


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    """The published document, where it lies beside this repository."""
    if not SCHEMA.exists():
        pytest.skip("the published schema is not at hand")
    found: dict[str, Any] = mended(json.loads(SCHEMA.read_text()))
    return found


@pytest.fixture(scope="module")
def server(
    tmp_path_factory: pytest.TempPathFactory, closed_environment: None, closed_network: None
) -> Iterator[RunningServer]:
    """A server of this judge's own."""
    with serving(tmp_path_factory.mktemp("judge") / "data") as running:
        yield running


def lines_of(make: Callable[[int], dict[str, Any]]) -> bytes:
    """A file of twelve examples."""
    return "".join(json.dumps(make(number)) + "\n" for number in range(12)).encode()


@pytest.fixture(scope="module")
def job_ids(server: RunningServer) -> list[str]:
    """One job of each end, succeeded, failed, cancelled, running and waiting, and one of each method."""
    file_id = server.upload(examples(12))
    integrations = [{"type": "wandb", "wandb": {"project": "p", "name": "n", "tags": ["t"]}}]
    done = server.create(file_id, validation_file=file_id, metadata={"a": "b"}, integrations=integrations)
    bad = server.create(server.upload(examples(3)))
    preferred = server.create(server.upload(lines_of(pair)), method={"type": "dpo"})
    judged = {"grader": GRADER, "hyperparameters": {"n_epochs": 1, "batch_size": 12}}
    asked = server.upload(lines_of(question))
    rewarded = server.create(
        asked, validation_file=asked, method={"type": "reinforcement", "reinforcement": judged}
    )
    for job in (done, bad, preferred, rewarded):
        server.wait(job["id"])
    stopped, running, waiting = server.create_long(), server.create_long(), server.create_long()
    server.http.post(f"/fine_tuning/jobs/{stopped['id']}/cancel")
    server.wait(stopped["id"], "cancelled")
    server.wait_for_step(running["id"])
    return [job["id"] for job in (done, bad, preferred, rewarded, stopped, running, waiting)]


def complaints(document: dict[str, Any], name: str, value: Any) -> list[str]:
    """What the schema has against a value."""
    from jsonschema import Draft202012Validator

    validator = Draft202012Validator({**document, "$ref": f"#/components/schemas/{name}"})
    return [f"{list(error.path)}: {error.message}" for error in validator.iter_errors(value)]


def test_the_schema_would_notice(document: dict[str, Any]) -> None:
    """A judge that accepts everything would be none."""
    assert complaints(document, "FineTuningJob", {"object": "fine_tuning.job"})
    assert complaints(document, "FineTuningJobEvent", {"object": "fine_tuning.job"})


def test_jobs_fit_in_every_state(document: dict[str, Any], server: RunningServer, job_ids: list[str]) -> None:
    """Retrieved, listed, with their events and checkpoints."""
    statuses = set()
    for job_id in job_ids:
        path = f"/fine_tuning/jobs/{job_id}"
        job = server.get(path)
        statuses.add(job["status"])
        assert complaints(document, "FineTuningJob", job) == []
        events = server.get(f"{path}/events", limit=1000)
        assert complaints(document, "ListFineTuningJobEventsResponse", events) == []
        for event in events["data"]:
            assert complaints(document, "FineTuningJobEvent", event) == []
        checkpoints = server.get(f"{path}/checkpoints")
        assert complaints(document, "ListFineTuningJobCheckpointsResponse", checkpoints) == []
    assert statuses == {"succeeded", "failed", "cancelled", "running", "queued"}
    page = server.get("/fine_tuning/jobs", limit=3)
    assert complaints(document, "ListPaginatedFineTuningJobsResponse", page) == []


def test_files_and_models_fit(document: dict[str, Any], server: RunningServer, job_ids: list[str]) -> None:
    """Also an empty list, and the answer to a deletion."""
    for query in ({}, {"limit": 2}, {"purpose": "vision"}):
        assert complaints(document, "ListFilesResponse", server.get("/files", **query)) == []
    for described in server.get("/files")["data"]:
        assert complaints(document, "OpenAIFile", described) == []
    assert complaints(document, "ListModelsResponse", server.get("/models")) == []
    for model in server.get("/models")["data"]:
        assert complaints(document, "Model", server.get(f"/models/{model['id']}")) == []
    file_id = server.upload(examples(1))
    deleted = server.http.delete(f"/files/{file_id}").json()
    assert complaints(document, "DeleteFileResponse", deleted) == []
