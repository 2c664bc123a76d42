"""Carries out what the ledger says is due: webhooks and commands, again after a failure, but not for ever."""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from finetop.alerts import command
from finetop.errors import ApiError, BadInput, FinetopError, RateLimited, TryLater, Unreachable

if TYPE_CHECKING:
    from finetop.alerts.plan import Plan
    from finetop.store import Delivery, Store

AT_ONCE = 4
"""One that does not answer holds the others no longer than it must."""
AGAIN_S = (5.0, 30.0, 120.0, 600.0, 1800.0, 3600.0, 7200.0, 14400.0, 28800.0)
"""Between the tries of a webhook: for most of a day."""
COMMAND_AGAIN_S = (5.0, 60.0)
"""A command that fails three times will fail for ever."""


class Courier:
    """Delivers by one plan."""

    def __init__(
        self,
        store: Store,
        plan: Plan,
        *,
        environ: Mapping[str, str] = os.environ,
        clock: Callable[[], float] = time.time,
        transport: Any = None,
    ) -> None:
        self._store = store
        self._plan = plan
        self._environ = environ
        self._clock = clock
        self._transport = transport

    async def deliver(self, accounts: Iterable[int]) -> int:
        """Send what is due; how many deliveries were taken up."""
        due = self._store.alerts.due(accounts)
        room = asyncio.Semaphore(AT_ONCE)

        async def one(delivery: Delivery) -> bool:
            async with room:
                return await self._deliver(delivery)

        return sum(await asyncio.gather(*map(one, due)))

    async def send(self, way: str, facts: Mapping[str, Any]) -> str:
        """Send by one way at once; what came of it, in a few words."""
        kind = way.partition(":")[0]
        if kind == "webhook" and self._plan.webhooks.get(way):
            from finetop.client.webhook import post_json  # noqa: PLC0415 - loads httpx

            url = self._plan.webhooks[way].read(self._environ)
            return await post_json(url, posted(facts), transport=self._transport)
        if kind == "command" and self._plan.commands.get(way):
            return await command.run(
                self._plan.commands[way],
                facts,
                environ=self._environ,
                timeout_s=self._plan.command_timeout_s,
            )
        raise BadInput(f"{way} is not set up any more")

    async def _deliver(self, delivery: Delivery) -> bool:
        if not self._store.alerts.claim(delivery):
            return False
        settle = self._store.alerts.settle
        try:
            settle(delivery, "delivered", await self.send(delivery.way, json.loads(delivery.facts)))
        except FinetopError as error:
            delay_s = again_s(delivery.way, error, delivery.tries + 1)
            state = "failed" if delay_s is None else "due"
            settle(delivery, state, error.message, again_at=self._clock() + (delay_s or 0.0))
        except asyncio.CancelledError:  # finetop ends meanwhile; whoever comes next sends it
            settle(delivery, "due", again_at=self._clock())
            raise
        return True


def again_s(way: str, error: FinetopError, tries: int) -> float | None:
    """Seconds until the next try after this many; None where it is given up."""
    pauses = COMMAND_AGAIN_S if way.startswith("command") else AGAIN_S
    passes = not isinstance(error, BadInput | ApiError) or isinstance(error, TryLater | Unreachable)
    if isinstance(error, ApiError) and error.exit_code == TryLater.exit_code:
        passes = True
    if not passes or tries > len(pauses):
        return None
    wish_s = error.retry_after_s if isinstance(error, RateLimited) else None
    return max(pauses[tries - 1], min(wish_s or 0.0, AGAIN_S[-1]))


def posted(facts: Mapping[str, Any]) -> dict[str, Any]:
    """The facts as they are posted: chat rooms show `text` or `content`, and what looks like a call for
    people in the name of a job calls nobody.
    """
    shown = str(facts["text"]).replace("<", "‹").replace(">", "›").replace("@", "(at)")
    return {**facts, "text": shown, "content": shown}
