"""An order to a job outlives the process that gave it: looked for at the next start, never given again."""

from __future__ import annotations

import itertools
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from actions.ordering import KINDS, MOMENTS
from faulty import FastTime, Faulty
from finetop.actions import orphans
from finetop.actions.desk import Desk
from finetop.client import ApiClient
from finetop.providers.openai import OpenAI
from finetop.store import Store
from server.running_server import RunningServer, examples

if TYPE_CHECKING:
    from collections.abc import Iterator

    from finetop.providers import Provider

HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def jobs(busy_server: RunningServer) -> Iterator[str]:
    """Jobs in line, made at once; short ones would pass the others."""
    file_id, long = busy_server.upload(examples(400)), {"n_epochs": 50, "batch_size": 1}
    made = [busy_server.create(file_id, hyperparameters=long)["id"] for _ in range(len(KINDS) * len(MOMENTS))]
    for job in made:
        busy_server.wait(job, "queued")
    return iter(made)


@pytest.fixture(scope="module")
def doomed(
    server: RunningServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[subprocess.Popen[str], Path]]:
    """The process whose children give orders and die; and their store."""
    store_file = tmp_path_factory.mktemp("store") / "finetop.db"
    Store(store_file).close()
    with subprocess.Popen(
        [sys.executable, str(HERE / "ordering.py"), str(store_file), str(server.data_dir)],
        env={**os.environ, "PYTHONPATH": str(HERE.parent)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        yield process, store_file
        process.communicate()


@pytest.mark.parametrize(("kind", "moment"), list(itertools.product(KINDS, MOMENTS)))
async def test_an_order_is_settled_at_the_next_start(
    server: RunningServer,
    jobs: Iterator[str],
    doomed: tuple[subprocess.Popen[str], Path],
    kind: str,
    moment: str,
) -> None:
    job = next(jobs)
    if kind == "resume":
        assert server.http.post(f"/fine_tuning/jobs/{job}/pause").status_code == 200
    process, store_file = doomed
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(f"{moment} {kind} {job}\n")
    process.stdin.flush()
    assert int(process.stdout.readline()) == -signal.SIGKILL

    arrived = moment not in {"written", "sent"}
    store, time = Store(store_file), FastTime()
    account = store.accounts.ensure(dialect="openai", base_url=f"local:{server.data_dir}")

    async def deleted(request: httpx.Request, go_on: Any) -> httpx.Response | None:
        return httpx.Response(404, json={"error": {"message": "no such job"}})

    network = Faulty(*[deleted] * (kind == "delete" and arrived))
    client = ApiClient(server.url, server.api_key, transport=network)

    async def provider() -> Provider:
        return OpenAI(client)

    (left,) = orphans.left(store, account)
    assert (left.kind, left.file, left.state) == (kind, job, "written" if moment == "written" else "sent")
    await orphans.settle(Desk(store, account, provider, sleep=time.sleep, clock=time.now), left)
    settled = store.journal.get(left.uuid)
    assert settled is not None
    assert settled.state == ("created" if arrived else "dismissed" if moment == "written" else "unsure")
    assert {method for method, _ in network.asked} <= {"GET"}, "nothing was sent again"
    assert orphans.left(store, account) == []
    await client.close()
    store.close()
