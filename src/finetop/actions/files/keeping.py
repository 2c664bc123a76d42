"""Result files of ended jobs brought to this machine by themselves: each once, whole or not at all."""

from __future__ import annotations

import asyncio
import hashlib
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from finetop.actions.files.fetching import download
from finetop.actions.naming import safe_name
from finetop.errors import BadInput, BadRequest, FinetopError, Forbidden, NotFound, NotSupported
from finetop.pace import next_delay
from finetop.store.kept import Kept, Result

if TYPE_CHECKING:
    from finetop.actions.desk import Desk
    from finetop.providers import Provider
    from finetop.store import Held

LOOK_S = 2.0
"""How often to look whether a job has ended."""
CANDIDACY_S = 30.0
"""How often to try to become the one who brings an account's files."""
GONE = (BadRequest, Forbidden, NotFound, NotSupported)
"""Refusals that are about one file and do not pass soon."""


class Keeping:
    """The result files of one account; of several processes one brings them."""

    def __init__(self, desk: Desk, folder: Path, *, apart_s: float, tell: Callable[[str], None]) -> None:
        self._desk = desk
        self._folder = folder
        self._apart_s = apart_s
        """Between two files, for the provider's sake."""
        self._tell = tell
        self._waiting: deque[Result] = deque()
        self._looked_at = 0
        self._failures = 0
        self._told: set[Result] = set()
        """Files whose trouble was told."""

    async def run(self) -> None:
        """Bring files for ever, as soon as nobody else does."""
        held: Held | None = None
        try:
            while held is None:
                held = self._desk.store.locks.keep_results(self._desk.account)
                if held is None:
                    await self._desk.sleep(CANDIDACY_S)
            while True:
                await self._desk.sleep(await self.step())
        finally:
            if held is not None:
                held.release()

    async def step(self) -> float:
        """Bring one file, if any is missing; the seconds to leave until the next step."""
        store, account = self._desk.store, self._desk.account
        if store.is_newer() or store.pacing.get(account).paused:
            return LOOK_S
        self._look()
        if not self._waiting:
            return LOOK_S
        wanted = self._waiting[0]
        try:
            kept = await self._bring(wanted)
            store.kept.save(account, kept)
        except FinetopError as error:
            self._failures += 1
            self._waiting.rotate(-1)  # one odd file does not hold up the others
            if wanted not in self._told:
                self._told.add(wanted)
                self._tell(f"the results of {wanted.job} cannot be kept now: {error.message}")
            return next_delay(error, self._failures)
        self._failures = 0
        self._waiting.popleft()
        self._told.discard(wanted)
        self._tell(
            f"the result file {wanted.file} of {wanted.job} cannot be had: {kept.problem}"
            if kept.problem
            else f"the results of {wanted.job} are kept in {self._folder / kept.path}"
        )
        return self._apart_s

    def _look(self) -> None:
        now = self._desk.store.now()
        if now != self._looked_at:
            known = set(self._waiting)
            missing = self._desk.store.kept.missing(self._desk.account, self._looked_at, self._desk.clock())
            self._waiting.extend(result for result in missing if result not in known)
            self._looked_at = now

    async def _bring(self, wanted: Result) -> Kept:
        """Raises what passes; a refusal of this file is written down."""
        place = Path(safe_name(wanted.job))
        tried_at = self._desk.clock()
        try:
            provider = await self._desk.provider()
            name = await _name(provider, wanted.file)
            await asyncio.to_thread(_make_private, self._folder, place)
            path = await download(
                self._desk,
                wanted.file,
                self._folder / place,
                # The id keeps apart what is called alike, and finds again what was brought before a crash.
                name=safe_name(f"{safe_name(wanted.file)}-{safe_name(name)}" if name else wanted.file),
                overwrite=True,
                decode=True,
                private=True,
            )
        except GONE as error:
            return Kept(wanted.job, wanted.file, tried_at=tried_at, problem=error.message)
        size_bytes, sha256 = await asyncio.to_thread(_measured, path)
        kept = str(place / path.name)
        return Kept(wanted.job, wanted.file, kept, size_bytes, sha256, tried_at)


async def _name(provider: Provider, file: str) -> str | None:
    """What the provider calls a file; None where it does not say."""
    with suppress(NotSupported):
        return (await provider.get_file(file)).filename
    return None


def _make_private(folder: Path, place: Path) -> None:
    """Folders that only their owner can look into. Raises BadInput where they cannot be made."""
    try:
        for made in (folder, folder / place):
            made.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise BadInput(f"{folder} cannot be written: {error.strerror}", hint="Make room there.") from error


def _measured(path: Path) -> tuple[int, str]:
    with path.open("rb") as file:
        return path.stat().st_size, hashlib.file_digest(file, "sha256").hexdigest()
