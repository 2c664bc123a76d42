"""What every provider can be asked, and how replies become values: one item at a time."""

from __future__ import annotations

import hashlib
import json
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar
from urllib.parse import quote

from pydantic import ValidationError

from finetop.errors import BadReply, NoFineTuning, NotFound
from finetop.models import Capabilities, Checkpoint, Event, File, Job, JobRequest, Model, Value

if TYPE_CHECKING:
    from finetop.client import ApiClient, Progress

T = TypeVar("T")
V = TypeVar("V", bound=Value)

MOST_PAGES = 1_000
"""A list longer than this many pages is a server that does not end its lists."""


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Part of a list."""

    items: tuple[T, ...]
    next: str | None = None
    """The cursor of the part after this; None at the end."""


Sent = tuple[Job, bytes]
"""A job, and the provider's own words for it."""


class Provider:
    """One API's dialect. A dialect with other paths changes the table; with other words, the parsers."""

    capabilities: ClassVar[Capabilities] = Capabilities()
    paths: ClassVar[Mapping[str, str]] = {
        "jobs": "/fine_tuning/jobs",
        "job": "/fine_tuning/jobs/{id}",
        "cancel": "/fine_tuning/jobs/{id}/cancel",
        "events": "/fine_tuning/jobs/{id}/events",
        "checkpoints": "/fine_tuning/jobs/{id}/checkpoints",
        "files": "/files",
        "file": "/files/{id}",
        "content": "/files/{id}/content",
        "models": "/models",
        "chat": "/chat/completions",
    }

    def __init__(self, client: ApiClient, *, retries: int = 0) -> None:
        self.client = client
        self.retries = retries

    async def list_jobs(
        self, *, after: str | None = None, limit: int = 100, metadata: Mapping[str, str] | None = None
    ) -> Page[Sent]:
        """One part of the jobs, newest first. Raises NoFineTuning where there is no such route."""
        pairs = {f"metadata[{key}]": value for key, value in (metadata or {}).items()}
        try:
            return await self._page("jobs", "", self._job, after=after, limit=limit, **pairs)
        except NotFound as error:
            raise NoFineTuning(
                f"{self.client.host}: this server has no fine-tuning API",
                status=error.status,
                request_id=error.request_id,
            ) from error

    async def get_job(self, job_id: str) -> Sent:
        """One job."""
        return self._job(await self._get("job", job_id))

    async def create_job(self, request: JobRequest, *, idempotency_key: str | None = None) -> Sent:
        """Send once; whether a lost reply meant a job is for the caller to find out."""
        headers = {"Idempotency-Key": idempotency_key} if idempotency_key else None
        reply = await self.client.post(self._path("jobs"), request.body(), headers=headers)
        job, raw = self._job(reply.json())
        if job.unreadable:
            raise BadReply(f"the answer to a create is not a job: {job.unreadable}", status=reply.status)
        return job, raw

    async def cancel_job(self, job_id: str) -> Sent | None:
        """Ask the provider to stop a job; None where it agrees without a word."""
        answer = (await self.client.post(self._path("cancel", job_id))).json()
        return None if answer is None else self._job(answer)

    async def list_events(self, job_id: str, *, after: str | None = None, limit: int = 100) -> Page[Event]:
        """One part of a job's log, newest first."""
        return await self._page("events", job_id, self._event, after=after, limit=limit)

    async def list_checkpoints(
        self, job_id: str, *, after: str | None = None, limit: int = 100
    ) -> Page[Checkpoint]:
        """One part of a job's checkpoints, newest first."""
        return await self._page("checkpoints", job_id, self._plain(Checkpoint), after=after, limit=limit)

    async def upload(self, path: Path, *, progress: Progress | None = None) -> File:
        """Send a training file once."""
        reply = await self.client.upload(
            self._path("files"), path, {"purpose": "fine-tune"}, progress=progress
        )
        return self._file(reply.json())

    async def get_file(self, file_id: str) -> File:
        """What the provider says of one file."""
        return self._file(await self._get("file", file_id))

    async def list_files(self, *, after: str | None = None) -> Page[File]:
        """Training files, newest first."""
        return await self._page("files", "", self._plain(File), after=after, purpose="fine-tune")

    def content(self, file_id: str, *, most_bytes: int | None = None) -> AsyncGenerator[bytes]:
        """The bytes of a file."""
        return self.client.download(self._path("content", file_id), most_bytes=most_bytes)

    async def list_models(self) -> tuple[Model, ...]:
        """Every model one can use."""
        return (await self._page("models", "", self._plain(Model))).items

    async def chat(self, model: str, prompt: str, *, most_tokens: int = 200) -> str:
        """One prompt's answer."""
        body = {
            "model": model,
            "messages": [{"role": "user", "content": prompt}],
            "max_tokens": most_tokens,
        }
        answer = (await self.client.post(self._path("chat"), body)).json()
        try:
            said = answer["choices"][0]["message"]["content"]
        except (TypeError, LookupError) as error:
            raise BadReply("the model's answer has no text") from error
        return said if isinstance(said, str) else ""

    def _path(self, name: str, id_: str = "") -> str:
        return self.paths[name].format(id=quote(id_, safe=""))

    async def _get(self, name: str, id_: str = "", **params: str) -> Any:
        return (await self.client.get(self._path(name, id_), params or None, retries=self.retries)).json()

    async def _page(
        self,
        name: str,
        id_: str,
        parse: Callable[[Any], T | None],
        *,
        after: str | None = None,
        limit: int | None = None,
        **params: str,
    ) -> Page[T]:
        """A part of any list; an item that `parse` makes nothing of is left out."""
        asked = dict(params)
        if after is not None:
            asked["after"] = after
        if limit is not None:
            asked["limit"] = str(limit)
        answer = await self._get(name, id_, **asked)
        data = answer.get("data") if isinstance(answer, Mapping) else answer
        if data is None and isinstance(answer, Mapping) and "data" in answer:
            data = []
        if not isinstance(data, list):
            raise BadReply("the answer is JSON, but no list")
        items = tuple(item for item in map(parse, data) if item is not None)
        more = isinstance(answer, Mapping) and bool(answer.get("has_more"))
        last = data[-1].get("id") if data and isinstance(data[-1], Mapping) else None
        return Page(items, last if more and isinstance(last, str) and last != after else None)

    def _job(self, item: Any) -> Sent:
        """A job; one that cannot be read stays visible by its id, with its words kept."""
        raw = json.dumps(item, ensure_ascii=False).encode("utf-8", "surrogatepass")
        try:
            return Job.model_validate(item), raw
        except ValidationError as error:
            found = item.get("id") if isinstance(item, Mapping) else None
            id_ = found if isinstance(found, str) and found else unreadable_id(raw)
            return Job(id=id_, raw_status="unreadable", unreadable=_first(error)), raw

    def _event(self, item: Any) -> Event:
        """A log line; one that cannot be read is a line that says so."""
        try:
            return Event.model_validate(item)
        except ValidationError as error:
            raw = json.dumps(item, ensure_ascii=True).encode()
            found = item.get("id") if isinstance(item, Mapping) else None
            return Event(
                id=found if isinstance(found, str) else unreadable_id(raw),
                level="warn",
                message=f"an event that could not be read: {_first(error)}",
            )

    def _file(self, item: Any) -> File:
        found = self._plain(File)(item)
        if found is None:
            raise BadReply("the answer is not a file")
        return found

    @staticmethod
    def _plain(kind: type[V]) -> Callable[[Any], V | None]:
        def parse(item: Any) -> V | None:
            try:
                return kind.model_validate(item)
            except ValidationError:
                return None

        return parse


async def every_page(ask: Callable[[str | None], Awaitable[Page[T]]]) -> AsyncIterator[Page[T]]:
    """Part after part until the list ends, or repeats itself, or never would."""
    cursor: str | None = None
    seen: set[str | None] = {None}
    for _ in range(MOST_PAGES):
        page = await ask(cursor)
        yield page
        cursor = page.next
        if cursor in seen:
            return
        seen.add(cursor)


def unreadable_id(raw: bytes) -> str:
    """A name for something that has none, equal as long as its words are."""
    return f"unreadable-{hashlib.sha256(raw).hexdigest()[:12]}"


def _first(error: ValidationError) -> str:
    """The first complaint, in one line."""
    complaint = error.errors(include_url=False, include_input=False)[0]
    place = ".".join(str(part) for part in complaint["loc"])
    return f"{place}: {complaint['msg']}" if place else complaint["msg"]
