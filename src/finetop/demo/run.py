"""Starts the demo's own server and takes it away again, whichever way the screen is left.

The server holds one end of a pipe and the screen's process the other. However that process ends,
by `q`, a closed terminal or kill -9, the system closes its end; the server then ends its workers
and deletes the directory by itself.
"""

from __future__ import annotations

import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from finetop.config import Paths, Profile
from finetop.demo import place
from finetop.errors import BadInput, FinetopError

SERVER = ("-m", "finetop.demo.serving")

START_PATIENCE_S = 60.0
"""Between the start of the server and its first line; a fraction of a second where nothing is wrong."""
END_PATIENCE_S = 10.0
"""Workers are killed, not asked; what lasts is the deletion on a slow disk."""


@dataclass
class Demo:
    """A demo that runs."""

    directory: Path
    is_kept: bool
    paths: Paths
    profile: Profile
    sample: str
    """Id of the uploaded file to begin with."""
    _server: subprocess.Popen[bytes] = field(repr=False)
    _pipe: int = field(repr=False)

    def end(self) -> None:
        """End the server and its workers, and delete the directory unless it is kept."""
        if self._pipe < 0:
            return
        os.close(self._pipe)
        self._pipe = -1
        try:
            self._server.wait(END_PATIENCE_S)
        except subprocess.TimeoutExpired:
            self._server.kill()
            self._server.wait()
        if not self.is_kept:
            shutil.rmtree(self.directory, ignore_errors=True)


def start(keep: Path | None) -> Demo:
    """Start a server with jobs to look at, in a temporary directory or in one that is kept."""
    directory = Path(tempfile.mkdtemp(prefix="finetop-demo-")) if keep is None else _claim(keep)
    ours, pipe = os.pipe()
    try:
        server = _start_server(directory, ours, is_kept=keep is not None)
    except BaseException:
        os.close(pipe)
        if keep is None:
            shutil.rmtree(directory, ignore_errors=True)
        raise
    finally:
        os.close(ours)
    demo = Demo(
        directory=directory,
        is_kept=keep is not None,
        paths=Paths(
            config_file=directory / "screen" / "config.toml",
            data_dir=directory / "screen",
            state_dir=directory / "screen",
        ),
        profile=Profile(name="demo", dialect="local", base_url="", data_dir=str(directory)),
        sample="",
        _server=server,
        _pipe=pipe,
    )
    try:
        _wait_until_ready(server, directory)
        demo.sample = place.read(directory).sample
    except BaseException:
        demo.end()
        raise
    return demo


def _claim(keep: Path) -> Path:
    """The directory to keep: a new one, an empty one, or that of an earlier demo."""
    directory = keep.expanduser().absolute()
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        is_free = not any(directory.iterdir())
    except OSError as error:
        raise BadInput(
            f"{directory} cannot hold the demo: {error.strerror}", hint="Give another --keep DIR."
        ) from error
    if not is_free and not place.is_demo(directory):
        raise BadInput(
            f"{directory} holds something else already", hint="Give an empty --keep DIR, or a new one."
        )
    return directory


def _start_server(directory: Path, pipe: int, *, is_kept: bool) -> subprocess.Popen[bytes]:
    """The server, in a session of its own: what the terminal does to its processes is not for it."""
    ending = "keep" if is_kept else "delete"
    with place.log_file(directory).open("ab") as log:
        return subprocess.Popen(
            [sys.executable, *SERVER, str(directory), str(pipe), ending],
            cwd=directory,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            pass_fds=(pipe,),
            start_new_session=True,
        )


def _wait_until_ready(server: subprocess.Popen[bytes], directory: Path) -> None:
    """Wait for the server's one line. Raises FinetopError with its last words when it never comes."""
    assert server.stdout is not None
    with server.stdout as stdout:
        ready, _, _ = select.select([stdout], [], [], START_PATIENCE_S)
        if ready and stdout.readline():
            return
    server.send_signal(signal.SIGTERM)
    said = place.log_file(directory).read_text("utf-8", "replace").strip().splitlines()
    raise FinetopError(
        f"the demo's server did not start{': ' if said else ''}{said[-1] if said else ''}",
        hint="See what finetop serve says.",
    )
