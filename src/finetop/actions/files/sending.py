"""Training files on their way to the provider: the same bytes are uploaded once."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path

from finetop.actions.desk import Desk, may_have_acted
from finetop.actions.files.arrival import keep, settle
from finetop.actions.files.contents import fingerprint
from finetop.actions.files.reuse import left_over, still_there
from finetop.errors import BadFile, FinetopError

Say = Callable[[str], None]
"""Told in words how far an upload is."""


async def uploaded(desk: Desk, path: Path, *, say: Say = lambda _: None) -> str:
    """The id of a file with these bytes at the provider: one that is there already, or a new one."""
    provider = await desk.provider()
    bytes_ = await asyncio.to_thread(fingerprint, path)
    known = await still_there(desk, provider, bytes_) or await left_over(desk, provider, bytes_)
    if known is not None:
        return known.id
    intent = desk.store.journal.write(
        desk.account,
        "upload",
        json.dumps({"name": bytes_.name, "bytes": bytes_.size_bytes}),
        name=bytes_.name,
        file=bytes_.sha256,
    )
    intent = desk.store.journal.mark_sent(intent, at=provider.client.server_time())
    try:
        file = await provider.upload(path, progress=_tenths(bytes_.name, say))
    except FinetopError as error:
        if not may_have_acted(error):
            desk.store.journal.settle(intent, "refused", message=error.message)
            raise
        return (await settle(desk, intent, error)).id
    if await asyncio.to_thread(fingerprint, path) != bytes_:
        desk.store.journal.settle(intent, "refused", message="the file changed while it was sent")
        raise BadFile("changed while it was sent", path=path, hint="Send it again when it is complete.")
    return keep(desk, intent, file).id


def _tenths(name: str, say: Say) -> Callable[[int, int], None]:
    """Tell of every tenth of an upload, and no more often."""
    told = 0

    def progress(sent: int, total: int) -> None:
        nonlocal told
        tenths = sent * 10 // total if total else 10
        if tenths > told:
            told = tenths
            say(f"uploading {name}: {tenths * 10} %")

    return progress
