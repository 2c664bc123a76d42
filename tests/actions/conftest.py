"""A store, a real server, and worlds in which the network between them goes wrong."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

from faulty import Faulty, Rule, World
from finetop.store import Store
from server.running_server import RunningServer, serving


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(tmp_path / "finetop.db")
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """One real server for all the stories of a module."""
    with serving(tmp_path_factory.mktemp("engine") / "data") as running:
        yield running


@pytest.fixture(scope="module")
def busy_server(server: RunningServer) -> RunningServer:
    """Its one slot is taken for the whole module, so that the jobs of its stories wait in line."""
    server.wait(server.create_long()["id"], "running")
    return server


@pytest.fixture
async def world(server: RunningServer, store: Store) -> AsyncIterator[Callable[..., World]]:
    """Makes worlds in which these rules hold, and closes them."""
    made: list[World] = []

    def make(*rules: Rule, hosted: bool = False) -> World:
        made.append(World(server, store, Faulty(*rules), hosted=hosted))
        return made[-1]

    yield make
    for one in made:
        await one.client.close()
