"""Jobs as a provider tells of them: list, create, control, and what happened in them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from finetop.errors import BadReply, NoFineTuning, NotFound
from finetop.models import Checkpoint, Event, JobRequest
from finetop.providers.asking import Asking
from finetop.providers.reading import Sent, read_any, read_event, read_job

if TYPE_CHECKING:
    from finetop.providers.pages import Page


class JobsApi(Asking):
    """The routes of jobs; a dialect with other words changes the readers."""

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
        return self._after(job_id, await self._post("cancel", job_id))

    async def pause_job(self, job_id: str) -> Sent | None:
        """Ask the provider to hold a job at its next stop; None where it agrees without a word."""
        return self._after(job_id, await self._post("pause", job_id))

    async def resume_job(self, job_id: str) -> Sent | None:
        """Ask the provider to go on with a paused job; None where it agrees without a word."""
        return self._after(job_id, await self._post("resume", job_id))

    async def delete_job(self, job_id: str) -> Sent | None:
        """Ask the provider to forget a job; None where it agrees without a word."""
        return self._after(job_id, await self._delete("job", job_id))

    async def list_events(self, job_id: str, *, after: str | None = None, limit: int = 100) -> Page[Event]:
        """One part of a job's log, newest first."""
        return await self._page("events", job_id, self._event, after=after, limit=limit)

    async def list_checkpoints(
        self, job_id: str, *, after: str | None = None, limit: int = 100
    ) -> Page[Checkpoint]:
        """One part of a job's checkpoints, newest first."""
        return await self._page("checkpoints", job_id, read_any(Checkpoint), after=after, limit=limit)

    def _after(self, job_id: str, answer: Any) -> Sent | None:
        """The job after an order was taken; many answer with nothing, or only with a word of their own."""
        job, raw = self._job(answer)
        return (job, raw) if job.id == job_id and job.raw_status and not job.unreadable else None

    def _job(self, item: Any) -> Sent:
        return read_job(item)

    def _event(self, item: Any) -> Event:
        return read_event(item)
