"""Judges what one account's jobs have come to, and writes down what is to be told."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from finetop.alerts import rules, wording
from finetop.overfit import of_told
from finetop.shutdown import days_left
from finetop.store import JobKey, Raised

if TYPE_CHECKING:
    from finetop.alerts.plan import Plan, Rule
    from finetop.store import JobRow, Store

WORKING_S = 10.0
"""Running jobs are looked at no more often: a job that has ended is told at once."""
CHECKS_S = 30.0
"""Validation of one job is looked at no more often."""
SHUTDOWNS_S = 3600.0
MODELS = "models"
"""Stands for a job where an alert is about models."""


@dataclass(frozen=True, slots=True)
class Occurrence:
    """Something that has happened to a job; the rules decide whether it is told."""

    job: str
    event: str
    turn: int
    facts: Mapping[str, Any]
    counts: Callable[[Rule], bool] = lambda _rule: True
    """Whether it is enough for a rule, such as a silence that is long enough."""


class Judge:
    """Judges by one plan; what was judged and what was raised stands in the store."""

    def __init__(
        self,
        store: Store,
        plan: Plan,
        names: Mapping[int, str],
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._store = store
        self._plan = plan
        self._names = names
        self._clock = clock
        self._worked_at: dict[int, float] = {}
        self._checked: dict[JobKey, tuple[int, float]] = {}
        self._shutdowns_at: dict[int, float] = {}

    def judge(self, account: int, heard: Mapping[str, float]) -> int:
        """Raise what is new; how many alerts that were.

        `heard` says when the log of a job was last read, by the server's clock.
        """
        judged, ends = self._ends(account)
        wanted = self._store.alerts.wanted(account)
        found = [*ends, *self._of_working(account, heard), *self._shutdowns(account)]
        raised = [self._raised(account, occurrence, wanted) for occurrence in found]
        return self._store.alerts.raise_(account, [one for one in raised if one.ways], judged)

    def is_told_of(self, key: JobKey) -> bool:
        """Whether anything of this job would be told."""
        wanted = self._store.alerts.is_wanted(key)
        if wanted is not None:
            return wanted
        return any(
            rule.on - {"shutdown"} and rule.ways and self._holds(rule, key) for rule in self._plan.rules
        )

    def _ends(self, account: int) -> tuple[int | None, list[Occurrence]]:
        turns = self._store.turns.since([account], self._store.alerts.judged(account))
        found = []
        for turn in turns:
            ordered = turn.status == "cancelled" and self._store.evidence.cancel_ordered(turn.key)
            event = rules.ending(turn, ordered=ordered)
            row = self._row(turn.key) if event is not None else None
            if event is not None and row is not None:
                found.append(
                    Occurrence(turn.key.id, event, turn.number, wording.of_end(event, row, self._clock()))
                )
        return (turns[-1].number if turns else None), found

    def _of_working(self, account: int, heard: Mapping[str, float]) -> Iterator[Occurrence]:
        if self._is_within(WORKING_S, self._worked_at.get(account)):
            return
        self._worked_at[account] = self._clock()
        for job in self._store.evidence.working(account):
            if job.key.id in heard:
                yield from self._silence(job.key, job.started_at, job.moved_at, heard[job.key.id])
            seq, at = self._checked.get(job.key, (0, None))
            if job.seq != seq and not self._is_within(CHECKS_S, at):
                self._checked[job.key] = (job.seq, self._clock())
                yield from self._worse(job.key)

    def _silence(
        self, key: JobKey, started_at: float | None, moved_at: float | None, heard_at: float
    ) -> Iterator[Occurrence]:
        told_at = self._store.evidence.told_at(key)
        found = rules.silence(told_at, started_at=started_at, moved_at=moved_at, heard_at=heard_at)
        if found is None or not any(found.outlasts(rule.silent_s) for rule in self._plan.rules):
            return
        row = self._row(key)
        if row is not None and not self._is_told(key, found):
            facts = wording.of_silence(row, found)
            yield Occurrence(
                key.id, "silent", int(found.since), facts, lambda rule: found.outlasts(rule.silent_s)
            )

    def _is_told(self, key: JobKey, found: rules.Silence) -> bool:
        """True where a silence was told while this one had begun: the clock of the log is behind.

        Each of its lines would else be the last word before a silence of hours.
        """
        last = self._store.alerts.last(key, "silent")
        if last is None or last[0] == int(found.since):
            return False
        begun, facts = last
        return found.since < begun + float(json.loads(facts)["silent_s"])

    def _worse(self, key: JobKey) -> Iterator[Occurrence]:
        verdict = of_told(self._store.jobs.overfit(key))
        row = self._row(key) if verdict is not None and verdict.is_told else None
        if verdict is not None and row is not None:
            facts = wording.of_overfit(row, verdict)
            sureness = verdict.sureness
            yield Occurrence(key.id, "overfit", 0, facts, lambda rule: rule.heeds(sureness))
        if self._store.alerts.last(key, "overfit") is None:
            yield from self._rising(key, "" if verdict is None else verdict.sureness)

    def _rising(self, key: JobKey, sureness: str) -> Iterator[Occurrence]:
        """Counted checks are told where the overfit watch does not tell more of the same."""
        checks = self._store.evidence.checks(key)
        if checks is None:
            return
        found = rules.worse_since(
            checks.series.steps, checks.series.values, higher_is_better=checks.higher_is_better
        )
        row = self._row(key) if found is not None else None
        if found is not None and row is not None:
            facts = wording.of_worse(row, found)
            yield Occurrence(
                key.id,
                "rising",
                round(found.step),
                facts,
                lambda rule: found.checks >= rule.checks and not rule.heeds(sureness),
            )

    def _shutdowns(self, account: int) -> Iterator[Occurrence]:
        now = self._clock()
        if self._is_within(SHUTDOWNS_S, self._shutdowns_at.get(account)):
            return
        ends = self._store.evidence.ends(account)
        if ends:  # at a first start the jobs are known before the models
            self._shutdowns_at[account] = now
        by_day: dict[float, list[str]] = {}
        for model, at in ends.items():
            by_day.setdefault(at, []).append(model)
        for at, models in by_day.items():
            left = days_left(at, now)
            mark = rules.reminder(left, self._plan.shutdown_days)
            if mark is not None:
                facts = wording.of_shutdown(self._names[account], sorted(models), at, left)
                yield Occurrence(MODELS, "shutdown", int(at // 86_400) * 1000 + mark, facts)

    def _raised(self, account: int, found: Occurrence, wanted: Mapping[str, bool]) -> Raised:
        said = wanted.get(found.job)
        ways: list[str] = []
        for rule in self._plan.rules if said is not False else ():
            if found.event not in rule.on or not found.counts(rule):
                continue
            is_general = rule is self._plan.rules[0]
            chosen = found.job == MODELS or (said and is_general)
            if chosen or self._holds(rule, JobKey(account, found.job)):
                ways += rule.ways
        facts = json.dumps(found.facts, allow_nan=False)
        return Raised(found.job, found.event, found.turn, facts, tuple(dict.fromkeys(ways)))

    def _holds(self, rule: Rule, key: JobKey) -> bool:
        if not rule.condition.terms:
            return True
        return self._store.jobs.matches(rule.condition, key, self._names[key.account], now=self._clock())

    def _is_within(self, seconds: float, since: float | None) -> bool:
        """Whether that was so short a time ago; what lies ahead was said by a clock that is right by now."""
        return since is not None and 0 <= self._clock() - since < seconds

    def _row(self, key: JobKey) -> JobRow | None:
        return self._store.jobs.row(key, self._names[key.account], now=self._clock())
