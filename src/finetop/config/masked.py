"""What of the settings may be shown: addresses, headers and commands may hold a key."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from finetop.config.profile import Profile
    from finetop.config.settings import Settings

HIDDEN: Final = "***"
_PLAIN: Final = ("theme", "glyphs", "mouse", "config", "data", "state", "profile")
"""Variables of ours that hold no secret; the values of others are not repeated."""


def masked(profile: Profile) -> dict[str, Any]:
    """A profile as it stands in the file, but for what may be a secret."""
    return {
        **asdict(profile),
        "base_url": profile.address,
        "key_command": [*profile.key_command[:1], *([HIDDEN] if profile.key_command[1:] else [])],
        "headers": dict.fromkeys(profile.headers, HIDDEN),
        "query": dict.fromkeys(profile.query, HIDDEN),
    }


def masked_settings(found: Settings) -> dict[str, Any]:
    """The settings, without the addresses and commands that may hold a secret."""

    def hide(facts: dict[str, Any]) -> dict[str, Any]:
        webhook = HIDDEN if facts["webhook"] else ""
        command = [*facts["command"][:1], *([HIDDEN] if facts["command"][1:] else [])]
        return {**facts, "webhook": webhook, "command": command}

    plain = asdict(found)
    alerts = hide(plain["alerts"])
    rules = [hide(rule) for rule in alerts["rules"]]
    return {**plain, "alerts": {**alerts, "rules": rules}, "keys": found.keys.in_short()}


def masked_variables(environ: Mapping[str, str]) -> dict[str, str]:
    """The variables that are ours; of those that may hold a secret only that they are set."""
    ours = sorted(name for name in environ if name.startswith("FINETOP_"))
    return {
        name: environ[name] if name.removeprefix("FINETOP_").lower() in _PLAIN else HIDDEN for name in ours
    }
