"""Servers for the tests of this folder."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from server.running_server import RunningServer, serving


@pytest.fixture(scope="session")
def server(
    tmp_path_factory: pytest.TempPathFactory, closed_environment: None, closed_network: None
) -> Iterator[RunningServer]:
    """One server for all tests that leave nothing running."""
    with serving(tmp_path_factory.mktemp("server") / "data", "--slots", "2") as running:
        yield running
