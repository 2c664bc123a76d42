"""Loaded by schemathesis: lets its requests meet objects that are there, and counts what became of them.

What schemathesis makes up names nothing that exists, so that no request would get further than a 404. Every
second request of an operation therefore has its ids, and some required values, replaced by live ones; all
else of it stays as it was made up. Objects that a request uses up are made for it just before.
"""

from __future__ import annotations

import json
import os
import threading
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import schemathesis  # type: ignore[import-not-found]  # it lives in an environment of its own

URL, KEY = os.environ["JUDGED_URL"], os.environ["JUDGED_KEY"]
SEEDS: dict[str, Any] = json.loads(os.environ["JUDGED_SEEDS"])
LOG = Path(os.environ["JUDGED_LOG"])
JOBS = "/fine_tuning/jobs"
CHECK = {
    "type": "string_check",
    "name": "exact",
    "input": "{{sample.output_text}}",
    "reference": "x",
    "operation": "eq",
}
LEFT_TO_TRAIN = 40
"""One in so many of the created jobs is not cancelled again."""

lock = threading.Lock()
asked: Counter[str] = Counter()
made: Counter[str] = Counter()


def call(method: str, path: str, body: Any = None, *, kind: str = "application/json") -> Any:
    """Ask the server for something; None where it refuses."""
    content = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
    request = urllib.request.Request(
        URL + path,
        content,
        {"Authorization": f"Bearer {KEY}", "Content-Type": kind},
        method=method,
    )
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)
    except urllib.error.HTTPError:
        return None


def form(field: str, content: bytes, **fields: str) -> dict[str, Any]:
    """A multipart body."""
    parts = [f'Content-Disposition: form-data; name="{name}"\r\n\r\n{text}' for name, text in fields.items()]
    parts.append(f'Content-Disposition: form-data; name="{field}"; filename="a"\r\n\r\n{content.decode()}')
    text = "".join(f"--frontier\r\n{part}\r\n" for part in parts) + "--frontier--\r\n"
    return {"body": text.encode(), "kind": "multipart/form-data; boundary=frontier"}


def paused_job() -> str:
    """A job that waits for its user and so takes nobody's place."""
    wanted = {"model": SEEDS["model"], "training_file": SEEDS["file"], "hyperparameters": {"n_epochs": 1}}
    job_id: str = call("POST", JOBS, wanted)["id"]
    call("POST", f"{JOBS}/{job_id}/pause")
    return job_id


def waiting_job() -> str:
    """A job that is not paused and has not ended: it is resumed behind others."""
    job_id = paused_job()
    call("POST", f"{JOBS}/{job_id}/resume")
    return job_id


def file() -> str:
    """A small file that nobody needs."""
    file_id: str = call("POST", "/files", **form("file", b"{}", purpose="batch"))["id"]
    return file_id


def upload() -> str:
    """An upload of two bytes that waits for its parts."""
    wanted = {"filename": "a", "purpose": "fine-tune", "bytes": 2, "mime_type": "text/jsonl"}
    upload_id: str = call("POST", "/uploads", wanted)["id"]
    return upload_id


def permission() -> str:
    """A permission of the checkpoint that stays."""
    path = f"/fine_tuning/checkpoints/{SEEDS['checkpoint']}/permissions"
    with lock:
        made["project"] += 1
    permission_id: str = call("POST", path, {"project_ids": [f"proj_{made['project']}"]})["data"][0]["id"]
    return permission_id


def model_to_delete() -> str:
    """The next of the tuned models that may go; an unknown one once all are gone."""
    with lock:
        return SEEDS["models"].pop() if SEEDS["models"] else "ft:gone"


