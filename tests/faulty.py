"""A world that goes wrong on purpose: a transport with rules before a real server, and a fast clock."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

import httpx

from finetop.actions.desk import Desk
from finetop.client import ApiClient
from finetop.providers.local import Local
from finetop.providers.openai import OpenAI

if TYPE_CHECKING:
    from finetop.providers import Provider
    from finetop.store import JobKey, JobRow, Store
    from server.running_server import RunningServer

Rule = Callable[[httpx.Request, Callable[[], Awaitable[httpx.Response]]], Awaitable[httpx.Response | None]]
"""Answers a request itself, calls on to the real server, or returns None for the next rule."""


class Faulty(httpx.AsyncBaseTransport):
    """The real network, with rules before it; it remembers what it was asked."""

    def __init__(self, *rules: Rule) -> None:
        self.rules = list(rules)
        self.asked: list[tuple[str, str]] = []
        self._real = httpx.AsyncHTTPTransport()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.asked.append((request.method, request.url.path))

        async def go_on() -> httpx.Response:
            return await self._real.handle_async_request(request)

        for rule in self.rules:
            answer = await rule(request, go_on)
            if answer is not None:
                return answer
        return await go_on()

    async def aclose(self) -> None:
        await self._real.aclose()

    def posts(self) -> int:
        """How often a create left."""
        return sum(method == "POST" and path.endswith("/jobs") for method, path in self.asked)


def is_create(request: httpx.Request) -> bool:
    return request.method == "POST" and request.url.path.endswith("/fine_tuning/jobs")


def is_job_list(request: httpx.Request) -> bool:
    return request.method == "GET" and request.url.path.endswith("/fine_tuning/jobs")


def is_upload(request: httpx.Request) -> bool:
    return request.method == "POST" and request.url.path.endswith("/files")


def lost_before(wanted: Callable[[httpx.Request], bool] = is_create) -> Rule:
    """The connection breaks after the request left, and before the server has read it."""

    async def rule(request: httpx.Request, go_on: Any) -> httpx.Response | None:
        if wanted(request):
            raise httpx.ReadError("connection reset", request=request)
        return None

    return rule


def lost_after(wanted: Callable[[httpx.Request], bool] = is_create) -> Rule:
    """The server does what it is asked, and the answer never comes back."""

    async def rule(request: httpx.Request, go_on: Any) -> httpx.Response | None:
        if not wanted(request):
            return None
        answer = await go_on()
        await answer.aread()
        await answer.aclose()
        raise httpx.ReadTimeout("no answer", request=request)

    return rule


def once(rule: Rule) -> Rule:
    """Only the first time it has something to say."""
    spent = False

    async def first(request: httpx.Request, go_on: Any) -> httpx.Response | None:
        nonlocal spent
        if spent:
            return None
        try:
            answer = await rule(request, go_on)
        except httpx.HTTPError:
            spent = True
            raise
        spent = answer is not None
        return answer

    return first


def changed_list(change: Callable[[list[dict[str, Any]]], list[dict[str, Any]]]) -> Rule:
    """The list of jobs as another server might tell it."""

    async def rule(request: httpx.Request, go_on: Any) -> httpx.Response | None:
        if not is_job_list(request):
            return None
        answer = await go_on()
        said = json.loads(await answer.aread())
        await answer.aclose()
        return httpx.Response(200, json={**said, "data": change(said["data"])})

    return rule


def without_marker(jobs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A server that drops metadata."""
    return [{**job, "metadata": None} for job in jobs]


class FastTime:
    """A clock that jumps instead of waiting, and tells what was slept."""

    def __init__(self) -> None:
        self.ahead_s = 0.0
        self.slept: list[float] = []

    def now(self) -> float:
        return time.time() + self.ahead_s

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.ahead_s += seconds
        await asyncio.sleep(0)


class World:
    """One account at a real server, spoken to through a faulty network."""

    def __init__(
        self, server: RunningServer, store: Store, transport: Faulty, *, hosted: bool = False
    ) -> None:
        self.server = server
        self.store = store
        self.network = transport
        self.time = FastTime()
        dialect = "openai" if hosted else "local"
        self.account = store.accounts.ensure(dialect=dialect, base_url=f"{server.url}#{id(self)}")
        self.client = ApiClient(server.url, server.api_key, transport=transport)
        self.provider: Provider = (OpenAI if hosted else Local)(self.client)
        self.desk = Desk(store, self.account, self._provider, sleep=self.time.sleep, clock=self.time.now)

    async def _provider(self) -> Provider:
        return self.provider

    def jobs_named(self, suffix: str) -> list[dict[str, Any]]:
        """What the server really has."""
        listed = self.server.get("/fine_tuning/jobs", limit=1000)["data"]
        return [job for job in listed if job["user_provided_suffix"] == suffix]

    def rows(self) -> list[JobRow]:
        """What a screen would show of this account."""
        return self.store.jobs.rows({self.account: "test"})

    def row(self, key: JobKey) -> JobRow:
        """One row of the screen."""
        (found,) = [row for row in self.rows() if row.key == key]
        return found


async def until(condition: Callable[[], bool], within_s: float = 30.0) -> None:
    """Let others work until there is something to see."""
    async with asyncio.timeout(within_s):
        while True:
            if condition():
                return
            await asyncio.sleep(0.01)
