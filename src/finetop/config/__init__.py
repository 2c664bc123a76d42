"""Profiles, settings and places: one small TOML file, the environment, and the platform's own folders.

A name is loaded when it is first used: a command that only looks into the store needs a few of them.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from finetop.config.alerts import AlertRule, AlertSettings
    from finetop.config.found import FoundKey, found_keys, profiles_of
    from finetop.config.keys import identity_of, key_of, source_of
    from finetop.config.paths import Paths
    from finetop.config.profile import COLOURS, DIALECTS, LOCAL, OPENAI_URL, Profile
    from finetop.config.reading import load, load_settings
    from finetop.config.settings import Settings
    from finetop.config.tables import unknown
    from finetop.config.writing import add, save

__all__ = [
    "COLOURS",
    "DIALECTS",
    "LOCAL",
    "OPENAI_URL",
    "AlertRule",
    "AlertSettings",
    "FoundKey",
    "Paths",
    "Profile",
    "Settings",
    "add",
    "found_keys",
    "identity_of",
    "key_of",
    "load",
    "load_settings",
    "profiles_of",
    "save",
    "source_of",
    "unknown",
]

_PLACES = {
    "alerts": ("AlertRule", "AlertSettings"),
    "found": ("FoundKey", "found_keys", "profiles_of"),
    "keys": ("identity_of", "key_of", "source_of"),
    "paths": ("Paths",),
    "profile": ("COLOURS", "DIALECTS", "LOCAL", "OPENAI_URL", "Profile"),
    "reading": ("load", "load_settings"),
    "settings": ("Settings",),
    "tables": ("unknown",),
    "writing": ("add", "save"),
}


def __getattr__(name: str) -> Any:
    """One of the names above, from the module it lives in."""
    for module, names in _PLACES.items():
        if name in names:
            found = globals()[name] = getattr(importlib.import_module(f"{__name__}.{module}"), name)
            return found
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
