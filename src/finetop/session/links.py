"""From a profile to a provider that can be asked; the local one is found, or started, first."""

from __future__ import annotations

import asyncio
import functools
import time
from collections.abc import Callable, ItemsView, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from finetop.client import ApiClient, Credentials
from finetop.config.commands import current_key
from finetop.errors import BadInput, NotStarted, TryLater
from finetop.places import archive_path, data_dir_of
from finetop.providers import Archive, Provider, provider_class
from finetop.server import disks, life
from finetop.session.starting import end_if_outdated, start_server

if TYPE_CHECKING:
    from finetop.config import Paths, Profile
    from finetop.exchange import Exchange, Heard

CARD = "server.json"
"""Where a server writes down who it is; `life` decides whether that is true."""
TRUST_S = 10.0
"""How long a server that was found is taken to run still; a killed one leaves its card behind."""


class Link:
    """One profile's way to its provider."""

    def __init__(
        self,
        profile: Profile,
        paths: Paths,
        environ: Mapping[str, str],
        *,
        start_local: bool = True,
        transport: Any = None,
        heard: Heard | None = None,
    ) -> None:
        self.profile = profile
        self.data_dir = data_dir_of(profile, paths)
        self._environ = environ
        self._start_local = start_local
        self._transport = transport
        self._heard = heard
        self._provider: Provider | None = None
        self._where: tuple[str, str] | None = None
        self._old: list[ApiClient] = []
        self._starting = asyncio.Lock()
        self._home: Path | None = None
        self._card: tuple[int, int] | None = None
        self._found_at = float("-inf")

    async def ready(self) -> Provider:
        """The provider as it can be asked now. Raises BadInput without a key, NotStarted without a server."""
        if self.profile.dialect != "local":
            async with self._starting:  # or a command would be run by each of several questions
                if self._provider is None:
                    self._open(self.profile.base_url, await current_key(self.profile, self._environ))
            return self._opened()
        card = self._card_seen()
        if card is None:
            raise self._not_started()
        fresh = time.monotonic() - self._found_at < TRUST_S and card == self._card
        if not fresh:
            self._find()
            self._card = card
        return self._opened()

    async def used(self) -> Provider:
        """The same, where a person wants something: a local server is started first."""
        if self.profile.dialect != "local":
            return await self.ready()
        async with self._starting:
            server = life.running(self.data_dir)
            if server is not None and self._start_local:
                server = await asyncio.to_thread(end_if_outdated, server)
            if server is None:
                if not self._start_local:
                    raise self._not_started()
                await start_server(self.data_dir, self._environ)
            self._find()
        return self._opened()

    async def patient(self) -> Provider:
        """As `used`, for one who waits for a single answer: what fails in passing is asked again."""
        return (await self.used()).patient(retries=4)

    async def close(self) -> None:
        """Close every connection."""
        if self._provider is not None:
            await self._provider.close()
        for client in self._old:
            await client.close()

    def _find(self) -> None:
        """Look who runs, and open a way there where it is a new one."""
        server = life.running(self.data_dir)
        if server is None:
            raise self._not_started()
        if server.contract != life.CONTRACT:
            raise TryLater(
                f"the running server is finetop {server.version}, which this one cannot speak with",
                hint="Wait for its jobs, then end it: finetop serve --stop",
            )
        self._found_at = time.monotonic()
        if self._where != (server.url, server.api_key):
            self._open(server.url, server.api_key)

    def _card_seen(self) -> tuple[int, int] | None:
        """What tells one server's card from the next; None without a card. Cheaper than asking the lock."""
        if self._home is None:
            self._home = disks.home(self.data_dir)
        try:
            found = (self._home / CARD).stat()
        except OSError:
            return None
        return found.st_ino, found.st_mtime_ns

    def _not_started(self) -> NotStarted:
        self._found_at = float("-inf")
        return NotStarted(f"the server of {self.profile.name} is not started")

    def _open(self, base_url: str, key: str) -> None:
        if self.profile.dialect == "archive":
            self._provider = Archive.at(archive_path(self.profile), self.profile.name)
            return
        if self._provider is not None:
            self._old.append(self._provider.client)  # a question may be under way on it
        shown = Credentials(
            key,
            self.profile.organization,
            self.profile.project,
            key_header=self.profile.key_header,
            headers=self.profile.headers,
            query=self.profile.query,
            renew=self._renewed if self.profile.key_command or self.profile.key_file else None,
        )
        client = ApiClient(base_url, shown, transport=self._transport, heard=self._heard)
        self._provider = provider_class(self.profile.dialect)(client)
        self._where = (base_url, key)

    async def _renewed(self, refused: str) -> str:
        """The key that has taken the place of a refused one; many questions ask the command once."""
        async with self._starting:
            if self._where is not None and self._where[1] == refused:
                self._where = (self._where[0], await current_key(self.profile, self._environ))
            return self._where[1] if self._where is not None else refused

    def _opened(self) -> Provider:
        if self._provider is None:
            raise NotStarted(f"the provider of {self.profile.name} is not open")
        return self._provider


class Links:
    """The way to every account; profiles of one account share it."""

    def __init__(
        self,
        profiles: Iterable[Profile],
        accounts: Mapping[str, int],
        paths: Paths,
        environ: Mapping[str, str],
        *,
        start_local: bool = True,
        transport: Any = None,
        heard: Callable[[int, Exchange], None] | None = None,
    ) -> None:
        self._accounts = accounts
        self._links: dict[int, Link] = {}
        for profile in profiles:
            account = accounts[profile.name]
            if account not in self._links:
                self._links[account] = Link(
                    profile,
                    paths,
                    environ,
                    start_local=start_local,
                    transport=transport,
                    heard=None if heard is None else functools.partial(heard, account),
                )

    def __getitem__(self, account: int) -> Link:
        """An account's link."""
        return self._links[account]

    def items(self) -> ItemsView[int, Link]:
        """Every account and its link."""
        return self._links.items()

    def account(self, profile: str) -> int:
        """The account of a profile. Raises BadInput with the profiles that exist."""
        try:
            return self._accounts[profile]
        except KeyError:
            known = ", ".join(self._accounts) or "none"
            raise BadInput(f"there is no profile {profile}", hint=f"Use one of: {known}.") from None

    def named(self, profile: str) -> Link:
        """A profile's link. Raises BadInput with the profiles that exist."""
        return self[self.account(profile)]

    async def close(self) -> None:
        """Close every connection."""
        for link in self._links.values():
            await link.close()
