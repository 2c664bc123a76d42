"""The dialect of a disk: an archive of ours, or any file of jobs of either kind; read-only, without a key."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, ClassVar, Final, TypeVar

from pydantic import ValidationError

from finetop.archive.lines import Words
from finetop.archive.shelf import Shelf, Told
from finetop.client.closed import closed_client
from finetop.errors import BadReply
from finetop.models import Capabilities, Checkpoint, Event, File, Job, Model, Naming, Value, words_of
from finetop.providers.contract import Provider
from finetop.providers.pages import MOST_PAGES, Page
from finetop.providers.reading import Listed, Sent, read_any, read_job, unreadable_id

V = TypeVar("V", bound=Value)

PAGE: Final = 500
"""Jobs of one part: as many as one write to the store takes."""
PIECE: Final = 1 << 20
_NO_JOB: Final = frozenset(
    {"fine_tuning.job.event", "fine_tuning.job.checkpoint", "fine-tune-event", "file", "model", "upload"}
)
_HINT: Final = "Choose a profile that has a provider."


class Archive(Provider):
    """What is asked is read from the disk; everything else is refused before it would leave."""

    capabilities: ClassVar[Capabilities] = Capabilities(
        create=False,
        methods=(),
        cancel=False,
        pause=False,
        resume=False,
        metadata=False,
        chat=False,
        permissions=False,
        graders=False,
        delete_model=False,
        uploads=False,
        stands_still=True,
    )

    @classmethod
    def at(cls, path: Path, name: str) -> Archive:
        """The archive in a folder, or in a file; `name` is what refusals call it."""
        opened = cls(closed_client(name, _HINT))
        opened.shelf = Shelf(path, _id)
        return opened

    shelf: Shelf

    async def close(self) -> None:
        """Close its files."""
        await super().close()
        self.shelf.close()

    async def edition(self) -> str | None:
        """Equal as long as nothing was written there. Raises Unreachable where there is nothing."""
        return self.shelf.edition()

    async def list_jobs(
        self,
        *,
        after: str | None = None,
        limit: int = PAGE,
        metadata: Mapping[str, str] | None = None,  # noqa: ARG002 - who asks looks through what comes
    ) -> Page[Sent]:
        """Jobs from the newest on; the cursor is a number."""
        start = int(after) if after is not None else 0
        return await asyncio.to_thread(self._jobs, start, limit)

    def _jobs(self, start: int, limit: int) -> Page[Sent]:
        count = self.shelf.count()
        # However many there are, nobody may take them for a list that does not end.
        size = max(limit, 2 * count // MOST_PAGES)
        jobs = tuple(self._sent(told) for told in self.shelf.page(start, size))
        end = start + len(jobs)
        more = str(end) if jobs and end < count else None
        return Page(jobs, more, tuple(job.id for job, _ in jobs))

    async def get_job(self, job_id: str) -> Sent:
        """One job. Raises NotFound."""
        return self._sent(await asyncio.to_thread(self.shelf.job, job_id))

    async def list_events(
        self,
        job_id: str,
        *,
        after: str | None = None,  # noqa: ARG002 - a log comes whole
        limit: int = 100,  # noqa: ARG002
    ) -> Page[Event]:
        """A job's whole log, newest first; a line that cannot be read is an event that says so."""
        told = await asyncio.to_thread(self.shelf.job, job_id)
        if not self.shelf.is_ours:
            inside = _loose(told.value)[0].events
            return _newest_first(_named((event, _form(event)) for event in inside))
        lines = await asyncio.to_thread(self.shelf.events, told)
        return _newest_first(_named(_read(line, "event", _event) for line in lines))

    async def list_checkpoints(
        self,
        job_id: str,
        *,
        after: str | None = None,  # noqa: ARG002 - as above
        limit: int = 100,  # noqa: ARG002
    ) -> Page[Checkpoint]:
        """A job's checkpoints, newest first."""
        told = await asyncio.to_thread(self.shelf.job, job_id)
        if not self.shelf.is_ours:
            return _newest_first((point, _form(point)) for point in _loose(told.value)[0].checkpoints)
        lines = await asyncio.to_thread(self.shelf.checkpoints, told)
        return _newest_first(_read(line, "checkpoint", _normal(Checkpoint)) for line in lines)

    async def models_page(self) -> Page[Model]:
        """The account's models as they were."""
        return _page([_read(line, "model", _normal(Model)) for line in self.shelf.models()])

    async def list_files(
        self,
        *,
        after: str | None = None,  # noqa: ARG002 - as above
        purpose: str = "fine-tune",
    ) -> Page[File]:
        """Every file of a purpose that is known; without one, all."""
        found = [_read(line, "file", _normal(File)) for line in self.shelf.files()]
        return _page([(file, words) for file, words in found if not purpose or file.purpose == purpose])

    async def get_file(self, file_id: str) -> File:
        """What is known of one file. Raises NotFound."""
        return _normal(File)(self.shelf.file(file_id).get("file"))

    async def content(self, file_id: str, *, most_bytes: int | None = None) -> AsyncGenerator[bytes]:
        """The bytes of a file. Raises NotFound where the archive has none of it."""
        path = self.shelf.content(file_id)
        if most_bytes is not None and path.stat().st_size > most_bytes:
            raise BadReply(f"{path} is longer than {most_bytes} bytes")
        with path.open("rb") as opened:
            while piece := opened.read(PIECE):
                yield piece

    def _sent(self, told: Told) -> Sent:
        """A job; a line that cannot be read stays visible and says where it stands."""
        if told.value is None:
            raw = words_of(f"{told.line} {told.error}")
            why = f"line {told.line:,}: {told.error}"
            return Job(id=unreadable_id(raw), raw_status="unreadable", unreadable=why), raw
        if not self.shelf.is_ours:
            return _loose(told.value, told.line)
        words = Words.from_json(told.value)
        try:
            return Job.model_validate(told.value["job"]), words.said
        except ValidationError as error:
            why = f"line {told.line:,}: {error.errors(include_url=False)[0]['msg']}"
            return Job(id=told.value["id"], raw_status="unreadable", unreadable=why), words.said


