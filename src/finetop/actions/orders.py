"""What every order to something that exists has in common: written down, sent once, settled by looking."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING

from finetop.actions.desk import Desk, looks, may_have_acted
from finetop.errors import (
    ApiError,
    BadInput,
    BadRequest,
    FinetopError,
    NotFound,
    NotSupported,
    TryLater,
    Unreachable,
    Unsettled,
)

if TYPE_CHECKING:
    from finetop.providers import Provider
    from finetop.store import Intent


ROUTE_MISSING = frozenset({405, 501})
"""Statuses by which a server says that it knows no such action, whatever it is asked for."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What a look at the thing told of an order."""

    done: bool
    """The order has come about."""
    instead: str = ""
    """In words, an end the thing has come to by which it no longer can, or need not."""


@dataclass(frozen=True, kw_only=True)
class Order(ABC):
    """One thing that can be asked of what a provider already has."""

    kind: str
    """As the journal calls it."""
    verb: str
    """What is asked, as in `pause jobs`."""
    of: str
    """What it is asked of, in the plural."""
    needs: str = ""
    """The capability without which nobody is asked."""
    rivals: tuple[str, ...]
    """The kinds of which one at a time may be under way."""

    @abstractmethod
    async def send(self, desk: Desk, provider: Provider, target: str) -> bool:
        """Ask once, and keep the answer; True when it has come about with that."""

    @abstractmethod
    async def look(self, desk: Desk, provider: Provider, target: str) -> Seen:
        """Ask how it stands, and keep the answer."""

    def refusal(self, target: str, seen: Seen, error: ApiError) -> FinetopError | None:  # noqa: ARG002 - jobs name it
        """A refusal in plain words, when this is how it stands; None when all is as it was wished."""
        return None if seen.done else error


async def carry_out(desk: Desk, order: Order, target: str) -> None:
    """Write down, send once, settle. Raises TryLater when a living process is about it already."""
    intent = desk.store.journal.write(desk.account, order.kind, "{}", file=target, rivals=order.rivals)
    desk.changed()
    try:
        provider = await desk.provider()
        if order.needs and not getattr(provider.capabilities, order.needs):
            raise BadInput(f"{provider.client.host} cannot {order.verb} {order.of}", hint="")
        intent = desk.store.journal.mark_sent(intent, at=provider.client.server_time())
        done = await order.send(desk, provider, target)
    except FinetopError as error:
        if may_have_acted(error):
            await settle(desk, order, intent, error)
            return
        desk.store.journal.settle(intent, "refused", message=error.message)
        desk.changed()
        if not isinstance(error, ApiError):
            raise
        await _explain(desk, order, intent, provider, error)
        return
    desk.store.accounts.forget_unable(desk.account, order.kind)
    _done(desk, intent, done=done)


async def settle(
    desk: Desk, order: Order, intent: Intent, error: FinetopError | None, *, age_s: float = 0.0
) -> None:
    """Look until it has come about, or no longer can. Raises Unsettled when three minutes did not tell."""
    async for _ in looks(desk, age_s=age_s):
        try:
            seen = await order.look(desk, await desk.provider(), intent.file)
        except (ApiError, Unreachable, TryLater):
            continue  # the next look may reach it
        if seen.done:
            _done(desk, intent, done=True)
            return
        if seen.instead:
            desk.store.journal.settle(intent, "refused", message=seen.instead)
            desk.changed()
            raise BadRequest(f"{intent.file} {seen.instead}", hint="") from error
    desk.store.journal.settle(intent, "unsure", message=f"nobody knows whether the {order.verb} arrived")
    desk.changed()
    raise Unsettled(
        f"asked to {order.verb} {intent.file}, and nobody knows whether that arrived",
        hint="Ask again; asking twice does no harm.",
    ) from error


async def _explain(desk: Desk, order: Order, intent: Intent, provider: Provider, error: ApiError) -> None:
    """Find out what a refusal means: a 404 may be for the thing or for the action; a look tells which."""
    missing = error.status in ROUTE_MISSING
    try:
        seen = Seen(done=False) if missing else await order.look(desk, provider, intent.file)
    except (ApiError, Unreachable, TryLater):
        raise error from None
    if missing or (isinstance(error, NotFound | NotSupported) and not seen.done):
        desk.store.accounts.mark_unable(desk.account, order.kind, desk.clock())
        desk.changed()
        raise NotSupported(
            f"{provider.client.host} cannot {order.verb} {order.of}",
            status=error.status,
            request_id=error.request_id,
        ) from error
    told = order.refusal(intent.file, seen, error)
    if told is not None:
        raise told from error
    _done(desk, intent, done=True)


def _done(desk: Desk, intent: Intent, *, done: bool) -> None:
    """It was accepted. Only what has come about names the thing; the rest shows as on its way."""
    desk.store.journal.settle(intent, "created", job=intent.file if done else None)
    desk.changed()
