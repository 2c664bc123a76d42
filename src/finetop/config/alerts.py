"""The section [alerts]: of which jobs one is told what, and by which ways."""

from __future__ import annotations

from dataclasses import dataclass, field

EVENTS = ("done", "failed", "cancelled", "silent", "rising", "overfit", "shutdown")
SURENESS = ("sure", "likely")
WAYS = ("bell", "notify", "webhook", "command")


@dataclass(frozen=True, slots=True)
class AlertRule:
    """One table [[alerts.rules]]: some jobs that are told of in ways of their own."""

    title: str = ""
    """How lists call it; empty: rule 1, rule 2 and so on."""
    jobs: str = ""
    """A query, such as "model:mini -tag:test"; empty: every job."""
    on: tuple[str, ...] = field(default=(), metadata={"choices": EVENTS})
    """What is told; empty: as in [alerts]."""
    ways: tuple[str, ...] = field(default=(), metadata={"choices": WAYS})
    """How it is told; empty: as in [alerts]."""
    webhook: str = ""
    """An address of its own."""
    webhook_env: str = ""
    """The variable that holds it, where the address is itself a secret."""
    command: tuple[str, ...] = ()
    """A command of its own, word by word."""
    silent_min: float = field(default=0.0, metadata={"least": 0})
    """Minutes without news; 0: as in [alerts]."""
    rising_checks: int = field(default=0, metadata={"least": 0})
    """Checks in a row that became worse; 0: as in [alerts]."""
    overfit_from: str = field(default="", metadata={"choices": ("", *SURENESS)})
    """How sure the overfit watch must be; empty: as in [alerts]."""


@dataclass(frozen=True, slots=True)
class AlertSettings:
    """What is told of all jobs, and the rules that tell more of some."""

    on: tuple[str, ...] = field(default=EVENTS, metadata={"choices": EVENTS})
    """What is told: a job's end, silence, validation that rises or has turned, a model's shutdown."""
    ways: tuple[str, ...] = field(default=WAYS, metadata={"choices": WAYS})
    """How: those of these ways that are set up."""
    jobs: str = ""
    """A query, such as "-profile:team"; empty: every job."""
    notify: str = field(default="auto", metadata={"choices": ("auto", "osc9", "osc777", "off")})
    """How the terminal is asked to show a notification."""
    webhook: str = ""
    """The address that gets a POST of JSON."""
    webhook_env: str = ""
    """The variable that holds it, where the address is itself a secret."""
    command: tuple[str, ...] = ()
    """A command, word by word; it gets the facts in its environment and as JSON on stdin."""
    command_timeout_s: float = field(default=30.0, metadata={"least": 1})
    """When a command is ended that does not end by itself."""
    silent_min: float = field(default=20.0, metadata={"least": 1})
    """Minutes without news from a running job, and longer than its own rhythm explains."""
    rising_checks: int = field(default=3, metadata={"least": 1})
    """How many times in a row validation became worse."""
    overfit_from: str = field(default="sure", metadata={"choices": SURENESS})
    """How sure the overfit watch must be that validation has turned."""
    shutdown_days: int = field(default=30, metadata={"least": 0})
    """Days before a tuned model's last day."""
    rules: tuple[AlertRule, ...] = ()
