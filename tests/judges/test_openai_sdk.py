"""The official SDK drives a real server from upload to cancel."""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from server.running_server import PATIENCE_S, RunningServer, examples, serving

if TYPE_CHECKING:
    from openai import OpenAI
    from openai.types.fine_tuning import FineTuningJob

pytestmark = pytest.mark.judge
MODEL = "tiny-bytes-1"


@pytest.fixture(scope="module")
def server(
    tmp_path_factory: pytest.TempPathFactory, closed_environment: None, closed_network: None
) -> Iterator[RunningServer]:
    """A server of this judge's own."""
    with serving(tmp_path_factory.mktemp("judge") / "data") as running:
        yield running


@pytest.fixture
def client(server: RunningServer) -> Iterator[OpenAI]:
    """The SDK, told only where and with which key."""
    from openai import OpenAI

    with OpenAI(base_url=server.url, api_key=server.api_key, max_retries=0) as client:
        yield client


def ended(client: OpenAI, job: FineTuningJob) -> FineTuningJob:
    """Poll until the job has ended."""
    deadline = time.monotonic() + PATIENCE_S
    while job.status not in {"succeeded", "failed", "cancelled"}:
        assert time.monotonic() < deadline, job
        time.sleep(0.1)
        job = client.fine_tuning.jobs.retrieve(job.id)
    return job


def test_a_job_from_upload_to_results(client: OpenAI) -> None:
    """Upload, create, poll, events, checkpoints, results, models, chat."""
    file = client.files.create(file=("train.jsonl", examples(30)), purpose="fine-tune")
    assert client.files.wait_for_processing(file.id).status == "processed"
    job = ended(
        client,
        client.fine_tuning.jobs.create(
            model=MODEL,
            training_file=file.id,
            validation_file=file.id,
            suffix="judge",
            seed=3,
            metadata={"who": "judge"},
            method={"type": "supervised", "supervised": {"hyperparameters": {"n_epochs": 3}}},
        ),
    )
    assert job.status == "succeeded", job.error
    assert job.hyperparameters.batch_size == 1
    assert job.fine_tuned_model is not None
    assert job.method is not None
    events = list(client.fine_tuning.jobs.list_events(job.id, limit=13))
    assert len({event.id for event in events}) == len(events) > 90
    assert events[0].message == "The job has successfully completed"
    assert [event.type for event in events].count("metrics") == 90
    checkpoints = list(client.fine_tuning.jobs.checkpoints.list(job.id, limit=2))
    assert [item.step_number for item in checkpoints] == [90, 60, 30]
    assert checkpoints[0].fine_tuned_model_checkpoint == job.fine_tuned_model
    assert checkpoints[0].metrics.full_valid_loss is not None
    rows = list(csv.DictReader(io.StringIO(client.files.content(job.result_files[0]).text)))
    assert [int(row["step"]) for row in rows] == list(range(1, 91))
    assert job.id in [found.id for found in client.fine_tuning.jobs.list(metadata={"who": "judge"})]
    assert client.models.retrieve(job.fine_tuned_model).id == job.fine_tuned_model
    assert {MODEL, job.fine_tuned_model} <= {model.id for model in client.models.list()}
    answer = client.chat.completions.create(
        model=job.fine_tuned_model, messages=[{"role": "user", "content": "What is 3 plus 3?"}], max_tokens=30
    )
    assert answer.choices[0].message.content
    assert answer.usage is not None
    text = client.completions.create(model=MODEL, prompt="What is 3 plus 3?", max_tokens=30)
    assert text.choices[0].finish_reason in {"stop", "length"}
    assert client.files.delete(file.id).deleted


def test_a_running_job_is_cancelled(client: OpenAI) -> None:
    """Cancelling twice is refused in words the SDK knows."""
    from openai import BadRequestError

    file = client.files.create(file=("long.jsonl", examples(4000)), purpose="fine-tune")
    job = client.fine_tuning.jobs.create(
        model=MODEL,
        training_file=file.id,
        method={"type": "supervised", "supervised": {"hyperparameters": {"n_epochs": 50, "batch_size": 1}}},
    )
    deadline = time.monotonic() + PATIENCE_S
    while client.fine_tuning.jobs.retrieve(job.id).status != "running":
        assert time.monotonic() < deadline
        time.sleep(0.05)
    client.fine_tuning.jobs.cancel(job.id)
    assert ended(client, client.fine_tuning.jobs.retrieve(job.id)).status == "cancelled"
    with pytest.raises(BadRequestError) as refused:
        client.fine_tuning.jobs.cancel(job.id)
    assert refused.value.code == "job_already_ended"


def test_refusals_are_the_sdks_own_errors(client: OpenAI, server: RunningServer) -> None:
    """Each status has its class, and carries message, code and request id."""
    from openai import AuthenticationError, BadRequestError, NotFoundError, OpenAI

    with pytest.raises(NotFoundError) as unknown:
        client.fine_tuning.jobs.retrieve("ftjob-unknown")
    assert (unknown.value.code, bool(unknown.value.request_id)) == ("fine_tune_not_found", True)
    with pytest.raises(NotFoundError, match=MODEL):
        client.fine_tuning.jobs.create(model="gpt-4o-mini", training_file="file-x")
    with pytest.raises(BadRequestError, match="file-x"):
        client.fine_tuning.jobs.create(model=MODEL, training_file="file-x")
    with (
        OpenAI(base_url=server.url, api_key="wrong", max_retries=0) as stranger,
        pytest.raises(AuthenticationError),
    ):
        stranger.models.list()
