"""Who an account is: the place and the key a profile points to."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TypedDict

from finetop.config import Paths, Profile, identity_of
from finetop.errors import BadInput


class Place(TypedDict):
    """What tells one account from another."""

    dialect: str
    base_url: str
    organization: str
    project: str
    key: str
    """What tells the key from others; only a salted hash of it is kept."""


def data_dir_of(profile: Profile, paths: Paths) -> Path:
    """The folder of a local profile's server."""
    return Path(profile.data_dir).expanduser() if profile.data_dir else paths.server_dir


def archive_path(profile: Profile) -> Path:
    """The folder or file of an archive's profile."""
    return Path(profile.path).expanduser().resolve()


def account_place(profile: Profile, paths: Paths, environ: Mapping[str, str]) -> Place:
    """The account of a profile. A local server's port changes, so its folder stands for it."""
    if profile.dialect == "local":
        base_url = f"local:{data_dir_of(profile, paths).absolute()}"
        return Place(dialect="local", base_url=base_url, organization="", project="", key="")
    if profile.dialect == "archive":
        base_url = f"archive:{archive_path(profile)}"
        return Place(dialect="archive", base_url=base_url, organization="", project="", key="")
    try:
        key = identity_of(profile, environ)
    except BadInput:
        key = ""  # the rows of no key: the recorder says what is missing
    return Place(
        dialect=profile.dialect,
        base_url=profile.address.rstrip("/"),
        organization=profile.organization,
        project=profile.project,
        key=key,
    )
