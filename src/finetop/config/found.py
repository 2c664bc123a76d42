"""The keys that the usual variables of the environment hold, and where each would be sent."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from finetop.config.profile import OPENAI_URL, Profile

NEBIUS_URL = "https://api.tokenfactory.nebius.com/v1"


@dataclass(frozen=True, slots=True)
class FoundKey:
    """A key in the environment: where it would be sent, and the name of its variable."""

    key_env: str
    base_url: str
    organization: str = ""
    project: str = ""
    key_header: str = ""
    called: str = ""
    """What its profile is called; empty leaves that to the host."""

    @property
    def host(self) -> str:
        """The host the key would be sent to."""
        return Profile("", base_url=self.base_url).host or self.base_url

    def profile(self) -> Profile:
        """A profile that reads this key each time."""
        return Profile(
            name=self.called or self._host_name() or "provider",
            base_url=self.base_url,
            key_env=self.key_env,
            key_header=self.key_header,
            organization=self.organization,
            project=self.project,
        )

    def _host_name(self) -> str:
        parts = self.host.split(":")[0].split(".")
        return next((part for part in reversed(parts[:-1]) if part.isalpha()), "") if len(parts) > 1 else ""


def found_keys(environ: Mapping[str, str] = os.environ) -> tuple[FoundKey, ...]:
    """The keys of the usual variables, with the places their neighbours name."""
    found = (_openai(environ), _azure(environ), _nebius(environ))
    return tuple(key for key in found if key is not None)


def profiles_of(found: tuple[FoundKey, ...], *, taken: tuple[str, ...] = ()) -> tuple[Profile, ...]:
    """A profile of each key, no two of one name, and none of a name that is taken."""
    profiles: list[Profile] = []
    for key in found:
        profile = key.profile()
        used = {*taken, *(other.name for other in profiles)}
        names = [profile.name, "provider", *(f"{profile.name}-{number}" for number in range(2, 100))]
        profiles.append(replace(profile, name=next(name for name in names if name not in used)))
    return tuple(profiles)


def _set(environ: Mapping[str, str], name: str) -> str:
    return environ.get(name, "").strip()


def _openai(environ: Mapping[str, str]) -> FoundKey | None:
    if not _set(environ, "OPENAI_API_KEY"):
        return None
    return FoundKey(
        key_env="OPENAI_API_KEY",
        base_url=(_set(environ, "OPENAI_BASE_URL") or _set(environ, "OPENAI_API_BASE") or OPENAI_URL).rstrip(
            "/"
        ),
        organization=_set(environ, "OPENAI_ORG_ID") or _set(environ, "OPENAI_ORGANIZATION"),
        project=_set(environ, "OPENAI_PROJECT_ID"),
    )


def _azure(environ: Mapping[str, str]) -> FoundKey | None:
    """Azure's v1 API, which wants no date in its address; without an endpoint a key leads nowhere."""
    endpoint = _set(environ, "AZURE_OPENAI_ENDPOINT").rstrip("/")
    if not _set(environ, "AZURE_OPENAI_API_KEY") or urlsplit(endpoint).scheme not in {"http", "https"}:
        return None
    base_url = (
        endpoint if endpoint.endswith("/openai/v1") else f"{endpoint.removesuffix('/openai')}/openai/v1"
    )
    return FoundKey("AZURE_OPENAI_API_KEY", base_url, key_header="api-key", called="azure")


def _nebius(environ: Mapping[str, str]) -> FoundKey | None:
    return (
        FoundKey("NEBIUS_API_KEY", NEBIUS_URL, called="nebius") if _set(environ, "NEBIUS_API_KEY") else None
    )
