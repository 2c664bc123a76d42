"""What a process that is no more has left under way: found at the next start, and settled."""

from __future__ import annotations

from typing import TYPE_CHECKING

from finetop.actions import control, create, files, orders, removal
from finetop.errors import FinetopError

if TYPE_CHECKING:
    from finetop.actions.desk import Desk
    from finetop.store import Intent, Store

NEVER_SENT = "finetop ended before this was sent"


def left(store: Store, account: int) -> list[Intent]:
    """Intents under way whose process is dead; those of the living are theirs to settle."""
    return [
        intent
        for intent in store.journal.open(account)
        if intent.state in {"written", "sent"} and not store.locks.is_alive(intent.owner)
    ]


async def settle(desk: Desk, intent: Intent) -> None:
    """Find out what became of one. Nothing is ever sent here."""
    if intent.state == "written":
        _settle_unsent(desk, intent)
        return
    age_s = max(0.001, desk.clock() - (intent.sent_at or intent.written_at))
    try:
        if intent.kind == "create":
            await create.settle(desk, intent, None, age_s=age_s)
        elif intent.kind == "upload":
            await files.settle(desk, intent, None, age_s=age_s)
        else:
            order = {**control.ORDERS, **removal.ORDERS}[intent.kind]
            await orders.settle(desk, order, intent, None, age_s=age_s)
    except FinetopError:
        return  # the row says it


def _settle_unsent(desk: Desk, intent: Intent) -> None:
    """What never left can be refused, unless it left once before."""
    if intent.kind != "create":
        desk.store.journal.settle(intent, "dismissed", message=NEVER_SENT)
    elif intent.sent_at is None:
        desk.store.journal.settle(intent, "refused", message=NEVER_SENT)
    else:
        desk.store.journal.settle(intent, "unsure", message=create.UNSURE)
    desk.changed()
