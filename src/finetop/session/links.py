"""From a profile to a provider that can be asked; the local one is found, or started, first."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from finetop.client import ApiClient
from finetop.config import Paths, Profile, key_of
from finetop.errors import NotStarted
from finetop.providers import Provider, provider_class
from finetop.server import life
from finetop.session.places import data_dir_of
from finetop.session.starting import start_server


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
    ) -> None:
        self.profile = profile
        self.data_dir = data_dir_of(profile, paths)
        self._environ = environ
        self._start_local = start_local
        self._transport = transport
        self._provider: Provider | None = None
        self._where: tuple[str, str] | None = None
        self._old: list[ApiClient] = []
        self._starting = asyncio.Lock()

    async def ready(self) -> Provider:
        """The provider as it can be asked now. Raises BadInput without a key, NotStarted without a server."""
        if self.profile.dialect != "local":
            if self._provider is None:
                key = key_of(self.profile, self._environ)
                self._open(self.profile.base_url, key)
            return self._opened()
        server = life.running(self.data_dir)
        if server is None:
            raise NotStarted(f"the server of {self.profile.name} is not started")
        if self._where != (server.url, server.api_key):
            self._open(server.url, server.api_key)
        return self._opened()

    async def used(self) -> Provider:
        """The same, where a person wants something: a local server is started first."""
        try:
            return await self.ready()
        except NotStarted:
            if not self._start_local:
                raise
        async with self._starting:
            if life.running(self.data_dir) is None:
                await start_server(self.data_dir, self._environ)
        return await self.ready()

    async def patient(self) -> Provider:
        """As `used`, for one who waits for a single answer: what fails in passing is asked again."""
        provider = await self.used()
        return type(provider)(provider.client, retries=4)

    async def close(self) -> None:
        """Close every connection."""
        if self._provider is not None:
            self._old.append(self._provider.client)
        for client in self._old:
            await client.close()

    def _open(self, base_url: str, key: str) -> None:
        if self._provider is not None:
            self._old.append(self._provider.client)  # a question may be under way on it
        client = ApiClient(
            base_url,
            key,
            self.profile.organization,
            self.profile.project,
            transport=self._transport,
        )
        self._provider = provider_class(self.profile.dialect)(client)
        self._where = (base_url, key)

    def _opened(self) -> Provider:
        if self._provider is None:
            raise NotStarted(f"the provider of {self.profile.name} is not open")
        return self._provider
