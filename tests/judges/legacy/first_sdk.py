"""Run by a Python that has openai 0.28.1: one story from upload to deletion, its findings as JSON on stdout.

The address and the key come from OPENAI_API_BASE and OPENAI_API_KEY, as that SDK has it.
"""

from __future__ import annotations

import asyncio
import importlib
import io
import json
import sys
import time
from typing import Any

# By name: the SDK that is installed for our own Python has none of what is used here.
openai: Any = importlib.import_module("openai")

MODEL = "tiny-bytes-1"


def lines(count: int, *, chat: bool = False) -> io.BytesIO:
    """A training file of either kind."""
    made = []
    for number in range(count):
        question, answer = f"What is {number} plus {number}?", f"That makes {2 * number}."
        turns = [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]
        made.append({"messages": turns} if chat else {"prompt": question, "completion": answer})
    return io.BytesIO("".join(json.dumps(line) + "\n" for line in made).encode())


def refusal(call: Any, *words: Any, **more: Any) -> list[Any]:
    """The class, status and code of what a call raises."""
    try:
        call(*words, **more)
    except openai.error.OpenAIError as error:
        return [type(error).__name__, error.http_status, error.code]
    return []


def ended(retrieve: Any, job_id: str) -> Any:
    """Poll until a job has ended."""
    for _ in range(1200):
        job = retrieve(job_id)
        if job["status"] in {"succeeded", "failed", "cancelled"}:
            return job
        time.sleep(0.05)
    raise TimeoutError(job_id)


def fine_tune() -> dict[str, Any]:
    """FineTune: create, list, retrieve, events as a list and as a stream, and its files."""
    file = openai.File.create(file=lines(12), purpose="fine-tune", user_provided_filename="pairs.jsonl")
    made = openai.FineTune.create(training_file=file["id"], model=MODEL, n_epochs=2, suffix="judge")
    streamed = [event["message"] for event in openai.FineTune.stream_events(made["id"])]
    done = openai.FineTune.retrieve(made["id"])
    result = openai.File.download(done["result_files"][0]["id"]).decode()
    return {
        "kinds": [type(made).__name__, made["object"], type(done["training_files"][0]).__name__],
        "status": [made["status"], done["status"]],
        "streamed": streamed,
        "retrieved": [event["message"] for event in done["events"]],
        "listed": [event["message"] for event in openai.FineTune.list_events(id=made["id"])["data"]],
        "in_list": made["id"] in [job["id"] for job in openai.FineTune.list()["data"]],
        "file": done["training_files"][0]["filename"],
        "result": result.splitlines()[0],
        "model": done["fine_tuned_model"],
        "job": made["id"],
    }


def cancelled() -> dict[str, Any]:
    """FineTune: a stream, also with the asynchronous client, ends with the job that is cancelled."""
    file = openai.File.create(file=lines(4000), purpose="fine-tune")
    made = openai.FineTune.create(training_file=file["id"], n_epochs=50, batch_size=1)

    async def follow() -> list[str]:
        found = []
        async for event in await openai.FineTune.astream_events(made["id"]):
            found.append(event["message"])
            if event["message"] == "Fine-tune started":
                await openai.FineTune.acancel(made["id"])
        return found

    told = asyncio.run(follow())
    return {
        "last": told[-1],
        "status": openai.FineTune.retrieve(made["id"])["status"],
        "again": refusal(openai.FineTune.cancel, made["id"]),
    }


def job() -> dict[str, Any]:
    """FineTuningJob, as this SDK knew it, from create to cancel, with all pages of its events."""
    file = openai.File.create(file=lines(12, chat=True), purpose="fine-tune")
    made = openai.FineTuningJob.create(
        training_file=file["id"], model=MODEL, hyperparameters={"n_epochs": 1, "batch_size": 4}
    )
    done = ended(openai.FineTuningJob.retrieve, made["id"])
    events: list[Any] = []
    after: dict[str, str] = {}
    while True:
        page = openai.FineTuningJob.list_events(id=made["id"], limit=3, **after)
        events += page["data"]
        if not page["has_more"]:
            break
        after = {"after": events[-1]["id"]}
    held = openai.File.create(file=lines(4000, chat=True), purpose="fine-tune")
    stopped = openai.FineTuningJob.create(
        training_file=held["id"], model=MODEL, hyperparameters={"n_epochs": 50, "batch_size": 1}
    )
    openai.FineTuningJob.cancel(stopped["id"])
    return {
        "status": [done["status"], ended(openai.FineTuningJob.retrieve, stopped["id"])["status"]],
        "events": len({event["id"] for event in events}) == len(events) > 6,
        "ends": [events[-1]["message"].partition(":")[0], events[0]["message"]],
        "listed": [item["id"] for item in openai.FineTuningJob.auto_paging_iter(limit=2)][:2]
        == [stopped["id"], made["id"]],
    }


def models_and_words(model: str) -> dict[str, Any]:
    """Completion and ChatCompletion, whole and streamed; then the model is deleted."""
    asked = {"model": model, "max_tokens": 40, "temperature": 0}
    question = [{"role": "user", "content": "What is 3 plus 3?"}]
    whole = openai.Completion.create(prompt="What is 3 plus 3?", **asked)["choices"][0]["text"]
    pieces = [
        chunk["choices"][0]["text"]
        for chunk in openai.Completion.create(prompt="What is 3 plus 3?", stream=True, **asked)
    ]
    chat = [
        chunk["choices"][0]["delta"].get("content", "")
        for chunk in openai.ChatCompletion.create(messages=question, stream=True, **asked)
    ]
    return {
        "whole": whole,
        "streamed": ["".join(pieces), "".join(chat)],
        "pieces": min(len(pieces), len(chat)),
        "deleted": openai.Model.delete(model)["deleted"],
        "gone": refusal(openai.Model.retrieve, model),
    }


def refusals() -> dict[str, Any]:
    """What this SDK makes of our errors."""
    return {
        "job": refusal(openai.FineTune.retrieve, "ft-unknown"),
        "model": refusal(openai.FineTune.create, training_file="file-x", model="curie"),
        "file": refusal(openai.FineTune.create, training_file="file-x"),
        "stream": refusal(lambda: list(openai.FineTune.stream_events("ft-unknown"))),
        "key": refusal(openai.Model.list, api_key="wrong"),
    }


def main() -> None:
    """Tell everything that was found."""
    tuned = fine_tune()
    found = {
        "version": openai.__version__,
        "fine_tune": tuned,
        "cancelled": cancelled(),
        "job": job(),
        "models": models_and_words(tuned["model"]),
        "refusals": refusals(),
    }
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
