"""Every exit code, provoked for real: a script can act on how a command ended.

Each code is met once as that of a process.
"""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from commands import Served, examples, finetop, here, start


def long_job(folder: Path) -> list[object]:
    """Arguments of a job that does not end by itself while a test looks at it."""
    return [
        "jobs",
        "create",
        examples(folder / "long.jsonl", 1000),
        "--model",
        "tiny-bytes-1",
        "--epochs",
        50,
    ]


def created_id(waiting: subprocess.Popen[str]) -> str:
    """The job that a waiting command says it has made."""
    assert waiting.stderr is not None
    said = ""
    for line in waiting.stderr:
        said += line
        if found := re.search(r"created (\S+)", line):
            return found[1]
    waiting.communicate()
    raise AssertionError(f"it ended without making a job: {said}")


@contextmanager
def answering(status: int, body: str = "{}", **headers: str) -> Iterator[dict[str, str]]:
    """A server that gives everyone one answer; yields the environment that leads there."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            content = body.encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            for name, value in headers.items():
                self.send_header(name.replace("_", "-"), value)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class has it so
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield {"OPENAI_BASE_URL": f"http://127.0.0.1:{server.server_port}/v1", "OPENAI_API_KEY": "sk-x"}
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_1_the_job_failed(mine: dict[str, str], tmp_path: Path) -> None:
    """The final job is printed all the same; the reason names the line."""
    bad = examples(tmp_path / "bad.jsonl", 20, bad_line=17)
    done = finetop("jobs", "create", bad, "--model", "tiny-bytes-1", "--wait", "--json", **mine)
    assert done.code == 1
    assert done.json["status"] == "failed"
    assert "line 17: no assistant message" in done.err


def test_1_the_job_was_cancelled(mine: dict[str, str], tmp_path: Path) -> None:
    """Cancelled from another shell: that one reports success, the waiting one 1."""
    waiting = start(*long_job(tmp_path), "--wait", "--json", **mine)
    job_id = created_id(waiting)
    cancelled = here("jobs", "cancel", job_id, "--json", **mine)
    assert (cancelled.code, cancelled.json["id"]) == (0, job_id)
    out, err = waiting.communicate(timeout=60)
    assert waiting.returncode == 1, err
    assert json.loads(out)["status"] == "cancelled"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "there is no such file"),
        ("", "the file is empty"),
        ("[1]", "line 1: the whole file is one JSON array"),
        ('{"messages": []}\nnot json\n', "line 2: not JSON"),
    ],
)
def test_2_a_file_that_is_not_json_lines(tmp_path: Path, content: str | None, said: str) -> None:
    """It is told before anybody is asked: no server is needed to fail."""
    file = tmp_path / "train.jsonl"
    if content is not None:
        file.write_text(content)
    done = here("jobs", "create", file, "--model", "m", OPENAI_API_KEY="sk-x")
    assert (done.code, done.out) == (2, "")
    assert f"{file}" in done.err
    assert said in done.err


def test_2_a_bad_validation_file_keeps_the_good_one_here(
    mine: dict[str, str], good: Path, tmp_path: Path
) -> None:
    """Nothing is uploaded."""
    done = here("jobs", "create", good, "--validation", tmp_path, "--model", "tiny-bytes-1", **mine)
    assert done.code == 2
    assert f"{tmp_path}: this is a directory" in done.err


@pytest.mark.parametrize(
    "arguments",
    [
        ("--epochs", "0"),
        ("--epochs", "1.5"),
        ("--batch-size", "many"),
        ("--lr-multiplier", "-1"),
        ("--lr-multiplier", "nan"),
        ("--seed", "-1"),
        ("--metadata", "novalue"),
        ("--metadata", "=x"),
        ("--profile", "nobody"),
        ("--nix",),
    ],
)
def test_2_arguments_that_make_no_sense(good: Path, arguments: tuple[str, ...]) -> None:
    """One sentence that names what was given."""
    done = here("jobs", "create", good, "--model", "m", *arguments, OPENAI_API_KEY="sk-x")
    assert (done.code, done.out) == (2, "")
    assert arguments[-1].lstrip("-") in done.err


def test_2_nothing_to_work_with() -> None:
    """No profile and no key: say what would help."""
    done = finetop("jobs", "list")
    assert done.code == 2
    assert "OPENAI_API_KEY" in done.err
    assert "--profile local" in done.err


def test_2_a_settings_file_with_a_mistake(tmp_path: Path) -> None:
    """The file and the place are named."""
    settings = tmp_path / "config.toml"
    settings.write_text("[profiles.a]\nbase_url = 7\n")
    done = here("jobs", "list", FINETOP_CONFIG=str(settings))
    assert done.code == 2
    assert f"{settings}, line 2: profile a: base_url" in done.err


def test_2_a_store_that_cannot_be_written(tmp_path: Path) -> None:
    """One sentence, no traceback."""
    (tmp_path / "data").write_text("")
    done = here("jobs", "list", OPENAI_API_KEY="sk-x", FINETOP_DATA=str(tmp_path / "data"))
    assert done.code == 2
    assert str(tmp_path / "data") in done.err


def test_3_a_wrong_token(served: Served) -> None:
    """The server answered, and refused."""
    done = finetop("jobs", "list", **(served.environ | {"OPENAI_API_KEY": "sk-wrong"}))
    assert (done.code, done.out) == (3, "")
    assert "sk-wrong" not in done.err


def test_3_an_unknown_model_is_told_those_that_exist(mine: dict[str, str], good: Path) -> None:
    """Never mapped onto the tiny one silently."""
    done = here("jobs", "create", good, "--model", "gpt-4o-mini", **mine)
    assert (done.code, done.out) == (3, "")
    assert "tiny-bytes-1" in done.err


def test_3_an_unknown_job(mine: dict[str, str]) -> None:
    """404 for one object."""
    for command in ("get", "events", "cancel"):
        assert here("jobs", command, "ftjob-nobody", **mine).code == 3


def test_3_a_server_without_a_fine_tuning_api() -> None:
    """404 for the route itself is said in words."""
    with answering(404) as environ:
        done = here("jobs", "list", **environ)
    assert done.code == 3
    assert "no fine-tuning API" in done.err


def test_4_nobody_answers(good: Path) -> None:
    """The port is closed."""
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    environ = {"OPENAI_API_KEY": "sk-x", "OPENAI_BASE_URL": f"http://127.0.0.1:{port}/v1"}
    assert finetop("jobs", "create", good, "--model", "m", **environ).code == 4


def test_75_the_provider_asks_to_wait() -> None:
    """A pause longer than anybody would wait for silently is told at once."""
    error = json.dumps({"error": {"message": "slow down", "type": "requests", "code": "rate_limit_exceeded"}})
    with answering(429, error, Retry_After="3600") as environ:
        done = finetop("jobs", "list", **environ)
    assert done.code == 75
    assert "slow down" in done.err


def test_130_interrupted(mine: dict[str, str], tmp_path: Path) -> None:
    """Ctrl-C ends the waiting, not the job, and says how to see it again."""
    waiting = start(*long_job(tmp_path), "--wait", "--json", **mine)
    job_id = created_id(waiting)
    waiting.send_signal(signal.SIGINT)
    out, err = waiting.communicate(timeout=60)
    assert (waiting.returncode, out) == (130, "")
    assert f"finetop jobs get {job_id}" in err
    assert "Traceback" not in err
    job = here("jobs", "get", job_id, "--json", **mine).json
    assert job["status"] in {"checking", "queued", "running"}
    here("jobs", "cancel", job_id, **mine)


def test_a_full_disk(mine: dict[str, str]) -> None:
    """What was asked for could not be delivered: that is no success."""
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "finetop", "jobs", "list", "--json"],
            env={**os.environ, **mine},
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 1
    assert done.stderr == "finetop: the result cannot be written: No space left on device\n"


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ("--help >/dev/full", 1, "finetop: the result cannot be written: No space left on device\n"),
        ("config >&-", 1, "finetop: the result cannot be written: Bad file descriptor\n"),
        ("jobs lst 2>&-", 2, ""),
    ],
)
def test_streams_that_take_nothing(words: str, code: int, said: str) -> None:
    """A disk that is full, or a stream that was closed: what was asked for could not be delivered."""
    command = f"{sys.executable} -m finetop {words}"
    done = subprocess.run(["/bin/sh", "-c", command], stderr=subprocess.PIPE, text=True, check=False)
    assert (done.returncode, done.stderr) == (code, said)


def test_a_locale_without_the_letter(tmp_path: Path) -> None:
    """It is a question mark there, and the rest of the table stands."""
    settings = tmp_path / "config.toml"
    settings.write_text('[profiles.one]\ndialect = "archive"\npath = "/nowhere/\u5c71"\n', "utf-8")
    done = finetop("config", FINETOP_CONFIG=str(settings), PYTHONIOENCODING="ascii")
    assert (done.code, "one (/nowhere/?)" in done.out) == (0, True)


def test_a_reader_that_goes_away(mine: dict[str, str], good: Path) -> None:
    """`finetop jobs list | head` ends quietly."""
    reader, writer = socket.socketpair()
    reader.close()
    with writer:
        done = subprocess.run(
            [sys.executable, "-m", "finetop", "jobs", "list", "--json"],
            env={**os.environ, **mine},
            stdout=writer.fileno(),
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 141
    assert "Traceback" not in done.stderr
