"""A job's log told as it grows, for one who follows it: as a stream where there is one, else by asking."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import aclosing
from typing import TYPE_CHECKING

from finetop.errors import FinetopError
from finetop.models import Naming
from finetop.pace import pace_of
from finetop.session.patience import patiently
from finetop.streams import cannot_stream, pause_s

if TYPE_CHECKING:
    from finetop.models import Event, Job
    from finetop.session.links import Links
    from finetop.session.questions import Questions

SHORT_S = 1.0
"""Between a stream that told nothing new and the next question."""


class Following:
    """One job's log, each line told once however often it comes."""

    def __init__(
        self, links: Links, questions: Questions, profile: str, job_id: str, tell: Callable[[Event], None]
    ) -> None:
        self._link = links.named(profile)
        self._questions = questions
        self._profile = profile
        self._job_id = job_id
        self._tell = tell
        self._told: set[str] = set()
        self._may_stream = True
        self._cuts = 0
        """Streams in a row that brought nothing new."""

    async def until_the_end(self) -> Job:
        """The job once it has ended and its log is told."""
        while True:
            job = await patiently(self._look)
            if job.status.is_final:
                return job
            await self._stream_or_wait()

    async def _look(self) -> Job:
        """The job as it was before its log was read: the log of one that had ended then is whole."""
        job = await self._questions.get_job(self._profile, self._job_id)
        self._hear(await self._questions.events(self._profile, self._job_id))
        return job

    def _hear(self, events: list[Event]) -> None:
        """Tell what is new of a log given from its first line on."""
        naming = Naming()
        for event in map(naming.named, events):
            self._hear_one(event)

    def _hear_one(self, event: Event) -> None:
        if event.id is not None and event.id not in self._told:
            self._told.add(event.id)
            self._tell(event)

    async def _stream_or_wait(self) -> None:
        """Until the log may have more to tell; a stream that is cut is nobody's concern."""
        provider = await self._link.patient()
        if not (self._may_stream and provider.capabilities.stream_events):
            await asyncio.sleep(pace_of(self._link.profile.dialect).watched_s)
            return
        before = len(self._told)
        try:
            async with aclosing(provider.stream_events(self._job_id)) as events:
                async for event in events:
                    self._hear_one(event)
        except FinetopError as error:
            self._may_stream = not cannot_stream(error)
            self._cuts = 1 if len(self._told) > before else self._cuts + 1
            await asyncio.sleep(pause_s(error, self._cuts))
        else:
            await asyncio.sleep(SHORT_S if len(self._told) == before else 0.0)
