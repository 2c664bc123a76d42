"""What every provider can be asked: jobs, files and models, behind one name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from finetop.errors import BadReply
from finetop.providers.files import FilesApi
from finetop.providers.jobs import JobsApi
from finetop.providers.library import ModelsApi

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from finetop.models import Event, JobRequest


class Provider(JobsApi, FilesApi, ModelsApi):
    """One API's dialect. A dialect with other paths changes the table; with other words, the readers."""

    async def edition(self) -> str | None:
        """What stays equal as long as nothing has changed; None where only asking tells."""
        return None

    async def close(self) -> None:
        """Let go of everything."""
        await self.client.close()

    def check(self, request: JobRequest) -> None:
        """Raise BadInput for what this dialect has no words for, before anything is sent."""

    def stream_events(self, job_id: str) -> AsyncGenerator[Event]:
        """A job's log as it grows, from its first line on. Raises BadReply where logs are not streamed."""
        raise BadReply(f"{self.client.host} does not stream the events of {job_id}")
