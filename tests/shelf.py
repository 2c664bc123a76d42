"""A provider that only keeps files: in memory, with every mishap that can be asked of it."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import unquote

import httpx

from faulty import FastTime
from finetop.actions.desk import Desk
from finetop.client import ApiClient
from finetop.models import Capabilities
from finetop.providers.openai import OpenAI

if TYPE_CHECKING:
    from finetop.providers import Provider
    from finetop.store import Store

Mishap = Callable[[httpx.Request], httpx.Response | None]
"""Before a request is carried out: raises, answers in place of the shelf, or lets it pass."""


class SmallParts(OpenAI):
    """OpenAI's dialect where files of more than ten bytes travel in parts of four."""

    capabilities: ClassVar[Capabilities] = Capabilities(parts_above_bytes=10, part_bytes=4)


@dataclass
class Shelf(httpx.AsyncBaseTransport):
    """Files by id, and uploads that are not files yet."""

    mishap: Mishap = lambda _request: None
    after: Mishap = lambda _request: None
    """The same once it was carried out: its answer is lost, or another's."""
    files: dict[str, dict[str, Any]] = field(default_factory=dict)
    contents: dict[str, bytes] = field(default_factory=dict)
    uploads: dict[str, dict[str, Any]] = field(default_factory=dict)
    parts: dict[str, bytes] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    statuses: list[str] = field(default_factory=list)
    """What a file's status is at the next looks; `processed` after these."""
    time: FastTime = field(default_factory=FastTime)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        path = unquote(request.url.raw_path.decode()).partition("?")[0].removeprefix("/v1")
        self.asked.append(f"{request.method} {path}")
        request = httpx.Request(
            request.method, request.url, headers=request.headers, content=await request.aread()
        )
        answer = self.mishap(request)
        if answer is None:
            done = self._carry_out(request.method, path, request)
            answer = self.after(request) or done
        return answer

    def add(self, name: str, content: bytes, **said: Any) -> str:
        """Put a file on the shelf; its id."""
        id_ = f"file-{len(self.files) + 1}"
        told = {"id": id_, "filename": name, "bytes": len(content), "purpose": "fine-tune"}
        self.files[id_] = {**told, "created_at": int(self.time.now()), "status": "processed", **said}
        self.contents[id_] = content
        return id_

    def count(self, start: str) -> int:
        """How often something was asked that begins so."""
        return sum(asked.startswith(start) for asked in self.asked)

    def desk(self, store: Store, kind: type[Provider] = OpenAI) -> Desk:
        """An account here."""
        client = ApiClient("https://shelf.example.test/v1", "k", transport=self)
        provider = kind(client)

        async def ready() -> Provider:
            return provider

        account = store.accounts.ensure(dialect="openai", base_url="https://shelf.example.test/v1")
        return Desk(store, account, ready, sleep=self.time.sleep, clock=self.time.now)

    def _carry_out(self, method: str, path: str, request: httpx.Request) -> httpx.Response:
        match [method, *path.strip("/").split("/")]:
            case ["GET", "files"]:
                newest = list(self.files.values())[::-1]
                return httpx.Response(200, json={"data": newest, "has_more": False})
            case ["POST", "files"]:
                name, content = _form(request.content)
                return self._told(self.files[self.add(name, content)])
            case ["GET", "files", id_] if id_ in self.files:
                status = self.statuses.pop(0) if self.statuses else self.files[id_]["status"]
                return self._told({**self.files[id_], "status": status})
            case ["GET", "files", id_, "content"] if id_ in self.files:
                return httpx.Response(200, content=self.contents[id_])
            case ["DELETE", "files", id_] if id_ in self.files:
                del self.files[id_]
                return self._told({"id": id_, "deleted": True})
            case ["POST", "uploads"]:
                id_ = f"upload_{len(self.uploads) + 1}"
                self.uploads[id_] = {**json.loads(request.content), "id": id_, "status": "pending"}
                return self._told(self.uploads[id_])
            case ["POST", "uploads", id_, what] if id_ in self.uploads:
                return self._with_upload(self.uploads[id_], what, request)
        return httpx.Response(404, json={"error": {"message": "no such thing", "code": "not_found"}})

    def _with_upload(self, upload: dict[str, Any], what: str, request: httpx.Request) -> httpx.Response:
        if upload["status"] != "pending":
            return httpx.Response(400, json={"error": {"message": f"the upload is {upload['status']}"}})
        if what == "parts":
            id_ = f"part_{len(self.parts) + 1}"
            self.parts[id_] = _form(request.content)[1]
            return self._told({"id": id_, "upload_id": upload["id"]})
        if what == "cancel":
            upload["status"] = "cancelled"
            return self._told(upload)
        wanted = json.loads(request.content)
        content = b"".join(self.parts[part] for part in wanted["part_ids"])
        right = hashlib.md5(content, usedforsecurity=False).hexdigest() == wanted["md5"]
        if len(content) != upload["bytes"] or not right:
            return httpx.Response(400, json={"error": {"message": "the bytes do not match"}})
        upload["status"] = "completed"
        return self._told({**upload, "file": self.files[self.add(upload["filename"], content)]})

    @staticmethod
    def _told(body: Any) -> httpx.Response:
        return httpx.Response(200, json=body)


def _form(content: bytes) -> tuple[str, bytes]:
    """The file in a form, which stands last in it."""
    boundary = content.partition(b"\r\n")[0]
    last = content.split(boundary)[-2]
    head, _, body = last.partition(b"\r\n\r\n")
    name = re.search(rb'filename="([^"]*)"', head)
    return (name[1].decode() if name else ""), body.removesuffix(b"\r\n")


def at(path: str, *, times: int = 1, skip: int = 0) -> Callable[[Callable[[httpx.Request], Any]], Mishap]:
    """A mishap at some of the POSTs whose path ends so."""
    met = 0

    def bind(happens: Callable[[httpx.Request], Any]) -> Mishap:
        def mishap(request: httpx.Request) -> httpx.Response | None:
            nonlocal met
            if request.method != "POST" or not request.url.path.endswith(path):
                return None
            met += 1
            if not skip < met <= skip + times:
                return None
            answer: httpx.Response | None = happens(request)
            return answer

        return mishap

    return bind


def reset(request: httpx.Request) -> None:
    """The connection breaks: whether it was carried out, nobody on the other side knows."""
    raise httpx.ReadError("connection reset", request=request)
