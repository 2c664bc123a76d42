"""Servers for the tests of this folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from finetop.server import scheduler
from server.house import House
from server.running_server import RunningServer, serving


@pytest.fixture(scope="session")
def server(
    tmp_path_factory: pytest.TempPathFactory, closed_environment: None, closed_network: None
) -> Iterator[RunningServer]:
    """One server for all tests that leave nothing running."""
    with serving(tmp_path_factory.mktemp("server") / "data", "--slots", "2") as running:
        yield running


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    """A scheduler of the test's own, over workers that are only written down; it looks often."""
    monkeypatch.setattr(scheduler, "LOOK_EVERY_S", 0.02)
    house = House(tmp_path)
    yield house
    house.database.close()
