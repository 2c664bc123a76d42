"""Gives orders to jobs and dies by SIGKILL at a named moment of each: ordering.py STORE DATA_DIR.

Each line of its input, `MOMENT KIND JOB`, is carried out by a child of its own; how it ended is printed.
"""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import httpx

from actions.crashing import Deadly, die
from finetop.actions import control
from finetop.actions.desk import Desk
from finetop.client import ApiClient
from finetop.providers.openai import OpenAI
from finetop.server import life
from finetop.store import JobKey, Store

if TYPE_CHECKING:
    from finetop.providers import Provider

MOMENTS = ("written", "sent", "acted", "answered", "kept", "settling")
KINDS = ("cancel", "pause", "resume", "delete")


class DeadlyDeletion(Deadly):
    """As the other one; and the deletions that our server does not know are agreed to."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.method != "DELETE":
            return await super().handle_async_request(request)
        if self.moment in {"sent", "acted"}:
            die()
        if self.moment == "settling":
            raise httpx.ReadTimeout("lost", request=request)
        return httpx.Response(204)


async def main(moment: str, kind: str, job: str, store_file: str, data_dir: str) -> None:
    """Walk to the moment."""
    store = Store(Path(store_file))
    server = life.running(Path(data_dir))
    assert server is not None
    account = store.accounts.ensure(dialect="openai", base_url=f"local:{data_dir}")
    provider = OpenAI(ApiClient(server.url, server.api_key, transport=DeadlyDeletion(moment)))
    if moment == "written":
        store.journal.mark_sent = die  # type: ignore[method-assign]
    if moment == "answered":
        store.jobs.save = store.jobs.mark_gone = die  # type: ignore[method-assign]
    if moment == "kept":
        store.journal.settle = die  # type: ignore[method-assign]

    async def own() -> Provider:
        return provider

    async def sleep(seconds: float) -> None:
        die()

    await control.order(Desk(store, account, own, sleep=sleep), kind, JobKey(account, job))
    raise AssertionError(f"{moment} never came")


def fork(moment: str, kind: str, job: str, store_file: str, data_dir: str) -> NoReturn:
    """The child's whole life."""
    try:
        asyncio.run(main(moment, kind, job, store_file, data_dir))
    finally:
        os._exit(1)


if __name__ == "__main__":
    for line in sys.stdin:
        child = os.fork()
        if not child:
            fork(*line.split(), *sys.argv[1:])
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
