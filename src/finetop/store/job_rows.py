"""One line of the jobs list: light, for a list without a screen draws it before anything else is loaded."""

# Without `from __future__ import annotations`: a NamedTuple compiles every type that is written as text.
from typing import NamedTuple


class JobKey(NamedTuple):
    """One job among all accounts."""

    account: int
    id: str


class JobRow(NamedTuple):
    """One line of the jobs list. Times are Unix seconds; a missing value is None, never 0."""

    key: JobKey
    seq: int
    """Grows whenever the row's content changes, over the whole store."""
    profile: str
    status: str
    """One of the nine words: checking, queued, running, stopping, paused, succeeded, failed, cancelled,
    unknown."""
    raw_status: str
    """The API's own word."""
    name: str
    """Suffix, else the tuned model's suffix, else the id."""
    model: str
    method: str
    """sft, dpo, rl, legacy, or the API's own word."""
    created_at: float | None = None
    started_at: float | None = None
    ended_at: float | None = None
    step: int | None = None
    total_steps: int | None = None
    epoch: float | None = None
    n_epochs: int | None = None
    train_loss: float | None = None
    valid_loss: float | None = None
    share: float | None = None
    """How much is done, 0 to 1, as far as that is told; see `done`."""
    eta_s: float | None = None
    """Seconds left as estimated from the job's own steps or the provider; None when unknown."""
    fine_tuned_model: str | None = None
    ends_at: float | None = None
    """The last day of the tuned model: its beginning in UTC; None where nobody says."""
    reason: str | None = None
    """Our short sentence on why it failed, or on what could not be read."""
    place: int | None = None
    """Place in the queue, from 1, where it is known."""
    cost: float | None = None
    """US dollars, where the provider tells the price of a job."""
    intent: str | None = None
    """State of an unsettled request of ours about this job: creating, cancelling, pausing, resuming,
    deleting, unsure, refused."""
    turned: int = 0
    """When its status was seen to change, by the store's clock; 0 for one that had ended long before."""
    is_first_sight: bool = False
    """True while its status is the one that it was first seen with."""
    overfit: str | None = None
    """How sure it is that validation has turned: sure, likely, unsure; None where it has not."""

    @property
    def has_turned(self) -> bool:
        """True where validation was better before, by more than chance."""
        return self.overfit in {"sure", "likely"}

    @property
    def is_job(self) -> bool:
        """False for a create that is not a job yet."""
        return not self.key.id.startswith("intent:")

    @property
    def is_final(self) -> bool:
        """True once nothing will change by itself."""
        return self.status in FINAL

    @property
    def is_active(self) -> bool:
        """True while the job waits, works or comes to rest."""
        return self.status in ACTIVE

    @property
    def done(self) -> float | None:
        """Share of the steps done, 0 to 1, or of the epochs where no steps are told; None when unknown."""
        if self.share is not None:
            return self.share
        if self.step is not None and self.total_steps:
            return min(1.0, self.step / self.total_steps)
        if self.step is None and self.epoch is not None and self.n_epochs:
            return min(1.0, self.epoch / self.n_epochs)
        return None


FINAL = frozenset({"succeeded", "failed", "cancelled"})
ACTIVE = frozenset({"checking", "queued", "running", "stopping"})
