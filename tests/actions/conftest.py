"""A store, a real server, and worlds in which the network between them goes wrong."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

from faulty import Faulty, Rule, World
from finetop.store import Store
from server.running_server import RunningServer, examples, held, serving, workers


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
def busy_server(server: RunningServer) -> Iterator[RunningServer]:
    """Its one slot is taken for the whole module, so that the long jobs of its stories wait in line."""
    server.wait(server.create_long()["id"], "running")
    with held(workers(server.data_dir)):
        yield server


@pytest.fixture(scope="module")
def full_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """It has no slot but that for short jobs, and that one is taken: all jobs wait in line."""
    with serving(tmp_path_factory.mktemp("engine") / "data", "--slots", "0") as running:
        short = running.create(running.upload(examples(400)), hyperparameters={"n_epochs": 8})
        running.wait(short["id"], "running")
        with held(workers(running.data_dir)):
            yield running


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
