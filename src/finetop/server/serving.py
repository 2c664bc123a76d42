"""Runs one server from its lock to its orderly end."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import shutil
import signal
import socket
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import uvicorn

from finetop.errors import BadInput, FinetopError
from finetop.server import assembling, disks, files, jobs, life
from finetop.server.app import make_app
from finetop.server.database import Database
from finetop.server.launchers.local import LocalLauncher
from finetop.server.layout import Layout
from finetop.server.protocol import Http11
from finetop.server.scheduler import Scheduler
from finetop.server.services import Services

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.types import ASGIApp

_PAUSE_PATIENCE_S = 60.0
_LEAVE_PATIENCE_S = 5.0
_CLIENT_PATIENCE_S = 1
"""How long an answer under way may take when the server ends."""
_IDLE_LOOK_S = 5.0
_CARD_LOOK_S = 30.0
"""How often a server that is never idle looks whether it can still be found."""
# Longer than any client keeps an idle connection, so that no request meets a closing one.
_KEEP_ALIVE_S = 75

_SIGNALS = {signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGUSR1}

_log = logging.getLogger("finetop.server")


@dataclass(frozen=True)
class Options:
    """How to serve."""

    data_dir: Path
    host: str = "127.0.0.1"
    port: int = 0
    """0 takes any that is free."""
    slots: int = 1
    """How many jobs train at once, beside one short job."""
    json: bool = False
    """Tell where we serve as one line of JSON on stdout."""
    parent_fd: int | None = None
    """A pipe's end; when the other end closes, workers are ended and the server with them."""
    ephemeral: bool = False
    """Workers end with the server, and the data directory goes."""
    idle_exit_s: float | None = None
    """End after so many seconds without a request and without a job that trains or waits for its turn."""
    prepare: Callable[[Database, Layout], None] | None = None
    """Called once on a fresh server before it answers."""


def serve(options: Options) -> None:
    """Serve until told to end; the lock of the data directory is held all the while."""
    logging.basicConfig(
        stream=sys.stderr, level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    # What goes wrong in a request is logged where it is answered; what is left is strangers' noise.
    logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
    # It tells of every malformed form, which the answer does already.
    logging.getLogger("python_multipart").setLevel(logging.ERROR)
    data_dir = options.data_dir.expanduser().resolve()
    home = disks.home(data_dir)
    for directory in dict.fromkeys((data_dir, home)):
        disks.make_private(directory)
    if home != data_dir:
        sys.stderr.write(f"{data_dir} is on a network disk; the database is kept in {home}.\n")
    with life.locked(home, data_dir):
        try:
            _serve_locked(options, data_dir, home)
        finally:
            life.withdraw(home)
    if options.ephemeral:
        shutil.rmtree(data_dir, ignore_errors=True)


def _serve_locked(options: Options, data_dir: Path, home: Path) -> None:
    listener = _listen(options.host, options.port)
    layout = Layout(data_dir, life.database_path(data_dir))
    layout.prepare()
    database = Database(layout.database)
    try:
        files.sweep(database, layout)
        assembling.sweep(database, layout)
        if options.prepare is not None:
            options.prepare(database, layout)
        key = life.api_key(home)
        url = _url(options.host, listener)
        # Until the loop listens for them they wait: an end just after announcing must be orderly too.
        signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
        life.announce(home, url)
        _tell(options, url, key, data_dir)
        with contextlib.suppress(KeyboardInterrupt):
            asyncio.run(Life(options, database, layout, key, _Card(home, url)).run(listener))
    finally:
        database.close()
        listener.close()


def _listen(host: str, port: int) -> socket.socket:
    if not 0 <= port <= 65535:
        # The resolver would take it modulo 65536.
        raise BadInput(f"There is no port {port}.", hint="Give a --port from 0 to 65535; 0 takes any.")
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, kind, protocol)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(128)
    except OSError as error:
        raise BadInput(
            f"The server cannot listen on {host} port {port}: {error.strerror or error}.",
            hint="Give another --port, or 0 for any that is free.",
        ) from error
    return listener


def _url(host: str, listener: socket.socket) -> str:
    port = listener.getsockname()[1]
    if host in ("0.0.0.0", "::", ""):  # noqa: S104 - what to call it from here, not what to listen on
        host = "127.0.0.1" if listener.family == socket.AF_INET else "::1"
    return f"http://[{host}]:{port}/v1" if ":" in host else f"http://{host}:{port}/v1"


