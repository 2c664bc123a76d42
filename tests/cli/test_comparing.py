"""`finetop jobs compare`: what differs between jobs that are known, or asked for anew."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from commands import here
from drivers import STORY, fill, house

if TYPE_CHECKING:
    from pathlib import Path

NEW, OLD = (
    next(told.id for told in STORY if told.suffix == name) for name in ("support-bot-v3", "support-bot-v2")
)


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    paths = house(tmp_path)
    fill(paths)
    paths.config_file.write_text('[profiles.openai]\nkey_env = "OPENAI_API_KEY"\n')
    return {
        "FINETOP_CONFIG": str(paths.config_file),
        "FINETOP_DATA": str(paths.data_dir),
        "OPENAI_API_KEY": "key",
    }


def test_two_jobs_side_by_side(environ: dict[str, str]) -> None:
    done = here("jobs", "compare", OLD, NEW, "--offline", **environ)
    assert done.code == 0, done.err
    head, *lines = done.out.splitlines()
    assert head.endswith(" A AGAINST B")
    assert "A support-bot-v2" in head
    assert "B support-bot-v3" in head
    assert any(line.startswith("State") and "succeeded" in line and "running, 62 %" in line for line in lines)
    assert "TIMING" in lines
    assert "Batch size" not in done.out
    assert lines[-1].startswith("A and B are as good")
    assert "Batch size" in here("jobs", "compare", OLD, NEW, "--offline", "--all", **environ).out


def test_three_jobs_for_a_program(environ: dict[str, str]) -> None:
    other = next(told.id for told in STORY if told.suffix == "summaries-nl")
    found: dict[str, Any] = here("jobs", "compare", OLD, NEW, other, "--offline", "--json", **environ).json
    assert [one["letter"] for one in found["jobs"]] == ["A", "B", "C"]
    steps = next(field for field in found["fields"] if field["name"] == "steps")
    assert steps["values"] == {"A": 240, "B": 186, "C": 300}
    assert steps["differs"]


@pytest.mark.parametrize(
    ("ids", "said"),
    [((OLD,), "1 job cannot be compared"), ((OLD, "ftjob-no"), "nothing is known of ftjob-no")],
)
def test_what_cannot_be_compared(environ: dict[str, str], ids: tuple[str, ...], said: str) -> None:
    done = here("jobs", "compare", *ids, "--offline", **environ)
    assert (done.code, done.out) == (2, "")
    assert said in done.err
