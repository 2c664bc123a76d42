"""A small server in memory that speaks the legacy API, and whose streams can be cut where one wants."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx

START = 1_681_810_958.0
FINAL = {"succeeded", "failed", "cancelled"}


class Peer(httpx.AsyncBaseTransport):
    """Jobs and their logs; `cuts` says of each stream in turn after how many events it breaks off."""

    def __init__(self) -> None:
        self.jobs: dict[str, dict[str, Any]] = {}
        self.logs: dict[str, list[dict[str, Any]]] = {}
        self.asked: list[str] = []
        self.posted: list[dict[str, Any]] = []
        self.cuts: list[int] = []
        self.says_events = True
        """False for a server that keeps the log out of a job's own answer."""
        self.streams = True
        self.overrides: dict[str, httpx.Response] = {}
        self.opened = 0
        self._news = asyncio.Condition()

    def job(self, id_: str, status: str = "pending", **more: Any) -> None:
        before = self.jobs.get(id_) or {
            "id": id_,
            "object": "fine-tune",
            "model": "curie",
            "created_at": START + len(self.jobs),
            "updated_at": START,
            "fine_tuned_model": None,
            "organization_id": "org-1",
            "hyperparams": {"n_epochs": 4, "batch_size": None},
            "training_files": [{"id": "file-t", "object": "file", "filename": "t.jsonl", "bytes": 5}],
            "validation_files": [],
            "result_files": [],
        }
        self.jobs[id_] = {**before, "status": status, **more}

    async def say(self, id_: str, *messages: str, at: float | None = None, level: str = "info") -> None:
        """Write into a job's log; open streams carry it on."""
        log = self.logs.setdefault(id_, [])
        for message in messages:
            created = START + 10 * len(log) if at is None else at
            log.append(
                {"object": "fine-tune-event", "created_at": created, "level": level, "message": message}
            )
        await self.tell()

    async def tell(self) -> None:
        """Let open streams look."""
        async with self._news:
            self._news.notify_all()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path.removeprefix("/v1")
        query = request.url.query.decode()
        self.asked.append(f"{request.method} {path}" + (f"?{query}" if query else ""))
        for start, answer in self.overrides.items():
            if path.startswith(start):
                return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)
        if request.method == "POST" and path == "/fine-tunes":
            return self._create(json.loads(await request.aread()))
        if path == "/models":
            return httpx.Response(200, json={"data": []})
        if path == "/fine-tunes":
            return httpx.Response(200, json={"object": "list", "data": list(self.jobs.values())})
        id_, *rest = path.removeprefix("/fine-tunes/").split("/")
        if id_ not in self.jobs:
            return httpx.Response(404, json={"error": {"message": f"no {id_}", "param": "fine_tune_id"}})
        if rest == ["events"]:
            if self.streams and request.url.params.get("stream") == "true":
                return self._stream(id_)
            return httpx.Response(200, json={"object": "list", "data": self.logs.get(id_, [])})
        if rest == ["cancel"]:
            self.job(id_, "cancelled", updated_at=START + 500)
            await self.say(id_, "Fine-tune cancelled")
        return httpx.Response(200, json=self._told(id_))

    def _told(self, id_: str) -> dict[str, Any]:
        return {**self.jobs[id_], **({"events": self.logs.get(id_, [])} if self.says_events else {})}

    def _create(self, body: dict[str, Any]) -> httpx.Response:
        self.posted.append(body)
        id_ = f"ft-{len(self.jobs)}"
        self.job(id_, model=body["model"], training_files=[{"id": body["training_file"]}])
        return httpx.Response(200, json=self._told(id_))

    def _stream(self, id_: str) -> httpx.Response:
        self.opened += 1
        cut = self.cuts.pop(0) if self.cuts else None
        kind = {"content-type": "text/event-stream; charset=utf-8"}
        return httpx.Response(200, headers=kind, stream=_Stream(self._written(id_, cut)))

    async def _written(self, id_: str, cut: int | None) -> AsyncIterator[bytes]:
        sent = 0
        while True:
            async with self._news:
                log = self.logs.get(id_, [])
                if len(log) == sent and self.jobs[id_]["status"] not in FINAL:
                    await self._news.wait()
                    continue
            for event in log[sent:]:
                if sent == cut:
                    raise httpx.RemoteProtocolError("peer closed connection")
                yield f"data: {json.dumps(event, ensure_ascii=False)}\n\n".encode()
                sent += 1
            if sent == cut:
                raise httpx.RemoteProtocolError("peer closed connection")
            if self.jobs[id_]["status"] in FINAL and sent == len(self.logs.get(id_, [])):
                yield b"data: [DONE]\n\n"
                return


class _Stream(httpx.AsyncByteStream):
    def __init__(self, chunks: AsyncIterator[bytes]) -> None:
        self._chunks = chunks

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for chunk in self._chunks:
            yield chunk
