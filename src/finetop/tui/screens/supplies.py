"""What the form can choose from: kept in the store, asked anew through the session."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from concurrent.futures import Future
    from pathlib import Path

    from finetop.models import Capabilities, File, Model
    from finetop.session import Session
    from finetop.store import Store
    from finetop.tui.start import Options


class Supplies(Protocol):
    """Where the form finds what can be chosen; the main screen fills it from store and session."""

    sample: str

    @property
    def profiles(self) -> tuple[str, ...]:
        """Those that may create jobs."""
        ...

    def known_files(self, profile: str) -> list[File]:
        """Uploaded files as last heard of."""
        ...

    def known_models(self, profile: str) -> list[Model]:
        """Models as last heard of."""
        ...

    async def ask_files(self, profile: str) -> list[File]:
        """Uploaded files, asked anew."""
        ...

    async def ask_models(self, profile: str) -> list[Model]:
        """Models, asked anew."""
        ...

    async def already_there(self, profile: str, path: Path) -> File | None:
        """The file at the provider that holds the same bytes."""
        ...

    def can(self, profile: str) -> Capabilities:
        """What a job of this profile can be given."""
        ...


class SessionSupplies:
    """Files and models of each profile that may create jobs."""

    def __init__(self, options: Options, store: Store, session: Session) -> None:
        self._all = {profile.name: profile for profile in options.profiles}
        self._store = store
        self._session = session
        self.sample = options.sample
        self._asked: list[Future[list[File]] | Future[list[Model]]] = []

    @property
    def profiles(self) -> tuple[str, ...]:
        """Those that may write."""
        return tuple(name for name, profile in self._all.items() if not profile.read_only)

    def begin(self) -> None:
        """With a sample waiting, the form shall open complete; nobody else is asked before need."""
        if self.sample:
            name = next(iter(self._all))
            self._asked = [self._session.files(name), self._session.models(name)]

    def is_read_only(self, profile: str) -> bool:
        """True for a profile that only watches."""
        found = self._all.get(profile)
        return found is None or found.read_only

    def can(self, profile: str) -> Capabilities:
        """What a job of this profile can be given."""
        return self._session.capabilities(profile)

    def known_files(self, profile: str) -> list[File]:
        """Uploaded files as last heard of."""
        return self._store.library.files(self._session.accounts[profile])

    def known_models(self, profile: str) -> list[Model]:
        """Models as last heard of."""
        return self._store.library.models(self._session.accounts[profile])

    async def ask_files(self, profile: str) -> list[File]:
        """Uploaded files, asked anew."""
        return await asyncio.wrap_future(self._session.files(profile))

    async def ask_models(self, profile: str) -> list[Model]:
        """Models, asked anew."""
        return await asyncio.wrap_future(self._session.models(profile))

    async def already_there(self, profile: str, path: Path) -> File | None:
        """The file at the provider that holds the same bytes, asked anew."""
        return await asyncio.wrap_future(self._session.already_there(profile, path))
