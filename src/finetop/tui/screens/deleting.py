"""Deleting files and models at a provider: what may be deleted, asking first, and what came of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import TYPE_CHECKING

from finetop import text
from finetop.errors import FinetopError
from finetop.tui.messages import Said
from finetop.tui.screens.bulk import ConfirmBulk
from finetop.tui.screens.confirm import Confirm
from finetop.tui.screens.everywhere import Everywhere
from finetop.tui.screens.file_consent import Doomed, delete_consent, delete_many_consent

if TYPE_CHECKING:
    from finetop.session import Session


class Deleting(Everywhere):
    """The part of a screen that deletes what is no job."""

    async def ask_to_delete(
        self, what: str, doomed: Sequence[Doomed], *, users: Callable[[], Sequence[str]], lost: str
    ) -> bool:
        """The question about one or several; `users` tells who uses the one, and may take its time."""
        if len(doomed) == 1:
            known = await asyncio.to_thread(users)
            return await self.app.push_screen_wait(Confirm(delete_consent(what, doomed[0], known, lost)))
        return await self.app.push_screen_wait(ConfirmBulk(delete_many_consent(what, doomed, lost)))

    async def delete_all(
        self, what: str, doomed: Sequence[Doomed], send: Callable[[Doomed], Future[None]]
    ) -> None:
        """Have all of them deleted, and say how that went."""
        answers = await asyncio.gather(
            *(asyncio.wrap_future(send(one)) for one in doomed), return_exceptions=True
        )
        failed: list[FinetopError] = []
        for answer in answers:
            if isinstance(answer, FinetopError):
                failed.append(answer)
            elif isinstance(answer, BaseException):
                raise answer
        if failed:
            some = f"{len(failed)} of {len(doomed)} {what}s: " if len(doomed) > 1 else ""
            self.post_message(Said(f"{some}{failed[0].message}", failed[0].advice, "bad"))
        elif len(doomed) == 1:
            self.post_message(Said(f"{text.clean(doomed[0].name)} is deleted."))
        else:
            self.post_message(Said(f"{len(doomed)} {what}s are deleted."))


def may_delete(session: Session, profile: str, order: str) -> bool | None:
    """Whether a profile deletes these: False where it never does, None where not now."""
    known = next((one for one in session.profiles if one.name == profile), None)
    if known is None or known.read_only or session.lacks(profile, order):
        return False
    return not session.why_not(profile, order) or None
