"""Brings a whole account into an archive: asks for each job once, and goes on where it was stopped."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from finetop.archive import Fetched, Words, form_of
from finetop.archiving.asking import Parts, Patience, nobody
from finetop.archiving.contents import Contents
from finetop.models import Metric, Naming
from finetop.models.results import metrics_of_csv
from finetop.providers import every_page
from finetop.providers.pages import EndlessList

if TYPE_CHECKING:
    from pathlib import Path

    from finetop.archive import Folder, Manifest
    from finetop.models import File, Job, Model
    from finetop.providers import Page, Provider, Sent

MOST_RESULTS = 32_000_000
"""Bytes of a result file that are worth reading for measurements."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is."""

    jobs: int = 0
    """Listed so far."""
    fetched: int = 0
    """Of these, asked for everything they have to tell; the others were known."""
    files: int = 0
    """Whose bytes were saved in this run."""


Recorded = Callable[[Callable[[str], bool]], Iterable[Fetched]]
"""Gives what was recorded of an account's jobs, but of those that it is told to leave out."""


def _nothing(_: object) -> Iterable[Fetched]:
    """Nobody has recorded anything."""
    return ()


class Archiving:
    """One run over an account."""

    def __init__(
        self,
        provider: Provider,
        folder: Folder,
        *,
        with_files: bool = True,
        recorded: Recorded = _nothing,
        say: Callable[[str], None] = nobody,
        progress: Callable[[Progress], None] = nobody,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._provider = provider
        self._folder = folder
        self._say = say
        self._progress = progress
        self._clock = clock
        self._patience = Patience(say, sleep)
        self._contents = Contents(provider, folder, self._patience.ask) if with_files else None
        self._recorded = recorded
        self._is_whole = True
        self._far = Progress()
        self._listed: dict[str, None] = {}

    async def run(self) -> Manifest:
        """Fetch what is not there yet and put the archive together. Raises BadInput where it cannot."""
        models = [_line("model", *pair) for pair in await self._models()]
        try:
            async for page in every_page(self._jobs):
                for job, raw in page.items:
                    await self._take(job, Words(raw))
        except EndlessList as error:
            self._is_whole = False
            self._say(f"{error.message}; the newest {len(self._listed):,} jobs are kept")
        self._folder.check_account(set(self._listed))
        if self._is_whole:
            for fetched in self._recorded(lambda id_: id_ in self._listed or self._folder.has(id_)):
                self._folder.draft.add(fetched)
        files = await self._files()
        return await asyncio.to_thread(self._folder.finish, list(self._listed), models, files)

    async def _jobs(self, after: str | None) -> Page[Sent]:
        return await self._patience.ask(lambda: self._provider.list_jobs(after=after))

    async def _take(self, job: Job, words: Words) -> None:
        """Keep one job, unless it is known to have nothing more to tell."""
        self._listed[job.id] = None
        self._far = replace(self._far, jobs=len(self._listed))
        if not self._folder.is_known(job.id, words.digest()):
            self._folder.draft.add(await self._fetched(job, words))
            self._far = replace(self._far, fetched=self._far.fetched + 1)
        if self._contents is not None:
            await self._contents.save(job)
            self._far = replace(self._far, files=self._contents.saved)
        self._progress(self._far)

    async def _fetched(self, job: Job, words: Words) -> Fetched:
        """A job with its log, its checkpoints and its measurements."""
        bare = Fetched(job.model_copy(update={"events": ()}), words, self._clock())
        if job.unreadable:
            return bare
        part = Parts(self._patience.ask)
        events = await part.of("events", lambda after: self._provider.list_events(job.id, after=after))
        points = await part.of(
            "checkpoints", lambda after: self._provider.list_checkpoints(job.id, after=after)
        )
        if not events:  # some servers tell them inside the job
            events = [(event, Words.of(form_of(event))) for event in reversed(job.events)]
        naming = Naming()
        named = tuple((naming.named(event), said) for event, said in reversed(events))
        metrics = tuple(found for event, _ in named if (found := Metric.from_event(event)) is not None)
        if not metrics and self._contents is not None:
            metrics = tuple(_measured(await self._contents.save(job)))
        return replace(
            bare,
            events=named,
            checkpoints=tuple(reversed(points)),
            metrics=metrics,
            missing=part.missing,
            failed=part.failed,
        )

    async def _models(self) -> list[tuple[Model, Words]]:
        part = Parts(self._patience.ask)
        found = await part.of("models", lambda _: self._provider.models_page())
        for why in (*part.missing.values(), *part.failed.values()):
            self._say(f"the list of models is left out: {why}")
        return found

    async def _files(self) -> list[dict[str, Any]]:
        """Files of every purpose as listed, then whatever is known of result files."""
        part = Parts(self._patience.ask)
        listed: list[tuple[File, Words]] = await part.of(
            "files", lambda after: self._provider.list_files(after=after, purpose="")
        )
        for why in (*part.missing.values(), *part.failed.values()):
            self._say(f"the list of files is left out: {why}")
        found = {file.id: _line("file", file, words) for file, words in listed}
        met = self._folder.draft.files | (self._contents.lines if self._contents is not None else {})
        for id_, line in met.items():
            found[id_] = {**found.get(id_, {}), **line}
        return list(found.values())


def _line(kind: str, value: File | Model, words: Words) -> dict[str, Any]:
    return {
        "id": value.id,
        kind: form_of(value),
        **words.to_json(),
        "listed": True,
    }


def _measured(paths: list[Path]) -> list[Metric]:
    """The measurements in the first of these files that holds any."""
    for path in paths:
        if path.stat().st_size <= MOST_RESULTS and (found := metrics_of_csv(path.read_bytes())):
            return found
    return []
