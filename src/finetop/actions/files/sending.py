"""Training files on their way to the provider: the same bytes are uploaded once, unless one wants it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from finetop.actions.desk import Desk, may_have_acted
from finetop.actions.files.arrival import keep, settle
from finetop.actions.files.contents import Fingerprint, fingerprint
from finetop.actions.files.parcel import Parcel
from finetop.actions.files.parts import InParts
from finetop.actions.files.reuse import at_provider, in_parts
from finetop.errors import ApiError, BadFile, FinetopError, RateLimited, ServerFault, Unreachable
from finetop.text import clean, day_clock

if TYPE_CHECKING:
    from pathlib import Path

    from finetop.client import Progress
    from finetop.models import File
    from finetop.providers import Provider
    from finetop.store import Intent

Say = Callable[[str], None]
"""Told in words how far an upload is."""
DROP_S = 5.0
"""How long one who stops waits until the provider has dropped the parts; it does so by itself in an hour."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """A file at the provider."""

    file: File
    reused: bool
    """It was there already: nothing was sent."""


async def uploaded(
    desk: Desk,
    path: Path,
    *,
    anew: bool = False,
    say: Say = lambda _: None,
    progress: Progress = lambda _sent, _total: None,
) -> Arrival:
    """A file with these bytes at the provider: one that is there already, or a new one.

    Cancelling it stops the sending. Raises Unsettled where nobody knows whether it arrived.
    """
    provider = await desk.provider()
    bytes_ = await asyncio.to_thread(fingerprint, path)
    known = None if anew else await at_provider(desk, provider, bytes_)
    if known is not None:
        say(same_bytes_said(known))
        return Arrival(known, reused=True)
    told = _tenths(bytes_.name, say)

    def both(sent: int, total: int) -> None:
        told(sent, total)
        progress(sent, total)

    return Arrival(await _sent(desk, provider, path, bytes_, both), reused=False)


def same_bytes_said(file: File) -> str:
    """That a file is used which is there already, in words."""
    when = f", uploaded {day_clock(file.created_at)}" if file.created_at else ""
    return f"using {clean(file.id)} (same bytes{when})"


async def _sent(desk: Desk, provider: Provider, path: Path, bytes_: Fingerprint, progress: Progress) -> File:
    """Send it once; whatever happens, the journal tells how it ended."""
    intent = _written(desk, provider, bytes_)
    sent_bytes = 0

    def count(sent: int, total: int) -> None:
        nonlocal sent_bytes
        sent_bytes = sent
        progress(sent, total)

    try:
        if Parcel.of(intent).part_bytes or _goes_in_parts(provider, bytes_):
            file = await InParts(desk, provider, intent, path, count).send()
        else:
            file = await _send_whole(provider, path, bytes_, count)
    except asyncio.CancelledError:
        await _stop(desk, provider, intent, all_sent=sent_bytes >= bytes_.size_bytes)
        raise
    except FinetopError as error:
        return await _fail(desk, provider, intent, error)
    return keep(desk, intent, file)


def _written(desk: Desk, provider: Provider, bytes_: Fingerprint) -> Intent:
    """The intent, under way; one that was left between two parts is taken up again."""
    journal = desk.store.journal
    left = in_parts(desk, bytes_)
    if left is None:
        parcel = Parcel(bytes_.name, bytes_.size_bytes)
        intent = journal.write(desk.account, "upload", parcel.to_json(), name=bytes_.name, file=bytes_.sha256)
    else:
        intent = journal.rewrite(journal.settle(left, "unsure"))
    return journal.mark_sent(intent, at=provider.client.server_time())


def _goes_in_parts(provider: Provider, bytes_: Fingerprint) -> bool:
    able = provider.capabilities
    return able.uploads and bytes_.size_bytes > able.parts_above_bytes


async def _send_whole(provider: Provider, path: Path, bytes_: Fingerprint, progress: Progress) -> File:
    file = await provider.upload(path, progress=progress)
    if await asyncio.to_thread(fingerprint, path) != bytes_:
        raise BadFile("changed while it was sent", path=path, hint="Send it again when it is complete.")
    return file


async def _fail(desk: Desk, provider: Provider, intent: Intent, error: FinetopError) -> File:
    """Look for what may have arrived; what has not is refused, or can be gone on with. Raises the error."""
    now = desk.store.journal.get(intent.uuid) or intent
    parcel = Parcel.of(now)
    if parcel.may_be_a_file and may_have_acted(error):
        return await settle(desk, now, error)
    passes = isinstance(error, Unreachable | ServerFault | RateLimited)
    if parcel.parts and not parcel.completing and passes:
        said = f"left after {len(parcel.parts)} parts: {error.message}"
        desk.store.journal.settle(now, "unsure", message=said)
        raise error
    desk.store.journal.settle(now, "refused", message=error.message)
    await _drop(provider, parcel)
    raise error


async def _stop(desk: Desk, provider: Provider, intent: Intent, *, all_sent: bool) -> None:
    """Somebody does not want it any more: what cannot be a file yet is dropped."""
    now = desk.store.journal.get(intent.uuid) or intent
    parcel = Parcel.of(now)
    if parcel.may_be_a_file and (parcel.completing or all_sent):
        desk.store.journal.settle(now, "unsure", message="stopped while its answer was on the way")
        return
    desk.store.journal.settle(now, "refused", message="stopped")
    await _drop(provider, parcel)


async def _drop(provider: Provider, parcel: Parcel) -> None:
    """Have the provider forget parts that will never be a file."""
    if parcel.upload:
        with contextlib.suppress(ApiError, Unreachable, TimeoutError):
            async with asyncio.timeout(DROP_S):
                await provider.cancel_upload(parcel.upload)


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
