"""Profiles and places: one small TOML file, the environment, and the platform's own folders."""

from __future__ import annotations

import difflib
import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import platformdirs

from finetop.errors import BadInput

OPENAI_URL = "https://api.openai.com/v1"
DIALECTS = ("openai", "local", "openai-legacy")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,31}")


@dataclass(frozen=True, slots=True)
class Profile:
    """One account a person watches, under the name he gave it."""

    name: str
    dialect: str = "openai"
    base_url: str = OPENAI_URL
    key_env: str = ""
    """The variable that holds the key; the key itself is never written down."""
    organization: str = ""
    project: str = ""
    read_only: bool = False
    data_dir: str = ""
    """Of the dialect `local`: its server's folder; empty means the usual one."""


@dataclass(frozen=True, slots=True)
class Paths:
    """Where everything of finetop lies."""

    config_file: Path
    data_dir: Path
    state_dir: Path

    @classmethod
    def of(cls, environ: Mapping[str, str] = os.environ) -> Paths:
        """The platform's folders, unless FINETOP_CONFIG, FINETOP_DATA or FINETOP_STATE say otherwise."""
        config = environ.get("FINETOP_CONFIG")
        data = environ.get("FINETOP_DATA")
        state = environ.get("FINETOP_STATE")
        return cls(
            config_file=Path(config) if config else platformdirs.user_config_path("finetop") / "config.toml",
            data_dir=Path(data) if data else platformdirs.user_data_path("finetop"),
            state_dir=Path(state) if state else platformdirs.user_state_path("finetop"),
        )

    @property
    def store_dir(self) -> Path:
        """The data folder; where that is on a network disk, which SQLite cannot bear, one on this machine."""
        from finetop.server import disks  # noqa: PLC0415 - the saved first frame needs no mount table

        return disks.home(self.data_dir)

    @property
    def store_file(self) -> Path:
        """What finetop knows."""
        return self.store_dir / "finetop.db"

    @property
    def notice(self) -> str:
        """One sentence where the store is not where one would look for it; else nothing."""
        if self.store_dir == self.data_dir:
            return ""
        return f"{self.data_dir} is on a network disk; what finetop knows is kept in {self.store_dir}."

    @property
    def server_dir(self) -> Path:
        """The local engine's folder."""
        return self.data_dir / "server"


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


LOCAL = Profile(name="local", dialect="local", base_url="", key_env="")


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


def load(paths: Paths) -> tuple[Profile, ...] | None:
    """The profiles of the config file; None when there is no file yet. Raises BadInput with the place."""
    try:
        text = paths.config_file.read_text("utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"{paths.config_file} cannot be read: {error}") from error
    try:
        parsed = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadInput(
            f"{paths.config_file}: {error}", hint="Mend that line, or move the file away."
        ) from error
    tables = parsed.get("profiles", {})
    if not isinstance(tables, dict):
        raise BadInput(f"{paths.config_file}: profiles must be tables such as [profiles.openai]")
    return tuple(_profile(paths.config_file, name, table) for name, table in tables.items())


def save(paths: Paths, profiles: tuple[Profile, ...]) -> None:
    """Write the profiles; the file holds names of variables, never a key."""
    lines = ["# finetop: one table for each account it watches. Keys stay in the environment.", ""]
    for profile in profiles:
        lines.append(f"[profiles.{profile.name}]")
        plain = Profile(profile.name)
        for field in ("dialect", "base_url", "key_env", "organization", "project", "data_dir"):
            value: str = getattr(profile, field)
            if value and (field in {"dialect", "base_url"} or value != getattr(plain, field)):
                lines.append(f"{field} = {_quote(value)}")
        if profile.read_only:
            lines.append("read_only = true")
        lines.append("")
    try:
        paths.config_file.parent.mkdir(parents=True, exist_ok=True)
        part = paths.config_file.with_name(paths.config_file.name + ".part")
        part.write_text("\n".join(lines), "utf-8")
        part.chmod(0o600)
        part.replace(paths.config_file)
    except OSError as error:
        raise BadInput(
            f"{paths.config_file} cannot be written: {error.strerror}",
            hint="Set FINETOP_CONFIG to a file that can.",
        ) from error


def _profile(file: Path, name: str, table: object) -> Profile:
    """One table, checked: every complaint names the file and the key."""
    place = f"{file}, profile {name}"
    if not _NAME.fullmatch(name):
        raise BadInput(f"{place}: a name has 1 to 32 letters, digits, dots, dashes")
    if not isinstance(table, dict):
        raise BadInput(f"{place}: this must be a table")
    known = set(Profile.__dataclass_fields__) - {"name"}
    for key, value in table.items():
        if key not in known:
            raise BadInput(
                f"{place}: there is no setting {key}", hint=f"Use one of {', '.join(sorted(known))}."
            )
        wanted: type = bool if key == "read_only" else str
        if not isinstance(value, wanted):
            raise BadInput(
                f"{place}: {key} must be {'true or false' if wanted is bool else 'text in quotes'}"
            )
    profile = Profile(name=name, **table)
    if profile.dialect not in DIALECTS:
        raise BadInput(f"{place}: there is no dialect {profile.dialect}", hint=_nearest(profile.dialect))
    if profile.dialect != "local" and urlsplit(profile.base_url).scheme not in {"http", "https"}:
        raise BadInput(f"{place}: base_url must begin with https:// or http://")
    return profile


def _nearest(dialect: str) -> str:
    """Which dialect may have been meant."""
    alike = difflib.get_close_matches(dialect.lower(), DIALECTS, n=1, cutoff=0.6)
    return f"Use {alike[0]}." if alike else f"Use one of {', '.join(DIALECTS)}."


def _quote(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + re.sub(r"[\x00-\x1f\x7f]", lambda found: f"\\u{ord(found[0]):04x}", escaped) + '"'
