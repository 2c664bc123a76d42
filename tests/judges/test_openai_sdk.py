"""The official SDK drives a real server with every call for fine-tuning, and checks each answer's types."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

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
    """The SDK, told where, with which key, and to refuse what does not fit its types."""
    from openai import OpenAI

    with OpenAI(
        base_url=server.url, api_key=server.api_key, max_retries=0, _strict_response_validation=True
    ) as client:
        yield client


@pytest.fixture
def lenient(server: RunningServer) -> Iterator[OpenAI]:
    """The SDK as everybody uses it: its types do not know the status that its own pause leads to."""
    from openai import OpenAI

    with OpenAI(base_url=server.url, api_key=server.api_key, max_retries=0) as client:
        yield client


def lines(*made: dict[str, Any]) -> bytes:
    """A training file."""
    return "".join(json.dumps(line) + "\n" for line in made).encode()


def pairs(count: int) -> bytes:
    """Preferences."""
    return lines(
        *(
            {
                "input": {"messages": [{"role": "user", "content": f"Name number {number}."}]},
                "preferred_output": [{"role": "assistant", "content": f"It is {number}."}],
                "non_preferred_output": [{"role": "assistant", "content": "No."}],
            }
            for number in range(count)
        )
    )


def questions(count: int) -> bytes:
    """Questions with what an answer is compared with."""
    return lines(
        *(
            {"messages": [{"role": "user", "content": f"Name number {number}."}], "wanted": str(number)}
            for number in range(count)
        )
    )


GRADER: Any = {
    "type": "string_check",
    "name": "same",
    "input": "{{sample.output_text}}",
    "reference": "{{item.wanted}}",
    "operation": "eq",
}


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


def test_the_types_are_checked(client: OpenAI, server: RunningServer) -> None:
    """A judge that takes everything would be none."""
    from openai import APIResponseValidationError
    from openai.types import Model

    with pytest.raises(APIResponseValidationError):
        client.get(f"/fine_tuning/jobs?limit=1&key={len(server.api_key)}", cast_to=Model)


def test_preferences_and_rewards_are_trained(client: OpenAI) -> None:
    """Jobs of both other methods, their events and checkpoints."""
    methods: list[tuple[bytes, Any]] = [
        (pairs(12), {"type": "dpo", "dpo": {"hyperparameters": {"n_epochs": 1, "beta": 0.2}}}),
        (
            questions(12),
            {
                "type": "reinforcement",
                "reinforcement": {
                    "grader": GRADER,
                    "hyperparameters": {"n_epochs": 1, "batch_size": 4, "reasoning_effort": "low"},
                },
            },
        ),
    ]
    for content, method in methods:
        file = client.files.create(file=("train.jsonl", content), purpose="fine-tune")
        job = client.fine_tuning.jobs.create(model=MODEL, training_file=file.id, method=method)
        assert job.method is not None
        assert job.method.type == method["type"]
        job = ended(client, job)
        assert job.status == "succeeded", job.error
        events = list(client.fine_tuning.jobs.list_events(job.id, limit=3))
        assert len({event.id for event in events}) == len(events)
        assert any(event.type == "metrics" for event in events)
        assert list(client.fine_tuning.jobs.checkpoints.list(job.id))
    assert [job.method and job.method.type for job in client.fine_tuning.jobs.list(limit=2).data] == [
        "reinforcement",
        "dpo",
    ]


def test_a_job_is_paused_and_resumed(client: OpenAI, lenient: OpenAI) -> None:
    """It waits with what it has learned, and goes on when it is told to."""
    file = client.files.create(file=("long.jsonl", examples(4000)), purpose="fine-tune")
    job = client.fine_tuning.jobs.create(
        model=MODEL, training_file=file.id, hyperparameters={"n_epochs": 50, "batch_size": 1}
    )
    deadline = time.monotonic() + PATIENCE_S
    while not any(event.type == "metrics" for event in client.fine_tuning.jobs.list_events(job.id)):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    words: list[str] = [lenient.fine_tuning.jobs.pause(job.id).status]
    while words[-1] != "paused":
        assert time.monotonic() < deadline
        time.sleep(0.05)
        words.append(lenient.fine_tuning.jobs.retrieve(job.id).status)
    assert client.fine_tuning.jobs.resume(job.id).status in {"queued", "running"}
    client.fine_tuning.jobs.cancel(job.id)
    assert ended(client, client.fine_tuning.jobs.retrieve(job.id)).status == "cancelled"


def test_a_file_in_parts(client: OpenAI) -> None:
    """Sent in pieces, its hash checked, and read back whole; an upload that is not wanted is cancelled."""
    content = examples(40)
    upload = client.uploads.upload_file_chunked(
        file=content,
        filename="parts.jsonl",
        bytes=len(content),
        mime_type="application/jsonl",
        purpose="fine-tune",
        part_size=1000,
        md5=hashlib.md5(content).hexdigest(),
    )
    assert upload.status == "completed"
    assert upload.file is not None
    assert client.files.content(upload.file.id).content == content
    begun = client.uploads.create(
        filename="x.jsonl", purpose="fine-tune", bytes=3, mime_type="application/jsonl"
    )
    assert client.uploads.parts.create(begun.id, data=b"abc").upload_id == begun.id
    assert client.uploads.cancel(begun.id).status == "cancelled"


def test_pages_of_files_and_jobs(client: OpenAI) -> None:
    """Every one of them, once, in either order."""
    made = [client.files.create(file=("p.jsonl", examples(1)), purpose="fine-tune").id for _ in range(5)]
    newest = [file.id for file in client.files.list(limit=2, purpose="fine-tune")]
    assert newest[:5] == made[::-1]
    assert [file.id for file in client.files.list(limit=2, order="asc", purpose="fine-tune")] == newest[::-1]
    assert client.files.retrieve(made[0]).filename == "p.jsonl"
    jobs = [job.id for job in client.fine_tuning.jobs.list(limit=1)]
    assert len(set(jobs)) == len(jobs)
    for file_id in made:
        assert client.files.delete(file_id).deleted


def test_permissions_and_the_end_of_a_model(client: OpenAI) -> None:
    """Projects are let in and out of a checkpoint; a deleted model is gone."""
    from openai import NotFoundError

    file = client.files.create(file=("train.jsonl", examples(12)), purpose="fine-tune")
    job = ended(client, client.fine_tuning.jobs.create(model=MODEL, training_file=file.id))
    model = job.fine_tuned_model
    assert model is not None
    permissions = client.fine_tuning.checkpoints.permissions
    granted = list(permissions.create(model, project_ids=["proj_a", "proj_b", "proj_c"]))
    assert {item.project_id for item in granted} == {"proj_a", "proj_b", "proj_c"}
    assert len(list(permissions.list(model, limit=2))) == 3
    [only] = permissions.list(model, project_id="proj_b")
    assert permissions.delete(only.id, fine_tuned_model_checkpoint=model).deleted
    assert {item.project_id for item in permissions.list(model)} == {"proj_a", "proj_c"}
    assert client.models.delete(model).deleted
    with pytest.raises(NotFoundError):
        client.models.retrieve(model)
    assert model not in {found.id for found in client.models.list()}


def test_graders_are_validated_and_run(client: OpenAI) -> None:
    """Alone and in a formula; those that would run foreign code or models are refused."""
    from openai import BadRequestError

    graders = client.fine_tuning.alpha.graders
    validated = graders.validate(grader=GRADER)
    assert validated.grader is not None
    assert graders.run(grader=GRADER, model_sample="7", item={"wanted": "7"}).reward == 1
    assert graders.run(grader=GRADER, model_sample="8", item={"wanted": "7"}).reward == 0
    similar: Any = {
        "type": "text_similarity",
        "name": "near",
        "input": "{{sample.output_text}}",
        "reference": "{{item.wanted}}",
        "evaluation_metric": "fuzzy_match",
    }
    both: Any = {
        "type": "multi",
        "name": "both",
        "graders": {"same": GRADER, "near": similar},
        "calculate_output": "(same + near) / 2",
    }
    run = graders.run(grader=both, model_sample="7", item={"wanted": "7"})
    assert (run.reward, set(run.sub_rewards)) == (1, {"same", "near"})
    python: Any = {"type": "python", "name": "p", "source": "def grade(sample, item): return 1"}
    with pytest.raises(BadRequestError):
        graders.validate(grader=python)


def test_answers_are_streamed(client: OpenAI, lenient: OpenAI) -> None:
    """Chunk by chunk, the same as in one piece; the usage comes last."""
    # Its type of a text's chunk wants a reason of the end in each, where the service itself sends null.
    asked: Any = {"model": MODEL, "max_tokens": 60, "temperature": 0}
    messages: Any = [{"role": "user", "content": "What is a river?"}]
    whole = client.chat.completions.create(messages=messages, **asked)
    chunks = list(
        client.chat.completions.create(
            messages=messages, stream=True, stream_options={"include_usage": True}, **asked
        )
    )
    told = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    assert told == whole.choices[0].message.content
    assert chunks[0].choices[0].delta.role == "assistant"
    assert chunks[-1].usage == whole.usage
    texts = list(lenient.completions.create(prompt="What is a river?", stream=True, **asked))
    assert "".join(text.choices[0].text for text in texts) == told
    assert texts[-1].choices[0].finish_reason == whole.choices[0].finish_reason
    with client.chat.completions.create(messages=messages, stream=True, **asked) as left:
        next(iter(left))
