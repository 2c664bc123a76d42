"""What a profile can do to a job, told before a provider is loaded: the first paint greys the keys by it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from finetop.config import Profile

AGAIN_S = 86_400.0
"""After so long a missing route may have been built; it is tried again when it is asked for."""
_LACKS: Mapping[str, frozenset[str]] = {
    "openai": frozenset(),
    "local": frozenset({"delete"}),
    "openai-legacy": frozenset({"pause", "resume", "delete"}),
    "archive": frozenset({"cancel", "pause", "resume", "delete", "chat", "delete-file", "delete-model"}),
}
"""What the capabilities of each dialect say, in a form that costs nothing to load."""
_OPENAI = (".openai.com",)
_OTHERS: Mapping[str, str] = {"delete-file": "delete files", "delete-model": "delete models"}
"""Orders to something else than a job, in words."""


def lacks(profile: Profile, action: str) -> bool:
    """True where nobody needs to be asked: the API itself has no such action."""
    host = "." + (urlsplit(profile.base_url).hostname or "")
    if action == "delete" and profile.dialect == "openai" and host.endswith(_OPENAI):
        return True  # others that speak its dialect do have this route
    return action in _LACKS.get(profile.dialect, frozenset())


def why_not(profile: Profile, action: str, unable: Mapping[str, float], now: float) -> str:
    """Why an action is not offered, in a sentence; empty where it is. `unable` is what asking has taught."""
    if profile.read_only:
        return f"{profile.name} is for reading only."
    words = _OTHERS.get(action, f"{action} jobs")
    if lacks(profile, action):
        return f"{profile.name} cannot {words}."
    since = unable.get(action)
    if since is not None and 0 <= now - since < AGAIN_S:
        return f"{profile.name} cannot {words}; r tries again."
    return ""