# For each path parameter by operation: what brings an id that is there.
JOB, CHECKPOINT = "fine_tuning_job_id", "fine_tuned_model_checkpoint"
LIVE: dict[str, dict[str, Callable[[], str]]] = {
    "GET /files/{file_id}": {"file_id": lambda: SEEDS["file"]},
    "GET /files/{file_id}/content": {"file_id": lambda: SEEDS["file"]},
    "DELETE /files/{file_id}": {"file_id": file},
    "GET /fine_tuning/jobs/{fine_tuning_job_id}": {JOB: lambda: SEEDS["job"]},
    "GET /fine_tuning/jobs/{fine_tuning_job_id}/events": {JOB: lambda: SEEDS["job"]},
    "GET /fine_tuning/jobs/{fine_tuning_job_id}/checkpoints": {JOB: lambda: SEEDS["job"]},
    "POST /fine_tuning/jobs/{fine_tuning_job_id}/cancel": {JOB: paused_job},
    "POST /fine_tuning/jobs/{fine_tuning_job_id}/pause": {JOB: waiting_job},
    "POST /fine_tuning/jobs/{fine_tuning_job_id}/resume": {JOB: paused_job},
    "GET /fine_tuning/checkpoints/{fine_tuned_model_checkpoint}/permissions": {
        CHECKPOINT: lambda: SEEDS["checkpoint"]
    },
    "POST /fine_tuning/checkpoints/{fine_tuned_model_checkpoint}/permissions": {
        CHECKPOINT: lambda: SEEDS["checkpoint"]
    },
    "DELETE /fine_tuning/checkpoints/{fine_tuned_model_checkpoint}/permissions/{permission_id}": {
        CHECKPOINT: lambda: SEEDS["checkpoint"],
        "permission_id": permission,
    },
    "GET /models/{model}": {"model": lambda: SEEDS["checkpoint"]},
    "DELETE /models/{model}": {"model": model_to_delete},
    "POST /uploads/{upload_id}/cancel": {"upload_id": upload},
    "POST /uploads/{upload_id}/complete": {"upload_id": upload},
    "POST /uploads/{upload_id}/parts": {"upload_id": upload},
}
# Query parameters that name an object, and where their page begins.
AFTER = {
    "GET /files": lambda: SEEDS["file"],
    "GET /fine_tuning/jobs": lambda: SEEDS["job"],
}


def live_body(label: str, case: Any) -> None:
    """Put live values where a made-up body wants them."""
    body = case.body
    if not isinstance(body, dict):
        return
    if label == "POST /fine_tuning/jobs":
        body |= {"model": SEEDS["model"], "training_file": SEEDS["file"]}
        if body.get("validation_file") is not None:
            body["validation_file"] = SEEDS["file"]
    elif label == "POST /uploads":
        body |= {"bytes": 2, "mime_type": "application/octet-stream", "purpose": "fine-tune"}
    elif label == "POST /uploads/{upload_id}/complete":
        part = call("POST", f"/uploads/{case.path_parameters['upload_id']}/parts", **form("data", b"{}"))
        body["part_ids"] = [part["id"]]
        body.pop("md5", None)
    elif label.endswith(("/run", "/validate")) and asked[label] % 4 == 0:
        body["grader"] = CHECK


def before_call(context: Any, case: Any, kwargs: dict[str, Any]) -> None:
    """Every second time, meet what is there."""
    label = case.operation.label
    with lock:
        asked[label] += 1
        turn = asked[label]
    if turn % 2:
        return
    for name, bring in LIVE.get(label, {}).items():
        if isinstance(case.path_parameters, dict):
            case.path_parameters[name] = bring()
    if label in AFTER and isinstance(case.query, dict) and case.query.get("after") is not None:
        case.query["after"] = AFTER[label]()
    live_body(label, case)


def after_call(context: Any, case: Any, response: Any) -> None:
    """Write down what became of a request, and let no job wait that it made or woke."""
    label = case.operation.label
    with lock, LOG.open("a", encoding="utf-8") as log:
        log.write(f"{response.status_code} {case.method} {label}\n")
    if response.status_code == 200 and label.endswith(("POST /fine_tuning/jobs", "/pause", "/resume")):
        with lock:
            made[label] += 1
        if made[label] % LEFT_TO_TRAIN:
            call("POST", f"{JOBS}/{json.loads(response.content)['id']}/cancel")


schemathesis.hook(before_call)
schemathesis.hook(after_call)
