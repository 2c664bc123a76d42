"""A recorder is killed at twenty seeded moments; the next one goes on, and nothing tells of it."""

from __future__ import annotations

import json
import random
import signal
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from commands import start, until
from finetop.demo import recordings
from finetop.demo.seed import _Seed
from finetop.server.database import Database
from finetop.server.layout import Layout
from finetop.server.life import database_path
from finetop.store import Store
from server.running_server import PATIENCE_S, RunningServer, serving

PAST = ("kind-pairs", "modest", "town-hall", "reviews", "polite-hot")
"""Recorded trainings of three methods and three ends, some with logs of several pages."""
KILLING = Path(__file__).parents[1] / "server" / "killing"
SEED = 4
CALLS = {
    # Every event of these, the parts they were read in, every commit; then what a commit holds.
    "insert or ignore into event": 300,
    "recv": 14,
    "commit": 18,
    "begin immediate": 18,
    "insert into metric": 200,
    "insert into job": 5,
    "update job set": 200,
    "delete from checkpoint": 2,
}
Moment = dict[str, Any]


def moments() -> list[Moment]:
    draw = random.Random(SEED)
    kinds = list(CALLS) * 3
    return [
        {"call": call, "when": draw.choice(["before", "after"]), "n": draw.randint(1, CALLS[call])}
        for call in kinds[:20]
    ]


@pytest.fixture(scope="module")
def past(
    tmp_path_factory: pytest.TempPathFactory, closed_environment: None, closed_network: None
) -> Iterator[RunningServer]:
    """A real server whose jobs have all ended."""
    data_dir = tmp_path_factory.mktemp("past") / "data"
    data_dir.mkdir(mode=0o700)
    layout = Layout(data_dir, database_path(data_dir))
    layout.prepare()
    database = Database(layout.database)
    seed = _Seed(database, layout)
    for age_s, recording in enumerate(found for found in recordings() if found.job.suffix in PAST):
        seed._past(recording, 1_790_000_000.0 - 10_000 * age_s)
    database.close()
    with serving(data_dir) as running:
        yield running


class House:
    """A person's folders, and the recorders that ran in them."""

    def __init__(self, folder: Path, server: RunningServer) -> None:
        folder.mkdir()
        self.folder = folder
        self.store_file = folder / "data" / "finetop.db"
        settings = folder / "config.toml"
        settings.write_text(f'[profiles.past]\ndialect = "local"\ndata_dir = "{server.data_dir}"\n')
        self.environ = {"FINETOP_CONFIG": str(settings), "FINETOP_DATA": str(folder / "data")}

    def record_until_killed(self, moment: Moment) -> None:
        """Start a recorder that does not survive this moment."""
        plan, mark = self.folder / "plan.json", self.folder / "mark"
        mark.unlink(missing_ok=True)
        plan.write_text(json.dumps({"record": {**moment, "mark": str(mark)}}))
        process = start("record", **self.environ, PYTHONPATH=str(KILLING), FINETOP_TEST_KILLS=str(plan))
        try:
            _, said = process.communicate(timeout=PATIENCE_S)
        finally:
            process.kill()
        assert process.returncode == -signal.SIGKILL, (moment, said)

    def record_to_the_end(self) -> None:
        """Record until nothing is left to be fetched."""
        process = start("record", **self.environ)
        until(self._is_whole, "the whole past")
        process.terminate()
        _, said = process.communicate(timeout=PATIENCE_S)
        assert process.returncode == 0, said

    def _is_whole(self) -> bool:
        if not self.store_file.exists():
            return False
        store = Store(self.store_file)
        try:
            return (
                len(store.jobs.known(1)) == len(PAST)
                and store.jobs.incomplete(1, 99) == []
                and store.library.models(1) != []
            )
        finally:
            store.close()

    def known(self) -> dict[str, list[Any]]:
        """All that is known of jobs, without when we came to know it."""
        connection = sqlite3.connect(self.store_file)
        assert connection.execute("pragma integrity_check").fetchone() == ("ok",)
        of_job = """id, status, created_at, form, raw, started_at, step, total_steps, epoch, train_loss,
            valid_loss, first_step, first_step_at, last_step_at, whole, gone, said, step_s, left_s"""
        tables = {
            "job": f"select {of_job} from job order by id",
            "event": """select job, id, created_at, level, type, message, data from event
                order by job, rowid""",
            "metric": "select * from metric order by job, step",
            "checkpoint": "select * from checkpoint order by job, id",
            "model": "select * from model order by id",
        }
        found = {name: connection.execute(query).fetchall() for name, query in tables.items()}
        connection.close()
        return found


@pytest.fixture(scope="module")
def undisturbed(past: RunningServer, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Any]]:
    """What a recorder knows in the end that nobody killed."""
    house = House(tmp_path_factory.mktemp("house") / "undisturbed", past)
    house.record_to_the_end()
    return house.known()


def test_three_in_a_row_leave_no_trace(
    tmp_path: Path, past: RunningServer, undisturbed: dict[str, list[Any]]
) -> None:
    """In one house: each goes on where the last one was killed, amid a page and amid a transaction."""
    assert len(undisturbed["event"]) > 400
    house = House(tmp_path / "house", past)
    for call, when, n in (
        ("recv", "after", 9),
        ("insert or ignore into event", "before", 33),
        ("commit", "before", 4),
    ):
        house.record_until_killed({"call": call, "when": when, "n": n})
    house.record_to_the_end()
    assert house.known() == undisturbed


@pytest.mark.engine
@pytest.mark.parametrize(
    "moment", moments(), ids=lambda moment: f"{moment['call']}-{moment['when']}-{moment['n']}"
)
def test_a_killed_recorder_leaves_no_trace(
    tmp_path: Path, past: RunningServer, undisturbed: dict[str, list[Any]], moment: Moment
) -> None:
    house = House(tmp_path / "house", past)
    house.record_until_killed(moment)
    house.record_to_the_end()
    assert house.known() == undisturbed
