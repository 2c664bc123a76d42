"""What to ask a provider next, and when: pure decisions of the recorder."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from finetop.errors import (
    ApiError,
    BadInput,
    FinetopError,
    Forbidden,
    NoFineTuning,
    NotStarted,
    NotSupported,
    QuotaExceeded,
    RateLimited,
    ServerFault,
    TryLater,
    Unauthorized,
    Unreachable,
)

if TYPE_CHECKING:
    from finetop.config import Profile


class Kind(StrEnum):
    """The questions there are."""

    LIST = "list"
    JOB = "job"
    EVENTS = "events"
    CHECKPOINTS = "checkpoints"
    WHOLE = "whole"
    """Everything that a job which stands still has to tell."""
    BACKLOG = "backlog"
    """The same, of the next job in line for it."""
    MODELS = "models"


class Ask(NamedTuple):
    """One question, about one job where `job` names it."""

    kind: Kind
    job: str = ""


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds between two equal questions."""

    watched_s: float
    """About the job being looked at, while it waits or works."""
    active_s: float
    """About every other such job."""
    list_s: float
    idle_s: float
    """The list, while no job waits or works."""
    backlog_s: float
    """From one job that stands still to the next one whose log is fetched."""
    grace_s: float
    """How long after its end, or its pause, a job may still tell something."""
    checkpoints_s: float = 30.0
    models_s: float = 3600.0


CLOSED_S = 3600.0
"""How long a route that a server does not have, or closes to the key, is left alone."""

LONGEST_WISH_S = 3600.0
"""A server that wishes to be left alone for years is not believed."""

LOCAL = Pace(watched_s=1, active_s=2, list_s=2, idle_s=5, backlog_s=0.05, grace_s=1, checkpoints_s=5)
HOSTED = Pace(watched_s=5, active_s=15, list_s=15, idle_s=45, backlog_s=1, grace_s=90)


ARCHIVE = Pace(watched_s=1, active_s=5, list_s=5, idle_s=5, backlog_s=0.02, grace_s=0, models_s=60)
"""A look at the disk every 5 s: who keeps an archive up to date wants to see it."""
_PACES = {"local": LOCAL, "archive": ARCHIVE}


def pace_of(dialect: str) -> Pace:
    """A server on this machine may be asked as often as a person looks."""
    return _PACES.get(dialect, HOSTED)


def own_pace(profile: Profile) -> Pace:
    """How often a profile is asked while nobody has said otherwise."""
    usual = pace_of(profile.dialect)
    return at(usual, profile.pace_s) if profile.pace_s else usual


SHORTEST_S = 1.0
"""A pace that a person has chosen asks nothing more often than this, unless its own does."""


def at(pace: Pace, running_s: float) -> Pace:
    """The same pace, so much slower or faster that a running job is asked about every `running_s` seconds."""
    factor = running_s / pace.active_s

    def every(own_s: float) -> float:
        return max(own_s * factor, min(own_s, SHORTEST_S))

    return replace(
        pace,
        watched_s=every(pace.watched_s),
        active_s=every(pace.active_s),
        list_s=every(pace.list_s),
        idle_s=every(pace.idle_s),
        backlog_s=every(pace.backlog_s),
        checkpoints_s=every(pace.checkpoints_s),
    )


@dataclass(frozen=True, slots=True)
class View:
    """What the recorder knows of one account when it decides."""

    active: Mapping[str, str] = field(default_factory=dict)
    """Jobs that wait or work, and their status."""
    watched: frozenset[str] = frozenset()
    """Jobs somebody looks at."""
    listed: frozenset[str] = frozenset()
    """Jobs that the list's first part told of."""
    incomplete: tuple[str, ...] = ()
    """Ended and paused jobs whose log is not fetched whole, newest first."""
    streamed: frozenset[str] = frozenset()
    """Jobs whose log comes by itself just now."""
    place_in_log: bool = False
    """True where a waiting job's place in line stands only in its log."""


STREAMED_S = 60.0
"""A log that comes by itself is still looked at: a connection may have died without a word."""
_WORKING = frozenset({"running", "stopping", "unknown"})
"""A state new to us may be one more word for running."""


