"""Profiles, settings and places: one small TOML file, the environment, and the platform's own folders."""

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
