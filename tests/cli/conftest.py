"""One server for the stories of this folder, and the ways to speak with it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from commands import Served, examples, here, serving


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


@pytest.fixture(scope="session")
def past(
    served: Served,
    tmp_path_factory: pytest.TempPathFactory,
    closed_environment: None,
    closed_network: None,
) -> dict[str, Any]:
    """A job that has ended and whose log is known, and the environment of its profile `mine`."""
    folder = tmp_path_factory.mktemp("past")
    settings = folder / "mine.toml"
    settings.write_text(f'[profiles.mine]\ndialect = "local"\ndata_dir = "{served.card["data_dir"]}"\n')
    environ = {"FINETOP_CONFIG": str(settings), "FINETOP_DATA": str(folder / "data")}
    done = here(
        "jobs", "create", examples(folder / "good.jsonl"), "--model", "tiny-bytes-1", "--suffix", "looked",
        "--epochs", 2, "--lr-multiplier", "0.3", "-m", "team=looking", "-m", "tag=night", "--wait",
        "--field", "id", **environ,
    )  # fmt: skip
    assert done.code == 0, done.err
    id_ = done.out.strip()
    assert here("jobs", "metrics", id_, **environ).code == 0
    job = here("jobs", "get", id_, "--json", **environ).json
    return {
        "environ": environ,
        "job": job,
        "result": job["result_files"][0]["id"],
        "base_url": served.card["base_url"],
        "api_key": served.card["api_key"],
    }
