"""The words for a job's state: ours, and those of every API for them."""

from __future__ import annotations

from enum import StrEnum


class JobStatus(StrEnum):
    """The eight words finetop has for a job's state."""

    CHECKING = "checking"
    QUEUED = "queued"
    RUNNING = "running"
    PAUSED = "paused"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"

    @property
    def is_final(self) -> bool:
        """True once the job cannot change any more; a word we do not know is never final."""
        return self in {JobStatus.SUCCEEDED, JobStatus.FAILED, JobStatus.CANCELLED}


STATUS_WORDS: dict[str, JobStatus] = {
    "validating_files": JobStatus.CHECKING,
    "validating": JobStatus.CHECKING,
    "queued": JobStatus.QUEUED,
    "pending": JobStatus.QUEUED,
    "created": JobStatus.QUEUED,
    "running": JobStatus.RUNNING,
    "paused": JobStatus.PAUSED,
    "succeeded": JobStatus.SUCCEEDED,
    "failed": JobStatus.FAILED,
    "cancelled": JobStatus.CANCELLED,
    "canceled": JobStatus.CANCELLED,
}
