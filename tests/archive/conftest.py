"""The demo's past as a server that stands still, and sessions that save it."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from queue import Queue
from typing import TYPE_CHECKING, Any, cast

import httpx
import pytest
import uvicorn

from finetop.config import Paths, Profile
from finetop.demo.seed import seed
from finetop.server.app import make_app
from finetop.server.database import Database
from finetop.server.layout import Layout
from finetop.server.services import Services
from finetop.session import Session
from finetop.store import Store

if TYPE_CHECKING:
    from finetop.archive import Manifest
    from finetop.server.scheduler import Scheduler

KEY = "museum"
Rule = Callable[[httpx.Request], httpx.Response | None]


class Museum(httpx.AsyncBaseTransport):
    """The way to the demo's jobs behind the real routes; nothing in them changes by itself."""

    def __init__(self, address: str) -> None:
        self.profile = Profile("museum", base_url=address, key_env="MUSEUM_KEY")
        self.asked: list[str] = []
        """Paths, as they were asked for."""
        self.listed: list[Any] | None = None
        """The only jobs it lists, in its own words."""
        self.rule: Rule | None = None
        """Answers in the server's place where it has something to say."""
        self._real = httpx.AsyncHTTPTransport()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request.url.path.removeprefix("/v1"))
        answer = self.rule(request) if self.rule is not None else None
        if answer is None and self.listed is not None and request.url.path.endswith("/fine_tuning/jobs"):
            answer = httpx.Response(200, json={"object": "list", "data": self.listed, "has_more": False})
        return answer or await self._real.handle_async_request(request)

    async def aclose(self) -> None:
        await self._real.aclose()
        self._real = httpx.AsyncHTTPTransport()

    def forget(self) -> None:
        """Begin a new story."""
        self.asked.clear()
        self.rule = None


class Door:
    """Stands before the museum and can be shut after so many questions."""

    def __init__(self) -> None:
        self._open_for: int | None = None
        self._passed = 0
        self._met = threading.Event()

    @contextmanager
    def shut_after(self, questions: int) -> Iterator[Callable[[], None]]:
        """Let so many questions pass and no more; what is given waits until one stands before it."""
        self._passed, self._open_for = 0, questions
        self._met.clear()
        try:
            yield self._wait
        finally:
            self._open_for = None

    def _wait(self) -> None:
        assert self._met.wait(60), "nobody came to the door"

    def before(self, app: Any) -> Any:
        """The same application behind this door."""

        async def behind(scope: Any, receive: Any, send: Any) -> None:
            self._passed += 1
            while self._open_for is not None and self._passed > self._open_for:
                self._met.set()
                await asyncio.sleep(0.02)
            await app(scope, receive, send)

        return behind


@pytest.fixture(scope="session")
def door() -> Door:
    return Door()


@pytest.fixture(scope="session")
def address(tmp_path_factory: pytest.TempPathFactory, closed_network: None, door: Door) -> Iterator[str]:
    """Where the demo's past is served."""
    folder = tmp_path_factory.mktemp("museum")
    layout = Layout(folder, folder / "server.db")
    layout.prepare()
    serving: Queue[uvicorn.Server] = Queue()

    def serve() -> None:  # SQLite's objects stay in the thread that made them
        with closing(Database(layout.database)) as database:
            seed(database, layout)
            app = door.before(make_app(Services(database, layout, cast("Scheduler", None), KEY)))
            serving.put(server := uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="off")))
            server.run(sockets=[listener])

    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        thread = threading.Thread(target=serve)
        thread.start()
        server = serving.get(timeout=60)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/v1"
        server.should_exit = True
        thread.join()


@pytest.fixture
def museum(address: str) -> Museum:
    return Museum(address)


@pytest.fixture(scope="session")
def kept(tmp_path_factory: pytest.TempPathFactory, address: str) -> Path:
    """An archive of it that nobody changes."""
    folder = tmp_path_factory.mktemp("kept")
    saved(Museum(address), folder, folder / "archive")
    return folder / "archive"


def words(archive: Path) -> list[dict[str, Any]]:
    """The jobs of an archive in the museum's own words."""
    return [json.loads(line)["raw"] for line in (archive / "jobs.jsonl").read_text("utf-8").splitlines()]


@pytest.fixture
def few(museum: Museum, kept: Path) -> Museum:
    """One that lists three jobs which have little to tell."""
    ended = [job for job in words(kept) if job["status"] in {"failed", "cancelled"} or "events" in job]
    museum.listed = [*ended, words(kept)[-1]][:3]
    return museum


@contextmanager
def session(folder: Path, *profiles: Profile, museum: Museum | None = None, **more: Any) -> Iterator[Session]:
    """A session that asks when it is told to."""
    paths = Paths(folder / "config.toml", folder / "data", folder / "state")
    with closing(Store(paths.store_file)) as store:
        opened = Session(
            paths, profiles, store, environ={"MUSEUM_KEY": KEY}, transport=museum, **{"poll": False} | more
        )
        opened.start()
        try:
            yield opened
        finally:
            opened.close()


def saved(
    museum: Museum, folder: Path, target: Path, profile: Profile | None = None, **more: Any
) -> Manifest:
    """Save the museum."""
    with session(folder, profile or museum.profile, museum=museum) as opened:
        return opened.archive("museum", target, **more).result(20)
