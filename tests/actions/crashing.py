"""Makes a job and dies by SIGKILL at a named moment: crashing.py MOMENT STORE DATA_DIR FILE_ID."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import httpx

from finetop.actions import create
from finetop.actions.desk import Desk
from finetop.actions.draft import Draft
from finetop.client import ApiClient
from finetop.providers.local import Local
from finetop.server import life
from finetop.store import Intent, Store

if TYPE_CHECKING:
    from finetop.providers import Provider

MOMENTS = ("written", "sent", "acted", "answered", "kept", "settling")


def die(*_: object, **__: object) -> NoReturn:
    """End as a machine without power would."""
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError


class Deadly(httpx.AsyncBaseTransport):
    """The real network up to the moment."""

    def __init__(self, moment: str) -> None:
        self.moment = moment
        self._real = httpx.AsyncHTTPTransport()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.method == "POST" and self.moment == "sent":
            die()
        answer = await self._real.handle_async_request(request)
        if request.method == "POST" and self.moment in {"acted", "settling"}:
            await answer.aread()
            await answer.aclose()
            if self.moment == "acted":
                die()
            raise httpx.ReadTimeout("lost", request=request)
        return answer


async def main(moment: str, store_file: str, data_dir: str, file_id: str) -> None:
    """Walk to the moment."""
    store = Store(Path(store_file))
    server = life.running(Path(data_dir))
    assert server is not None
    account = store.accounts.ensure(dialect="local", base_url=f"local:{data_dir}")
    provider = Local(ApiClient(server.url, server.api_key, transport=Deadly(moment)))
    if moment == "written":
        store.journal.mark_sent = die  # type: ignore[method-assign]
    if moment == "answered":
        store.jobs.save = die  # type: ignore[method-assign]
    if moment == "kept":
        store.journal.settle = die  # type: ignore[method-assign]

    async def own() -> Provider:
        return provider

    async def sleep(seconds: float) -> None:
        if moment == "settling":
            die()
        await asyncio.sleep(seconds)

    desk = Desk(store, account, own, sleep=sleep)
    key: Any = await create.create(desk, Draft("local", "tiny-bytes-1", file_id, suffix=f"crash-{moment}"))
    raise AssertionError(f"{moment} never came: {key}")


def left(store: Store, account: int) -> Intent:
    """What is open after the crash."""
    (intent,) = store.journal.open(account, "create")
    return intent


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
