"""One server for the stories of this folder, and the ways to speak with it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from commands import Served, examples, serving


@pytest.fixture(scope="session")
def served(
    tmp_path_factory: pytest.TempPathFactory, closed_environment: None, closed_network: None
) -> Iterator[Served]:
    """One server for all stories that need nothing else of it."""
    with serving(tmp_path_factory.mktemp("engine"), "--slots", 2) as running:
        yield running


@pytest.fixture
def mine(served: Served, tmp_path: Path) -> dict[str, str]:
    """An environment whose one profile is that server, as an engine of this machine."""
    settings = tmp_path / "mine.toml"
    settings.write_text(f'[profiles.mine]\ndialect = "local"\ndata_dir = "{served.card["data_dir"]}"\n')
    return {"FINETOP_CONFIG": str(settings)}


@pytest.fixture
def good(tmp_path: Path) -> Path:
    return examples(tmp_path / "good.jsonl")
