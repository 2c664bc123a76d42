"""A small provider in memory that answers as OpenAI does."""

from __future__ import annotations

from typing import Any

import httpx

START = 1_790_000_000.0


class Cloud:
    """A small provider in memory that answers as OpenAI does; `say` overrides one path's answer."""

    def __init__(self) -> None:
        self.jobs: dict[str, dict[str, Any]] = {}
        self.events: dict[str, list[dict[str, Any]]] = {}
        self.overrides: dict[str, httpx.Response] = {}
        self.hidden: set[str] = set()
        self.asked: list[str] = []

    def job(self, id_: str, status: str = "running", **more: Any) -> None:
        before = self.jobs.get(
            id_, {"id": id_, "object": "fine_tuning.job", "created_at": START + len(self.jobs)}
        )
        self.jobs[id_] = {**before, "status": status, **more}

    def log(self, id_: str, *messages: str) -> None:
        told = self.events.setdefault(id_, [])
        for message in messages:
            told.append({"id": f"{id_}-{len(told)}", "created_at": START, "message": message})

    def step(self, id_: str, *steps: int) -> None:
        told = self.events.setdefault(id_, [])
        for step in steps:
            data = {"step": step, "total_steps": 100, "train_loss": 1 / step}
            told.append(
                {"id": f"{id_}-{len(told)}", "created_at": START + step, "type": "metrics", "data": data}
            )

    def __call__(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path.removeprefix("/v1")
        self.asked.append(path)
        for start, answer in self.overrides.items():
            if path.startswith(start):
                return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)
        parts = path.strip("/").split("/")
        if path == "/models":
            return self._page([{"id": "m"}], request)
        if path == "/fine_tuning/jobs":
            return self._page(
                [job for job in reversed(self.jobs.values()) if job["id"] not in self.hidden], request
            )
        id_ = parts[-1] if path.startswith("/files/") else parts[2]
        if id_ not in self.jobs or id_ in self.hidden:
            return httpx.Response(404, json={"error": {"message": f"no {id_}", "param": "id"}})
        if parts[-1] == "events":
            return self._page(self.events.get(id_, [])[::-1], request)
        if parts[-1] == "checkpoints":
            return self._page([], request)
        return httpx.Response(200, json=self.jobs[id_])

    def _page(self, items: list[dict[str, Any]], request: httpx.Request) -> httpx.Response:
        limit, after = int(request.url.params.get("limit", 20)), request.url.params.get("after")
        ids = [item["id"] for item in items]
        start = ids.index(after) + 1 if after else 0
        return httpx.Response(
            200, json={"data": items[start : start + limit], "has_more": len(items) > start + limit}
        )