def wanted(view: View, pace: Pace) -> dict[Ask, float]:
    """Every question worth asking, and the seconds to leave between two askings."""
    asks = {Ask(Kind.LIST): pace.list_s if view.active else pace.idle_s}
    for job, status in view.active.items():
        own_s = pace.watched_s if job in view.watched else pace.active_s
        if job in view.watched or job not in view.listed:
            asks[Ask(Kind.JOB, job)] = own_s
        if status in _WORKING or job in view.watched or view.place_in_log:
            asks[Ask(Kind.EVENTS, job)] = max(STREAMED_S, own_s) if job in view.streamed else own_s
        if status in _WORKING:
            asks[Ask(Kind.CHECKPOINTS, job)] = pace.checkpoints_s
    asks |= {Ask(Kind.WHOLE, job): pace.watched_s for job in view.incomplete if job in view.watched}
    if view.incomplete:
        asks[Ask(Kind.BACKLOG)] = pace.backlog_s
    asks[Ask(Kind.MODELS)] = pace.models_s
    return asks


def due(asks: Mapping[Ask, float], asked_at: Mapping[Ask, float], now: float) -> list[Ask]:
    """The questions whose time has come, in the order in which they are worth asking."""
    return [ask for ask, every_s in asks.items() if now - asked_at.get(ask, float("-inf")) >= every_s]


def next_at(asks: Mapping[Ask, float], asked_at: Mapping[Ask, float]) -> float:
    """When the next question's time comes."""
    return min(asked_at.get(ask, float("-inf")) + every_s for ask, every_s in asks.items())


def pauses(longest_s: float) -> Iterator[float]:
    """Between the looks of one who waits for an end: short ones first, for what is short ends soon."""
    pause_s = longest_s / 10
    while True:
        yield pause_s
        pause_s = min(pause_s * 1.5, longest_s)


class Routes:
    """Which questions an account's server answers at all."""

    def __init__(self) -> None:
        self._answered: set[Kind] = set()
        self._closed: dict[Kind, tuple[float, FinetopError]] = {}

    def answered(self, kind: Kind) -> None:
        """It has answered once: a refusal is about one job, whether it came before or comes later."""
        self._answered.add(kind)
        self._closed.pop(kind, None)

    def refused(self, kind: Kind, error: FinetopError, now: float) -> None:
        """A route it has never had, or closes to this key, is not asked of every job."""
        told = kind not in {Kind.LIST, Kind.JOB} and kind not in self._answered
        if told and isinstance(error, NotSupported | Forbidden):
            self._closed[kind] = (now + CLOSED_S, error)

    def closed(self, kind: Kind, now: float) -> FinetopError | None:
        """Why it is not worth asking just now; None where it is."""
        until, error = self._closed.get(kind, (float("-inf"), None))
        return error if now < until else None

    def reopen(self) -> None:
        """Ask everything again."""
        self._closed.clear()


STATES: tuple[tuple[type[FinetopError], str], ...] = (
    (NotStarted, "not started"),
    (Unreachable, "offline"),
    (Unauthorized, "refused"),
    (Forbidden, "refused"),
    (BadInput, "no key"),
    (NoFineTuning, "none"),
    (RateLimited, "limited"),
    (QuotaExceeded, "limited"),
)


def state_of(error: FinetopError) -> str:
    """The profile's state after this error."""
    return next((state for kind, state in STATES if isinstance(error, kind)), "stale")


def is_about_account(error: FinetopError) -> bool:
    """True when no other question would fare better just now."""
    return not isinstance(error, ApiError) or isinstance(error, Unauthorized | RateLimited | QuotaExceeded)


def next_delay(error: FinetopError, failures: int) -> float:
    """Seconds until the provider is asked again after its `failures`-th failure in a row, from 1."""
    if isinstance(error, RateLimited) and error.retry_after_s is not None:
        return min(max(1.0, error.retry_after_s), LONGEST_WISH_S)
    if isinstance(error, NotStarted):
        return 2.0
    if isinstance(error, Unreachable):
        return _doubling(2.0, failures, 60.0)
    if isinstance(error, TryLater):
        return _doubling(5.0, failures, 60.0)
    if isinstance(error, ServerFault):
        wish_s = min(error.retry_after_s or 0.0, LONGEST_WISH_S)
        return max(wish_s, _doubling(5.0, failures, 120.0))
    patient = Unauthorized | Forbidden | NoFineTuning | NotSupported | RateLimited | QuotaExceeded | BadInput
    if isinstance(error, patient):
        return 300.0 * min(failures, 3)
    return _doubling(15.0, failures, 300.0)


def _doubling(first_s: float, failures: int, most_s: float) -> float:
    return min(first_s * float(2 ** min(failures - 1, 16)), most_s)
