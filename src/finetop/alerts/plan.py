"""What the settings ask for, as the engine uses it: rules, and where each way leads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from finetop import query
from finetop.errors import BadInput

if TYPE_CHECKING:
    from finetop.config import AlertRule, AlertSettings
    from finetop.query import Condition

GENERAL = "all jobs"


@dataclass(frozen=True, slots=True)
class Rule:
    """Which events of which jobs are told by which ways."""

    title: str
    jobs: str
    """Which jobs, as it was written; empty: every job."""
    condition: Condition
    """The same, as it is asked."""
    on: frozenset[str]
    ways: tuple[str, ...]
    """bell, notify, webhook, command; `webhook:TITLE` and `command:TITLE` are the rule's own."""
    silent_s: float
    checks: int
    overfit_from: str
    """How sure the overfit watch must be: sure, or likely at least."""

    def heeds(self, sureness: str) -> bool:
        """Whether a verdict of the overfit watch is sure enough to be told."""
        return "overfit" in self.on and sureness in {"sure", self.overfit_from}


@dataclass(frozen=True, slots=True)
class Address:
    """Where a webhook leads: an address, or the variable that holds it."""

    url: str = ""
    variable: str = ""

    def __bool__(self) -> bool:
        return bool(self.url or self.variable)

    def read(self, environ: Mapping[str, str]) -> str:
        """The address. Raises BadInput where the variable is not set; its value is never told."""
        found = self.url or environ.get(self.variable, "").strip()
        if not found:
            raise BadInput(
                f"the variable {self.variable} is not set",
                hint=f"Set {self.variable} to the address of the webhook.",
            )
        return found


@dataclass(frozen=True, slots=True)
class Plan:
    """The rules, the general one first, and what stands behind each way."""

    rules: tuple[Rule, ...]
    webhooks: Mapping[str, Address]
    commands: Mapping[str, tuple[str, ...]]
    notify: str
    command_timeout_s: float
    shutdown_days: int

    @property
    def ways(self) -> list[str]:
        """Every way of any rule, each once."""
        return list(dict.fromkeys(way for rule in self.rules for way in rule.ways))


def plan_of(settings: AlertSettings) -> Plan:
    """Fill in what each rule takes over from the section; a way without a goal is none.

    Raises BadInput for a query that cannot be read, with the rule it stands in.
    """
    webhooks = {"webhook": Address(settings.webhook, settings.webhook_env)}
    commands = {"command": settings.command}
    rules = []
    for title, rule in _titled(settings):
        webhooks[f"webhook:{title}"] = Address(rule.webhook, rule.webhook_env)
        commands[f"command:{title}"] = rule.command
        own = {kind for kind in ("webhook", "command") if {**webhooks, **commands}[f"{kind}:{title}"]}
        wanted = [f"{way}:{title}" if way in own else way for way in rule.ways or settings.ways]
        rules.append(
            Rule(
                title=title,
                jobs=rule.jobs,
                condition=_condition(rule.jobs, title),
                on=frozenset(rule.on or settings.on),
                ways=tuple(wanted),
                silent_s=(rule.silent_min or settings.silent_min) * 60,
                checks=rule.rising_checks or settings.rising_checks,
                overfit_from=rule.overfit_from or settings.overfit_from,
            )
        )
    general = Rule(
        title=GENERAL,
        jobs=settings.jobs,
        condition=_condition(settings.jobs, GENERAL),
        on=frozenset(settings.on),
        ways=settings.ways,
        silent_s=settings.silent_min * 60,
        checks=settings.rising_checks,
        overfit_from=settings.overfit_from,
    )
    goals = {"bell", *(("notify",) if settings.notify != "off" else ())}
    goals |= {way for way, goal in {**webhooks, **commands}.items() if goal}
    return Plan(
        rules=tuple(_reaching(rule, goals) for rule in (general, *rules)),
        webhooks=webhooks,
        commands=commands,
        notify=settings.notify,
        command_timeout_s=settings.command_timeout_s,
        shutdown_days=settings.shutdown_days,
    )


def _titled(settings: AlertSettings) -> list[tuple[str, AlertRule]]:
    return [(rule.title or f"rule {number}", rule) for number, rule in enumerate(settings.rules, 1)]


def _reaching(rule: Rule, goals: set[str]) -> Rule:
    return replace(rule, ways=tuple(way for way in dict.fromkeys(rule.ways) if way in goals))


def _condition(words: str, where: str) -> Condition:
    try:
        return query.parse(words)
    except BadInput as error:
        raise BadInput(f"alerts, {where}: {error.message}", hint=error.hint) from error