def _tell(options: Options, url: str, key: str, data_dir: Path) -> None:
    if options.json:
        line = {"base_url": url, "api_key": key, "pid": os.getpid(), "data_dir": str(data_dir)}
        sys.stdout.write(json.dumps(line) + "\n")
        sys.stdout.flush()
    else:
        sys.stderr.write(f"Serving {url} from {data_dir}; Ctrl-C ends the server, not its jobs.\n")


class _Http(uvicorn.Server):
    """uvicorn without its own signals and without its tick: it sleeps until it is to end."""

    def __init__(self, app: ASGIApp) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                loop="asyncio",
                http=Http11,
                ws="none",
                lifespan="off",
                log_config=None,
                access_log=False,
                date_header=False,
                server_header=False,
                proxy_headers=False,
                timeout_keep_alive=_KEEP_ALIVE_S,
                timeout_graceful_shutdown=_CLIENT_PATIENCE_S,
            )
        )
        self.ending = asyncio.Event()

    @contextlib.contextmanager
    def capture_signals(self):  # type: ignore[no-untyped-def]  # noqa: ANN202 - as the base class has it
        """Leave the signals to us: uvicorn would raise them again before we have tidied up."""
        yield

    async def main_loop(self) -> None:
        """Wait for the end."""
        await self.ending.wait()


class _Card(NamedTuple):
    """What is written down of where we serve."""

    home: Path
    url: str


class Life:
    """What goes on in a server beside its answers: the scheduler, and the reasons to end."""

    def __init__(self, options: Options, database: Database, layout: Layout, key: str, card: _Card) -> None:
        self._options = options
        self._database = database
        self._layout = layout
        self._key = key
        self._card = card
        self._pausing = False
        self._orphaned = False
        self._has_failed = False

    async def run(self, listener: socket.socket) -> None:
        """Serve until the end."""
        scheduler = Scheduler(self._database, self._layout, LocalLauncher(), slots=self._options.slots)
        services = Services(self._database, self._layout, scheduler, self._key)
        self._streams = services.streams
        self._http = _Http(make_app(services))
        self._watch_signals()
        # A worker's end is news at once, not at the scheduler's next look.
        asyncio.get_running_loop().add_signal_handler(signal.SIGCHLD, scheduler.wake)
        self._watch_parent()
        async with asyncio.TaskGroup() as tasks:
            work = tasks.create_task(self._work(scheduler))
            looks = tasks.create_task(self._look_around(services))
            await self._http.serve(sockets=[listener])
            if self._pausing:
                await scheduler.pause_all(_LEAVE_PATIENCE_S if self._orphaned else _PAUSE_PATIENCE_S)
            work.cancel()
            looks.cancel()
        if self._orphaned or self._options.ephemeral:
            await scheduler.kill_all()
        if self._has_failed:
            raise FinetopError("The server ended by an accident of its own.", hint="Its log says which.")

    async def _work(self, scheduler: Scheduler) -> None:
        try:
            await scheduler.run()
        except Exception:  # noqa: BLE001 - outermost frame of a task
            # Answering without working would look well and do nothing.
            _log.exception("the scheduler failed; the server ends")
            self._has_failed = True
            self._end()

    def _end(self) -> None:
        self._streams.end()
        self._http.should_exit = True
        self._http.ending.set()

    def _watch_signals(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            loop.add_signal_handler(number, self._end)
        loop.add_signal_handler(signal.SIGUSR1, self._end_paused)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _SIGNALS)

    def _end_paused(self) -> None:
        self._pausing = True
        self._end()

    def _watch_parent(self) -> None:
        descriptor = self._options.parent_fd
        if descriptor is None:
            return
        loop = asyncio.get_running_loop()
        os.set_inheritable(descriptor, False)

        def wait() -> None:
            with contextlib.suppress(OSError):
                while os.read(descriptor, 64):
                    pass
            loop.call_soon_threadsafe(self._end_orphaned)

        threading.Thread(target=wait, name="parent", daemon=True).start()

    def _end_orphaned(self) -> None:
        self._orphaned = True
        # What is kept should go on from here when it is opened again; what is not needs no saving.
        self._pausing = not self._options.ephemeral
        self._end()

    async def _look_around(self, services: Services) -> None:
        """Stay to be found; end once nobody has wanted anything for long enough."""
        patience_s = self._options.idle_exit_s
        while True:
            await asyncio.sleep(_CARD_LOOK_S if patience_s is None else min(_IDLE_LOOK_S, patience_s / 2))
            if life.keep_announced(*self._card):
                _log.warning("somebody took away the file that says where this server is; it is there again")
            if patience_s is None:
                continue
            if jobs.going_on(self._database):
                services.asked_at = max(services.asked_at, time.monotonic())
            elif time.monotonic() - services.asked_at > patience_s:
                self._end()
                return
