"""Alerts as a session runs them: its settings, who judges and delivers, and what the jobs' keys say of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from finetop.alerts.herald import Herald
from finetop.alerts.judging import Judge
from finetop.alerts.plan import Plan, plan_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from finetop.alerts.watching import Heard, Watch
    from finetop.session import Session

SILENT_DIALECTS = frozenset({"archive"})
"""What lies in an archive has happened long ago."""


def watch_of(session: Session, heard: Callable[[], Heard], changed: Callable[[], None]) -> Watch:
    """The loops that judge and deliver for this process. Raises BadInput for settings that make no sense."""
    from finetop.alerts.courier import Courier  # noqa: PLC0415 - who only looks loads no asyncio
    from finetop.alerts.watching import Watch  # noqa: PLC0415 - as above

    plan = plan_of(session.alerts)
    return Watch(
        session.store,
        judge_of(session, plan),
        Courier(session.store, plan, environ=session.environ),
        heard,
        changed=changed,
    )


def judge_of(session: Session, plan: Plan | None = None) -> Judge:
    """Who knows what is told of a job. Raises BadInput for settings that make no sense."""
    return Judge(session.store, plan or plan_of(session.alerts), session.names)


def herald_of(session: Session) -> Herald:
    """Who tells one terminal what is raised from now on. Raises BadInput as the others do."""
    plan = plan_of(session.alerts)
    return Herald(session.store, session.names, plan.notify, environ=session.environ)
