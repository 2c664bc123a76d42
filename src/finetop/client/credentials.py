"""What every request to one host carries: the key, the account's own headers, its fixed query."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from finetop.errors import BadInput

LONG_WORD = 12
"""A header's value longer than this may be a secret."""

Renew = Callable[[str], Awaitable[str]]
"""Given the key that was refused, the key as it is now: those of commands and files change."""


class Credentials:
    """What one account shows of itself to its host, and to no other. It has no repr."""

    def __init__(
        self,
        key: str,
        organization: str = "",
        project: str = "",
        *,
        key_header: str = "",
        headers: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
        renew: Renew | None = None,
    ) -> None:
        self.query = dict(query or {})
        self._own = dict(headers or {})
        self._key_header = key_header
        self._renew = renew
        self._account = {"OpenAI-Organization": organization, "OpenAI-Project": project}
        self._take(key)

    @property
    def secrets(self) -> tuple[str, ...]:
        """What no error may quote."""
        return (self._key, *(value for value in self._own.values() if len(value) > LONG_WORD))

    async def has_new_key(self, refused: str) -> bool:
        """Whether there is by now another key than the one that was just refused."""
        if self._renew is not None and self._key == refused:
            self._take(await self._renew(refused))
        return self._key != refused

    @property
    def key(self) -> str:
        """The key as it is used now."""
        return self._key

    def _take(self, key: str) -> None:
        if not (key.isascii() and key.isprintable()):
            raise BadInput("the key holds characters that no header can carry", hint="Set it anew.")
        self._key = key
        self.headers = {name: value for name, value in self._account.items() if value} | self._own
        if key and self._key_header:
            self.headers[self._key_header] = key
        elif key:
            self.headers["Authorization"] = f"Bearer {key}"
