"""What a screen draws: light slotted rows, read from the store without building a full job."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple


class JobKey(NamedTuple):
    """One job among all accounts."""

    account: int
    id: str


@dataclass(slots=True, frozen=True)
class JobRow:
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


@dataclass(slots=True, frozen=True)
class Turn:
    """The last change of a job's status, or its first sight."""

    key: JobKey
    status: str
    was: str | None
    """The status before; None where the job was first seen as it is."""
    number: int
    """Of the store's clock, when the change was seen."""
    at: float
    """The same in our wall time."""
    is_past: bool
    """True where it had ended before finetop first heard of its account."""


FINAL = frozenset({"succeeded", "failed", "cancelled"})
ACTIVE = frozenset({"checking", "queued", "running", "stopping"})


@dataclass(slots=True, frozen=True)
class EventRow:
    """One line of the event log."""

    created_at: float
    level: str
    """info, warn or error."""
    message: str
    type: str = "message"
    id: str = ""


@dataclass(slots=True, frozen=True)
class Series:
    """One metric of one job over its steps; `values[i]` belongs to `steps[i]`, steps ascending."""

    steps: tuple[int, ...] = ()
    values: tuple[float, ...] = ()


@dataclass(slots=True, frozen=True)
class Curves:
    """Everything the curves pane needs of one job."""

    key: JobKey | None = None
    seq: int = 0
    total_steps: int | None = None
    epoch_steps: tuple[int, ...] = ()
    """Steps at which an epoch ended."""
    train_loss: Series = field(default_factory=Series)
    valid_loss: Series = field(default_factory=Series)
    """full_valid_loss where there is one, else valid_loss."""
    train_accuracy: Series = field(default_factory=Series)
    valid_accuracy: Series = field(default_factory=Series)
    rate: Series = field(default_factory=Series)
    """Learning rate, where the provider tells it."""
    more: dict[str, Series] = field(default_factory=dict)
    """Every other series by name: rewards, lengths of answers, whatever the provider measures."""


@dataclass(slots=True, frozen=True)
class ProfileState:
    """How a profile is doing, for the title line."""

    name: str
    account: int | None
    state: str
    """never, ok, stale, offline, no key, refused, none (no fine-tuning API), limited, not started."""
    last_ok_at: float | None = None
    message: str = ""
    """The reason, when the state is not ok."""
    read_only: bool = False
    jobs: int = 0
    poller: str = ""
    """Who asks the provider: host, pid and version."""
    paused: bool = False
    """True while somebody has the asking stopped."""
    pace_s: float | None = None
    """Seconds between two questions about a running job, where somebody has said so."""
    requests_left: int | None = None
    """Of the provider's present window, where it tells."""
    requests_limit: int | None = None
    is_low: bool = False
    """True where less than a tenth of the requests is left."""
    colour: str = ""
    """The colour of the profile's name; empty for none of its own."""
