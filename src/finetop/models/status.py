"""The words for a job's state: ours, and those of every API for them."""

from __future__ import annotations

from enum import StrEnum


class JobStatus(StrEnum):
    """The nine words finetop has for a job's state."""

    CHECKING = "checking"
    QUEUED = "queued"
    RUNNING = "running"
    STOPPING = "stopping"
    PAUSED = "paused"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"

    @property
    def is_final(self) -> bool:
        """True once the job cannot change any more; a word we do not know is never final."""
        return self in {JobStatus.SUCCEEDED, JobStatus.FAILED, JobStatus.CANCELLED}


_WORDS = {
    JobStatus.CHECKING: "validating_files validating job_state_validating loading_model loading_dataset",
    JobStatus.QUEUED: "queued pending created queuing started notrunning validated"
    " job_state_creating job_state_pending",
    JobStatus.RUNNING: "running training compressing uploading saving job_state_running"
    " job_state_writing_results job_state_evaluation job_state_rollout",
    JobStatus.STOPPING: "cancel_requested cancellation_requested canceling cancelling pausing"
    " job_state_deleting",
    JobStatus.PAUSED: "paused job_state_paused",
    JobStatus.SUCCEEDED: "succeeded success completed job_state_completed",
    JobStatus.FAILED: "failed failed_validation error user_error job_state_failed",
    JobStatus.CANCELLED: "cancelled canceled stopped job_state_cancelled",
}

STATUS_WORDS: dict[str, JobStatus] = {
    word: status for status, words in _WORDS.items() for word in words.split()
}
"""Every word we have met, in small letters."""


def status_of(word: str) -> JobStatus:
    """What a provider's word means, in any case; UNKNOWN for one we have not met."""
    return STATUS_WORDS.get(word.strip().lower(), JobStatus.UNKNOWN)
