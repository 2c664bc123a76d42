"""Who an account is: the place and the key a profile points to."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

from finetop.errors import BadInput

if TYPE_CHECKING:
    from finetop.config import Paths, Profile
    from finetop.store import Store
    from finetop.store.accounts import Accounts


class Where(TypedDict):
    """What tells one provider's account from another's, but for the key."""

    dialect: str
    base_url: str
    organization: str
    project: str


class Place(Where):
    """What tells one account from another."""

    key: str
    """What tells the key from others; only a salted hash of it is kept."""


def data_dir_of(profile: Profile, paths: Paths) -> Path:
    """The folder of a local profile's server."""
    return Path(profile.data_dir).expanduser() if profile.data_dir else paths.server_dir


def archive_path(profile: Profile) -> Path:
    """The folder or file of an archive's profile."""
    return Path(profile.path).expanduser().resolve()


def where(profile: Profile, paths: Paths) -> Where:
    """The place of a profile. A local server's port changes, so its folder stands for it."""
    if profile.dialect == "local":
        base_url = f"local:{data_dir_of(profile, paths).absolute()}"
        return Where(dialect="local", base_url=base_url, organization="", project="")
    if profile.dialect == "archive":
        base_url = f"archive:{archive_path(profile)}"
        return Where(dialect="archive", base_url=base_url, organization="", project="")
    return Where(
        dialect=profile.dialect,
        base_url=profile.address.rstrip("/"),
        organization=profile.organization,
        project=profile.project,
    )


def account_place(profile: Profile, paths: Paths, environ: Mapping[str, str]) -> Place:
    """The account of a profile: its place and what tells its key."""
    found = where(profile, paths)
    if profile.dialect in {"local", "archive"}:
        return Place(**found, key="")
    from finetop.config import identity_of  # noqa: PLC0415 - for a look the place is mostly enough

    try:
        key = identity_of(profile, environ)
    except BadInput:
        key = _missing(profile)
    return Place(**found, key=key)


def account_of(store: Store, profile: Profile, paths: Paths, environ: Mapping[str, str]) -> int:
    """The account of a profile, made on first sight; while its key is missing, the one it had last."""
    place = account_place(profile, paths, environ)
    if (
        place["key"] == _missing(profile)
        and (last := last_account(store.accounts, profile, paths)) is not None
    ):
        return last
    account = store.accounts.ensure(**place)
    if place["key"] != _missing(profile):
        store.accounts.remember(profile.name, account)
    return account


def last_account(accounts: Accounts, profile: Profile, paths: Paths) -> int | None:
    """The account that a profile had last at its place; None where it never had one."""
    return accounts.last_of(profile.name, **where(profile, paths))


def _missing(profile: Profile) -> str:
    """Stands for a key that should be there: profiles that miss different ones are not one account."""
    from finetop.config import source_of  # noqa: PLC0415 - as above

    return f"\0missing\0{source_of(profile)}"
