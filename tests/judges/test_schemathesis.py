"""schemathesis asks thousands of made-up questions; every answer is one that the document allows."""

from __future__ import annotations

import json
import os
import subprocess
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from server.running_server import FINAL, RunningServer, examples, serving, wait_for

pytestmark = pytest.mark.judge

HERE = Path(__file__).parent
PROGRAM = HERE.parents[1] / ".judges" / "schemathesis" / "bin" / "schemathesis"
DOCUMENT = HERE.parents[2] / "shared" / "api" / "spec" / "openai.json"
MODEL = "tiny-bytes-1"
CHECKS = "not_a_server_error,response_schema_conformance,content_type_conformance"
LEAST_REQUESTS = 3000
METHODS = {"get", "post", "delete", "put", "patch"}
ENVELOPE = {
    "description": "A refusal.",
    "content": {
        "application/json": {
            "schema": {
                "type": "object",
                "required": ["error"],
                "properties": {
                    "error": {
                        "type": "object",
                        "required": ["message", "type", "param", "code"],
                        "properties": {
                            "message": {"type": "string"},
                            "type": {"type": "string"},
                            "param": {"type": ["string", "null"]},
                            "code": {"type": ["string", "null"]},
                        },
                    }
                },
            }
        }
    },
}


@pytest.fixture(scope="module")
def server(
    tmp_path_factory: pytest.TempPathFactory, closed_environment: None, closed_network: None
) -> Iterator[RunningServer]:
    """A server of this judge's own."""
    if not PROGRAM.exists():
        pytest.skip("schemathesis is installed by .ci/judges")
    if not DOCUMENT.exists():
        pytest.skip("the published schema is not at hand")
    with serving(tmp_path_factory.mktemp("judge") / "data", "--slots", "2") as running:
        yield running


def amended() -> dict[str, Any]:
    """The published document with the status that only its examples know, and a shape for every refusal."""
    document: dict[str, Any] = json.loads(DOCUMENT.read_text())
    document["components"]["schemas"]["FineTuningJob"]["properties"]["status"]["enum"].append("paused")
    for operations in document["paths"].values():
        for method, operation in operations.items():
            if method in METHODS:
                operation["responses"]["default"] = ENVELOPE
    return document


def operations(document: dict[str, Any]) -> list[str]:
    """Every operation, by method and path."""
    return sorted(
        f"{method.upper()} {path}"
        for path, methods in document["paths"].items()
        for method in methods
        if method in METHODS
    )


def seeds(server: RunningServer) -> dict[str, Any]:
    """Real objects for the questions: a file, a job, its checkpoint, and models that may be deleted."""
    file_id = server.upload(examples(12))
    done = [server.create(file_id, hyperparameters={"n_epochs": 3})["id"] for _ in range(5)]
    models = [server.wait(job_id)["fine_tuned_model"] for job_id in done]
    spare = [
        item["fine_tuned_model_checkpoint"]
        for job_id in done[1:]
        for item in server.get(f"/fine_tuning/jobs/{job_id}/checkpoints")["data"]
    ]
    return {"model": MODEL, "file": file_id, "job": done[0], "checkpoint": models[0], "models": spare}


def table(log: Path) -> dict[str, Counter[int]]:
    """How often each operation was answered how; requests with a method it does not have are left out."""
    found: defaultdict[str, Counter[int]] = defaultdict(Counter)
    for line in log.read_text().splitlines():
        status, method, label = line.split(" ", 2)
        if label.startswith(method):
            found[label][int(status)] += 1
    return found


def shown(found: dict[str, Counter[int]]) -> str:
    """The table for people."""
    rows = [
        f"{label:<93} {counts.total():>5} {sum(n for status, n in counts.items() if status < 300):>5}"
        for label, counts in sorted(found.items())
    ]
    head = f"{'operation':<93} {'asked':>5} {'2xx':>5}"
    everything = sum(counts.total() for counts in found.values())
    return "\n".join([head, *rows, f"{'all':<93} {everything:>5}"])


def judge(
    server: RunningServer, folder: Path, document: dict[str, Any], log: Path, *words: str
) -> subprocess.CompletedProcess[str]:
    """Let schemathesis ask the server by a document; `log` gets what was asked."""
    (place := folder / "openai.json").write_text(json.dumps(document))
    return subprocess.run(
        [
            PROGRAM,
            *("run", place, "--url", server.url, "--checks", CHECKS),
            *("--max-examples", "200", "--seed", "7", "--workers", "2"),
            *("-H", f"Authorization: Bearer {server.api_key}"),
            # The document calls a file's content a JSON string; who wants it so has to say so.
            *("-H", "Accept: application/json, */*;q=0.1"),
            *("--generation-database", "none", "--no-color", "--warnings", "off"),
            *words,
        ],
        cwd=folder,
        env={
            **os.environ,
            "SCHEMATHESIS_HOOKS": str(HERE / "fuzzed" / "live.py"),
            "JUDGED_URL": server.url,
            "JUDGED_KEY": server.api_key,
            "JUDGED_SEEDS": json.dumps(seeds(server)),
            "JUDGED_LOG": str(log),
        },
        capture_output=True,
        text=True,
        timeout=400,
        check=False,
    )


def test_it_would_notice(server: RunningServer, tmp_path: Path) -> None:
    """A judge that accepts everything would be none: a field that no answer has is missed."""
    document = amended()
    document["components"]["schemas"]["ListModelsResponse"]["required"].append("never_there")
    ended = judge(server, tmp_path, document, tmp_path / "log", "--include-path", "/models")
    assert ended.returncode == 1, ended.stdout + ended.stderr
    assert "Response violates schema" in ended.stdout, ended.stdout


def test_thousands_of_questions_get_answers_that_the_document_allows(
    server: RunningServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """No failure, every operation succeeds at least once, and the server works on as if nothing had been."""
    log = tmp_path / "asked.log"
    ended = judge(server, tmp_path, amended(), log)
    found = table(log)
    with capsys.disabled():
        print(f"\n{shown(found)}\n{summary(ended.stdout)}")
    assert ended.returncode == 0, ended.stdout[-20_000:] + ended.stderr
    assert sum(counts.total() for counts in found.values()) >= LEAST_REQUESTS
    assert sorted(found) == operations(amended())
    assert [label for label, counts in found.items() if not any(status < 300 for status in counts)] == []
    assert [label for label, counts in found.items() if any(status >= 500 for status in counts)] == []
    at_rest = FINAL | {"paused"}
    wait_for(
        lambda: all(
            job["status"] in at_rest for job in server.get("/fine_tuning/jobs", limit=10_000)["data"]
        ),
        "the end of all jobs",
        within_s=120,
    )
    assert server.wait(server.create(server.upload(examples(12)))["id"])["status"] == "succeeded"
    assert "Traceback" not in server.log.read_text()


def summary(said: str) -> str:
    """The end of what schemathesis says."""
    return said[said.rfind("Test cases:") :].strip()
