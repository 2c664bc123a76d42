"""A large file sent in parts: one after another, each again where it failed, going on where it was left."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from finetop.actions.files.contents import fingerprint, md5_of
from finetop.actions.files.parcel import Parcel
from finetop.client import retry_delay
from finetop.errors import ApiError, BadFile, BadReply, BadRequest, NotFound, Unreachable

if TYPE_CHECKING:
    from pathlib import Path

    from finetop.actions.desk import Desk
    from finetop.client import Progress
    from finetop.models import File
    from finetop.providers import Provider
    from finetop.store import Intent

PART_TRIES = 5


@dataclass(frozen=True, slots=True)
class InParts:
    """The sending of one file; the journal knows each part that has arrived."""

    desk: Desk
    provider: Provider
    intent: Intent
    path: Path
    progress: Progress

    async def send(self) -> File:
        """Send what is still missing, and have the provider make a file of it."""
        parcel = Parcel.of(self.intent)
        if parcel.parts:
            try:
                parcel = await self._add_parts(parcel)
            except (BadRequest, NotFound):  # it has expired meanwhile
                parcel = replace(parcel, upload="", parts=())
        if not parcel.upload:
            parcel = self._note(replace(parcel, part_bytes=self.provider.capabilities.part_bytes))
            begun = await self.provider.start_upload(parcel.name, parcel.bytes)
            parcel = self._note(replace(parcel, upload=begun.id))
        return await self._complete(await self._add_parts(parcel))

    async def _add_parts(self, parcel: Parcel) -> Parcel:
        while parcel.sent_bytes < parcel.bytes:
            part = await self._add_part(parcel)
            parcel = self._note(replace(parcel, parts=(*parcel.parts, part)))
        return parcel

    async def _add_part(self, parcel: Parcel) -> str:
        """The next part. Sending one twice is safe: the completion names the parts that count."""
        before = parcel.sent_bytes
        size_bytes = min(parcel.part_bytes, parcel.bytes - before)

        def progress(sent: int, _: int) -> None:
            self.progress(before + sent, parcel.bytes)

        tried = 0
        while True:
            try:
                return await self.provider.add_part(
                    parcel.upload, self.path, before, size_bytes, progress=progress
                )
            except (ApiError, Unreachable) as error:
                delay_s = retry_delay(error, tried)
                tried += 1
                if tried >= PART_TRIES or delay_s is None:
                    raise
            await self.desk.sleep(delay_s)

    async def _complete(self, parcel: Parcel) -> File:
        if (await asyncio.to_thread(fingerprint, self.path)).sha256 != self.intent.file:
            raise BadFile(
                "changed while it was sent", path=self.path, hint="Send it again when it is complete."
            )
        md5 = await asyncio.to_thread(md5_of, self.path)
        self._note(replace(parcel, completing=True))
        done = await self.provider.complete_upload(parcel.upload, parcel.parts, md5=md5)
        if done.file is None:
            raise BadReply("the upload is complete, and the answer names no file")
        return done.file

    def _note(self, parcel: Parcel) -> Parcel:
        self.desk.store.journal.note(self.intent, parcel.to_json())
        return parcel
