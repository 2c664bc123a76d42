"""Where a profile's key comes from, and which keys the environment holds."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from finetop.config.profile import OPENAI_URL, Profile
from finetop.errors import BadInput


@dataclass(frozen=True, slots=True)
class FoundKey:
    """A key in the environment: where it would be sent, and the name of its variable."""

    key_env: str
    base_url: str
    organization: str
    project: str

    @property
    def host(self) -> str:
        """The host the key would be sent to."""
        return urlsplit(self.base_url).netloc or self.base_url

    def profile(self) -> Profile:
        """A profile that reads this key each time."""
        parts = self.host.split(":")[0].split(".")
        name = next((part for part in reversed(parts[:-1]) if part.isalpha()), "") if len(parts) > 1 else ""
        return Profile(
            name=name or "provider",
            base_url=self.base_url,
            key_env=self.key_env,
            organization=self.organization,
            project=self.project,
        )


def found_key(environ: Mapping[str, str] = os.environ) -> FoundKey | None:
    """The key of the usual variable, with the places its neighbours name."""
    if not environ.get("OPENAI_API_KEY", "").strip():
        return None
    return FoundKey(
        key_env="OPENAI_API_KEY",
        base_url=(environ.get("OPENAI_BASE_URL") or environ.get("OPENAI_API_BASE") or OPENAI_URL).rstrip("/"),
        organization=environ.get("OPENAI_ORG_ID") or environ.get("OPENAI_ORGANIZATION") or "",
        project=environ.get("OPENAI_PROJECT_ID") or "",
    )


def key_of(profile: Profile, environ: Mapping[str, str] = os.environ) -> str:
    """The profile's key, read anew. Raises BadInput naming the variable when it is not set."""
    key = environ.get(profile.key_env, "").strip() if profile.key_env else ""
    if not key and profile.key_env:
        raise BadInput(
            f"profile {profile.name}: the variable {profile.key_env} is not set",
            hint=f"Set {profile.key_env}, or choose another profile.",
        )
    return key
