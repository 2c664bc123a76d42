"""Measurements of jobs whose log has none: read once from the result file, when the job has ended."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import httpx
import pytest

from cloud import START, Cloud
from finetop.client import ApiClient
from finetop.pace import LOCAL
from finetop.providers.openai import OpenAI
from finetop.recorder import Recorder
from finetop.store import JobKey, Series, Store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from finetop.providers import Provider

CSV = b"""step,train_loss,train_accuracy,valid_loss,valid_mean_token_accuracy
1,2.5,0.25,,
2,1.25,0.5,1.5,0.75
"""
CONTENT = "/files/file-r/content"


class Place:
    """A provider in memory and a recorder that asks it at a clock of its own."""

    def __init__(self, folder: Path) -> None:
        self.store = Store(folder / "finetop.db")
        self.account = self.store.accounts.ensure(dialect="openai", base_url="https://cloud.test/v1")
        self.cloud = Cloud()
        self.now = START + 1000
        client = ApiClient(
            "https://cloud.test/v1", "k", transport=httpx.MockTransport(self.cloud), clock=lambda: self.now
        )

        async def provider() -> Provider:
            return OpenAI(client)

        self.recorder = Recorder(self.store, self.account, provider, LOCAL, clock=lambda: self.now)

    async def rounds(self, count: int = 6) -> None:
        """Ask what is due, so many times."""
        for _ in range(count):
            await self.recorder.round()
            self.now += 10

    @property
    def downloads(self) -> int:
        """How often the result file was asked for."""
        return self.cloud.asked.count(CONTENT)

    def loss(self) -> Series:
        """The curve of the training loss."""
        return self.store.events.curves(JobKey(self.account, "j")).train_loss


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    here = Place(tmp_path)
    yield here
    here.store.close()


@pytest.mark.parametrize("form", [CSV, base64.b64encode(CSV)], ids=["plain", "base64"])
async def test_a_job_without_measurements_takes_them_from_its_file_once(place: Place, form: bytes) -> None:
    place.cloud.job("j", "succeeded", result_files=["file-r"], finished_at=START)
    place.cloud.overrides[CONTENT] = httpx.Response(200, content=form)
    await place.rounds()
    assert place.loss() == Series((1, 2), (2.5, 1.25))
    (row,) = place.store.jobs.rows({place.account: "cloud"})
    assert (row.step, row.train_loss, row.valid_loss) == (2, 1.25, 1.5)
    assert place.downloads == 1


async def test_a_job_that_told_its_measurements_is_left_alone(place: Place) -> None:
    place.cloud.job("j", "succeeded", result_files=["file-r"], finished_at=START)
    place.cloud.step("j", 1)
    await place.rounds()
    assert (place.loss().steps, place.downloads) == ((1,), 0)


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(404, json={"error": {"message": "no such file", "param": "id"}}),
        httpx.Response(403, json={"error": {"message": "not yours"}}),
        httpx.Response(200, content=b"<html>busy</html>"),
    ],
    ids=["gone", "forbidden", "no result file"],
)
async def test_a_file_that_cannot_be_had_keeps_nothing_waiting(place: Place, answer: httpx.Response) -> None:
    place.cloud.job("other", "succeeded", finished_at=START)
    place.cloud.job("j", "succeeded", result_files=["file-r"], finished_at=START)
    place.cloud.overrides[CONTENT] = answer
    await place.rounds()
    assert place.loss() == Series()
    assert place.store.jobs.incomplete(place.account, 5) == []
    assert place.downloads == 1