def _id(item: Mapping[str, Any]) -> str:
    """What a job calls itself; few call it otherwise, and only those are read whole for it."""
    found = item.get("id")
    return found if isinstance(found, str) and found else _loose(item)[0].id


def _loose(item: Any, line: int = 0) -> Sent:
    """A job in any API's words; what is something else says what it is."""
    kind = item.get("object") if isinstance(item, Mapping) else None
    if kind in _NO_JOB:
        raw = words_of(item)
        why = f"line {line:,}: this is of the kind {kind}, not a job"
        return Job(id=unreadable_id(raw), raw_status="unreadable", unreadable=why), raw
    own = item.get("job") if isinstance(item, Mapping) else None
    if isinstance(own, Mapping) and "raw_status" in own:  # a line of an archive that stands alone
        return read_job(own)[0], Words.from_json(item).said
    return read_job(item)


def _read(line: tuple[Any, str], name: str, parse: Callable[[Any], V]) -> tuple[V, Any]:
    """A value of a line, and the provider's words for it."""
    value, why = line
    if why or not isinstance(value, Mapping):
        return parse({"unreadable": why or "this is no line of an archive"}), None
    return parse(value.get(name)), value.get("raw")


def _normal(kind: type[Listed]) -> Callable[[Any], Listed]:
    """Reads our normal form."""
    return read_any(kind)


def _event(form: Any) -> Event:
    if isinstance(form, Mapping) and "unreadable" in form:
        return Event(level="warn", message=f"an event could not be read: {form['unreadable']}")
    try:
        return Event.model_validate(form)
    except ValidationError as error:
        said = error.errors(include_url=False)[0]["msg"]
        return Event(level="warn", message=f"an event could not be read: {said}")


def _form(value: Value) -> Any:
    return value.model_dump(mode="json", by_alias=True)


def _newest_first(pairs: Iterable[tuple[V, Any]]) -> Page[V]:
    """A page of what was given oldest first."""
    return _page(list(pairs)[::-1])


def _named(pairs: Iterable[tuple[Event, Any]]) -> Iterable[tuple[Event, Any]]:
    """A log from its first line on, lines without ids under the names they are known by."""
    naming = Naming()
    return ((naming.named(event), words) for event, words in pairs)


def _page(pairs: list[tuple[V, Any]]) -> Page[V]:
    return Page(tuple(item for item, _ in pairs), said=tuple(words for _, words in pairs))
