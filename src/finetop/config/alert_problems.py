"""What cannot be in [alerts] although it is of the right kind."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from finetop import query
from finetop.config.tables import Complaint, Place
from finetop.errors import BadQuery

if TYPE_CHECKING:
    from finetop.config.alerts import AlertRule, AlertSettings


def alert_problems(settings: AlertSettings) -> Iterator[Complaint]:
    """Queries that cannot be read, addresses that lead nowhere, ways without a goal."""
    yield from _problems(settings, ("alerts",))
    titles: set[str] = set()
    for number, rule in enumerate(settings.rules):
        place = ("alerts", "rules", number)
        yield from _problems(rule, place)
        if rule.title and rule.title in titles:
            yield Complaint((*place, "title"), f"two rules are called {rule.title}", "Rename one.")
        titles.add(rule.title)
        for way, goals in (
            ("webhook", (rule.webhook, rule.webhook_env, settings.webhook, settings.webhook_env)),
            ("command", (rule.command, settings.command)),
        ):
            if way in rule.ways and not any(goals):
                yield Complaint((*place, "ways"), f"there is no {way} to go by", f"Write {way} = ...")


def _problems(settings: AlertSettings | AlertRule, place: Place) -> Iterator[Complaint]:
    try:
        query.parse(settings.jobs)
    except BadQuery as error:
        yield Complaint((*place, "jobs"), error.message, error.hint)
    if settings.webhook and settings.webhook_env:
        yield Complaint((*place, "webhook_env"), "webhook and webhook_env are two goals", "Keep one of them.")
    if settings.webhook and not _is_web(settings.webhook):
        said = "webhook must begin with https:// or http://"
        yield Complaint((*place, "webhook"), said, "Write the whole address.")


def _is_web(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname)
