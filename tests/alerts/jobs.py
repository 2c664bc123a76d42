"""Jobs that come and go in a store, for tests of what is told of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from finetop.alerts.courier import Courier
from finetop.alerts.judging import Judge
from finetop.alerts.plan import plan_of
from finetop.config import AlertRule, AlertSettings
from finetop.models import Event, Job, Model
from finetop.store import Delivery, JobKey, Store

__all__ = ["AlertRule", "AlertSettings", "House"]


class House:
    """A store with one account, a clock that moves when told, and what is judged of it."""

    def __init__(self, folder: Path, settings: AlertSettings | None = None, **environ: str) -> None:
        self.folder = folder
        self.now = 1_800_000_000.0
        self.environ = environ
        self.settings = AlertSettings() if settings is None else settings
        self.open()

    def open(self) -> None:
        """As a process opens it that has just begun."""
        self.store = Store(self.folder / "finetop.db")
        self.store.alerts._clock = self.store.accounts._clock = lambda: self.now
        self.account = self.store.accounts.ensure(dialect="openai", base_url="https://one.test/v1")
        plan = plan_of(self.settings)
        self.judge = Judge(self.store, plan, {self.account: "acme"}, clock=lambda: self.now)
        self.courier = Courier(self.store, plan, environ=self.environ, clock=lambda: self.now)

    def close(self) -> None:
        self.store.close()

    def key(self, id_: str) -> JobKey:
        return JobKey(self.account, id_)

    def job(self, id_: str, status: str, **more: object) -> None:
        """The provider says this of a job."""
        raw = {
            "id": id_,
            "object": "fine_tuning.job",
            "status": status,
            "model": "small",
            "created_at": 1_700_000_000,
            **more,
        }
        sent = [(Job.model_validate(raw), repr(raw).encode())]
        self.store.jobs.save(self.account, sent, self.store.ask())

    def turns(self, id_: str, *statuses: str, **more: object) -> None:
        """A job goes this way; what it has at the end comes last."""
        for status in statuses:
            self.job(id_, status, **(more if status == statuses[-1] else {}))

    def says(self, id_: str, *at: float, **data: Any) -> None:
        """The job's log grows by one line for each time."""
        events = [Event(id=f"{id_}-{moment}", created_at=moment, message="line", data=data) for moment in at]
        self.store.events.save(self.key(id_), events)

    def steps(self, id_: str, **values: list[float]) -> None:
        """The job has measured these, a step each."""
        (series,) = values.items()
        events = [
            Event(
                id=f"{id_}-s{step}",
                created_at=self.now,
                type="metrics",
                data={"step": step, series[0]: value},
            )
            for step, value in enumerate(series[1], 1)
        ]
        self.store.events.save(self.key(id_), events)

    def models(self, **days: str | None) -> None:
        """The account's list of models says so."""
        self.store.library.save_models(
            self.account,
            [Model(id=name.replace("__", ":"), shutdown_date=day) for name, day in days.items()],
        )

    def judged(self, **heard: float) -> list[str]:
        """Judge half a minute later, and what is new: event, job and ways."""
        self.now += 31
        before = self.store.now()
        self.judge.judge(self.account, heard)
        found: dict[tuple[str, str], list[str]] = {}
        for delivery in self.known():
            if delivery.seq > before:
                found.setdefault((delivery.event, delivery.key.id), []).append(delivery.way)
        return [f"{event} {job}: {' '.join(ways)}" for (event, job), ways in found.items()]

    def known(self) -> list[Delivery]:
        """All that was ever raised, oldest first."""
        return self.store.alerts.recent([self.account], 1000)[::-1]
