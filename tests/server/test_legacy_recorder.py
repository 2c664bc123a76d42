"""The recorder and a real server of the legacy API, over a network that cuts every stream."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import httpx

from faulty import Faulty, until
from finetop.client import ApiClient
from finetop.pace import LOCAL
from finetop.providers.legacy import Legacy
from finetop.recorder import Recorder
from finetop.store import JobKey, Store
from server.running_server import RunningServer, serving

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


class Cut(httpx.AsyncByteStream):
    """A stream of which so many pieces come through."""

    def __init__(self, whole: Any, pieces: int) -> None:
        self._whole = whole
        self._pieces = pieces

    async def __aiter__(self) -> AsyncIterator[bytes]:
        left = self._pieces
        async for piece in self._whole:
            if left == 0:
                raise httpx.ReadError("connection reset")
            left -= 1
            yield piece

    async def aclose(self) -> None:
        await self._whole.aclose()


class Cuts:
    """Cuts each stream in turn a little later."""

    def __init__(self) -> None:
        self.opened = 0

    async def __call__(self, request: httpx.Request, go_on: Any) -> httpx.Response | None:
        if request.url.params.get("stream") != "true":
            return None
        self.opened += 1
        answer = await go_on()
        return httpx.Response(
            answer.status_code, headers=answer.headers, stream=Cut(answer.stream, 3 * self.opened)
        )


async def test_a_log_is_whole_though_every_stream_is_cut(tmp_path: Path) -> None:
    """What is in the store at the end is what the server tells, line by line."""
    with serving(tmp_path / "engine", "--slots", "1") as server:
        store, cuts = Store(tmp_path / "finetop.db"), Cuts()
        account = store.accounts.ensure(dialect="openai-legacy", base_url=server.url)
        client = ApiClient(server.url, server.api_key, transport=Faulty(cuts))

        async def provider() -> Legacy:
            return Legacy(client)

        recorder = Recorder(store, account, provider, LOCAL, sleep=_short)
        job = _made(server)
        key = JobKey(account, job)
        recorder.watch(job)
        running = asyncio.create_task(recorder.run())
        states = set()

        def ended() -> bool:
            states.add(store.accounts.contact(account).state)
            return store.jobs.status(key) == "succeeded" and not store.jobs.incomplete(account, 1)

        await until(ended, within_s=60)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await client.close()
        told = [event["message"] for event in server.get(f"/fine-tunes/{job}/events")["data"]]
        assert [event.message for event in store.events.whole(key)] == told
        assert [line for line in told if "epoch" in line][-1] == "Completed epoch 25/25"
        assert cuts.opened > 1
        assert states <= {"never", "ok"}
        (row,) = store.jobs.rows({account: "old"})
        assert (row.epoch, row.n_epochs, row.method) == (25, 25, "legacy")
        store.close()


def _made(server: RunningServer) -> str:
    # Long enough that a stream is opened again while the job works, also where the machine has more to do.
    lines = [{"prompt": f"{number} plus 2 is", "completion": f" {number + 2}"} for number in range(60)]
    content = "".join(json.dumps(line) + "\n" for line in lines).encode()
    wanted = {"training_file": server.upload(content), "n_epochs": 25}
    made = server.http.post("/fine-tunes", json=wanted)
    assert made.status_code == 200, made.text
    id_: str = made.json()["id"]
    return id_


async def _short(seconds: float) -> None:
    """A hundredth of the pause, so that a cut stream is opened again while the job works."""
    await asyncio.sleep(seconds / 100)
