"""What a screen draws: light slotted rows, read from the store without building a full job."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from finetop.store.job_rows import ACTIVE, FINAL, JobKey, JobRow

__all__ = [
    "ACTIVE",
    "FINAL",
    "Curves",
    "JobKey",
    "JobRow",
    "ProfileState",
    "Series",
    "Turn",
]


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
    series: Mapping[str, Series] = field(default_factory=dict)
    """All of them by our names, those above included."""
    epochs: Series = field(default_factory=Series)
    """Which epoch a step was in, as a number with a fraction."""
    times: Series = field(default_factory=Series)
    """When a step was told of, as Unix times."""
    tokens: Series = field(default_factory=Series)
    """How many tokens were trained on until a step, where the provider tells."""
    started_at: float | None = None
    checkpoint_steps: tuple[int, ...] = ()
    remeasured: int = 0
    """Grows whenever an older step is told of anew: then what was read before does not hold any more."""


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
