"""Runs `finetop` as a person's shell or script would: in a process of its own, or in this one where only
what it says and its code are asked for.
"""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from finetop import __main__
from finetop.cli import Screens
from finetop.cli.main import run

PATIENCE_S = 60.0
"""Long enough for the slowest machine; nothing waits this long unless it is broken."""

FINETOP = (sys.executable, "-m", "finetop")
NO_SCREENS = Screens(open=lambda _: 1, ask=lambda _: None, keys=__main__._keys)


@dataclass(frozen=True)
class Done:
    """A command that has ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one JSON value on stdout."""
        return json.loads(self.out)


def finetop(*arguments: object, **environ: str) -> Done:
    """Run one command to its end; expected errors never show a traceback."""
    process = start(*arguments, **environ)
    out, err = process.communicate(timeout=PATIENCE_S)
    assert "Traceback" not in err, err
    return Done(process.returncode, out, err)


def here(*arguments: object, **environ: str) -> Done:
    """Run one command in this process, which costs a tenth of one of its own."""
    out, err = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        for name, value in environ.items():
            patch.setenv(name, value)
        code = run([str(argument) for argument in arguments], NO_SCREENS)
    return Done(code, out.getvalue(), err.getvalue())


def start(*arguments: object, **environ: str) -> subprocess.Popen[str]:
    """Start one command and leave it running."""
    return subprocess.Popen(
        [*FINETOP, *map(str, arguments)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, **environ},
        text=True,
    )


@dataclass(frozen=True)
class Served:
    """A `finetop serve` that runs."""

    process: subprocess.Popen[str]
    card: Mapping[str, Any]
    """What it said of itself on its one line."""

    @property
    def environ(self) -> dict[str, str]:
        """What any OpenAI client needs to find it."""
        return {"OPENAI_BASE_URL": self.card["base_url"], "OPENAI_API_KEY": self.card["api_key"]}


@contextmanager
def serving(data_dir: Path, *options: object) -> Iterator[Served]:
    """`finetop serve --json` for as long as the block lasts; what trains then is ended with it."""
    process = start("serve", "--data-dir", data_dir, "--json", *options)
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        if not line:
            raise AssertionError(process.communicate()[1])
        yield Served(process, json.loads(line))
    finally:
        if process.poll() is None:
            here("serve", "--data-dir", data_dir, "--stop", "--jobs")
        process.communicate(timeout=PATIENCE_S)


def examples(path: Path, count: int = 12, *, bad_line: int | None = None) -> Path:
    """Write a training file of sums; `bad_line` has no assistant message."""
    lines = []
    for number in range(1, count + 1):
        turns = [{"role": "user", "content": f"What is {number} plus 2?"}]
        if number != bad_line:
            turns.append({"role": "assistant", "content": f"{number} plus 2 is {number + 2}."})
        lines.append(json.dumps({"messages": turns}))
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


def until(condition: Callable[[], Any], what: str) -> Any:
    """Wait for a condition and return its value."""
    deadline = time.monotonic() + PATIENCE_S
    while not (value := condition()):
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        time.sleep(0.02)
    return value


def alive(pid: int) -> bool:
    """Whether a process still runs; one that only waits to be collected does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def kill(pid: int, number: int = signal.SIGKILL) -> None:
    """Send one signal to one process."""
    os.kill(pid, number)
