"""A mock of the API that others wrote and publish: finetop has never seen it, and has to get along."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from finetop.client import ApiClient
from finetop.errors import BadRequest, NotFound, NotSupported
from finetop.models import JobRequest
from finetop.providers.openai import OpenAI
from server.running_server import PATIENCE_S, examples, wait_for

pytestmark = pytest.mark.judge

FAKEAI = Path(__file__).parents[2] / ".judges" / "fakeai" / "bin" / "fakeai"
KEY = "a-key-for-the-mock"
MODEL = "gpt-4o-mini-2024-07-18"


@dataclass(frozen=True)
class Mock:
    """The mock server, and finetop with a profile for it."""

    url: str
    home: Path

    def finetop(self, *words: str, code: int = 0) -> str:
        """What a command prints."""
        done = subprocess.run(
            [sys.executable, "-m", "finetop", *words],
            env={
                **os.environ,
                "FINETOP_CONFIG": str(self.home / "config.toml"),
                "FINETOP_DATA": str(self.home / "data"),
                "FINETOP_STATE": str(self.home / "state"),
                "MOCK_KEY": KEY,
            },
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
        )
        assert done.returncode == code, done.stderr
        assert "Traceback" not in done.stderr
        return done.stdout if code == 0 else done.stderr

    def told(self, *words: str) -> Any:
        """What a command prints as JSON."""
        return json.loads(self.finetop(*words, "--json"))


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port: int = held.getsockname()[1]
    return port


@pytest.fixture(scope="module")
def mock(
    tmp_path_factory: pytest.TempPathFactory, closed_environment: None, closed_network: None
) -> Iterator[Mock]:
    """The server, answering."""
    if not FAKEAI.exists():
        pytest.skip("the mock server is installed by .ci/judges")
    home = tmp_path_factory.mktemp("mock")
    mock = Mock(f"http://127.0.0.1:{free_port()}/v1", home)
    (home / "config.toml").write_text(
        f'[profiles.mock]\ndialect = "openai"\nbase_url = "{mock.url}"\nkey_env = "MOCK_KEY"\n'
    )
    port = mock.url.rpartition(":")[2].removesuffix("/v1")
    command = [str(FAKEAI), "server", "--host", "127.0.0.1", "--port", port, "--api-key", KEY]
    with (home / "log").open("wb") as log:
        process = subprocess.Popen(command, cwd=home, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    try:
        wait_for(lambda: process.poll() is not None or answers(mock.url), "the mock's first answer")
        assert process.poll() is None, (home / "log").read_text()
        yield mock
    finally:
        process.terminate()
        process.wait(PATIENCE_S)


def answers(url: str) -> bool:
    """True once somebody listens."""
    try:
        return httpx.get(f"{url}/models", headers={"Authorization": f"Bearer {KEY}"}).is_success
    except httpx.TransportError:
        time.sleep(0.1)
        return False


@pytest.fixture(scope="module")
def training(mock: Mock) -> Path:
    """A file on this machine."""
    path = mock.home / "train.jsonl"
    path.write_bytes(examples(12))
    return path


def test_a_job_from_the_command_line(mock: Mock, training: Path) -> None:
    """Created once, listed, followed to its end; its log is a stream there and a table here."""
    made = mock.told("jobs", "create", str(training), "--model", MODEL, "--seed", "7")
    assert made["status"] in {"checking", "queued", "running"}
    assert [job["id"] for job in mock.told("jobs", "list")] == [made["id"]]
    assert mock.told("jobs", "get", made["id"])["model"] == MODEL
    # It trains for half a minute by its own clock, and says at what pace.
    events = wait_for(
        lambda: [event for event in mock.told("jobs", "events", made["id"]) if event["data"].get("step")],
        "a step that is told",
    )
    assert all(event["created_at"] and event["message"] for event in events)
    log = mock.told("jobs", "events", made["id"])
    assert [event["created_at"] for event in log] == sorted(event["created_at"] for event in log)
    assert len({event["id"] for event in log}) == len(log)
    assert "created" in log[0]["message"]


def test_a_job_is_cancelled(mock: Mock, training: Path) -> None:
    """Its answer is taken, and the job is final."""
    made = mock.told("jobs", "create", str(training), "--model", MODEL)
    mock.finetop("jobs", "cancel", made["id"])
    assert mock.told("jobs", "get", made["id"])["status"] == "cancelled"


def test_what_it_refuses_is_told_in_plain_words(mock: Mock) -> None:
    """An unknown job is named, in its own words and with what to do."""
    said = mock.finetop("jobs", "get", "ftjob-nowhere", code=3)
    assert "ftjob-nowhere" in said
    assert "Check the id" in said


async def test_what_it_does_not_have_is_told_apart_from_what_it_refuses(mock: Mock) -> None:
    """Each question of a provider is answered with values, or refused for the reason there is."""
    client = ApiClient(mock.url, KEY)
    there = OpenAI(client)
    try:
        assert all(model.id for model in await there.list_models())
        file = (await there.list_files()).items[0]
        assert (await there.get_file(file.id)).filename == file.filename
        job, _ = await there.create_job(JobRequest(model=MODEL, training_file=file.id))
        assert (await there.list_events(job.id)).items[0].message
        assert (await there.list_checkpoints(job.id)).items == ()
        for lacking, named in (
            (there.pause_job(job.id), "pausing jobs"),
            (there.resume_job(job.id), "resuming jobs"),
            (there.list_permissions(MODEL), "permissions"),
            (there.start_upload("train.jsonl", 9), "uploads in parts"),
            (there.validate_grader({"type": "string_check"}), "graders"),
        ):
            with pytest.raises(NotSupported, match=named):
                await lacking
        cancelled = await there.cancel_job(job.id)
        assert cancelled is not None
        assert cancelled[0].status.is_final
        with pytest.raises(BadRequest, match="status cancelled"):
            await there.cancel_job(job.id)
        with pytest.raises(NotFound, match="ftjob-nowhere"):
            await there.get_job("ftjob-nowhere")
    finally:
        await client.close()
