"""What the store knows of the profiles, without a session: for commands that ask nobody."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from finetop.places import account_place, last_account, where
from finetop.store import JobKey, Store
from finetop.store.accounts import Accounts
from finetop.store.database import Database
from finetop.store.jobs import Jobs

if TYPE_CHECKING:
    from finetop.cli.run import Run
    from finetop.config import Profile


class Known(NamedTuple):
    """The store, and whose accounts are meant."""

    store: Store
    names: dict[int, str]
    """Account -> profile."""

    def job(self, job_id: str) -> JobKey | None:
        """The job of this id; None where no account has it, or more than one."""
        keys = [JobKey(account, job_id) for account in self.names]
        found = [key for key in keys if self.store.jobs.status(key) is not None]
        return found[0] if len(found) == 1 else None


@contextmanager
def stored(run: Run, profiles: Sequence[Profile]) -> Iterator[Known]:
    """What is known of these profiles."""
    store = Store(run.paths.store_file)
    try:
        yield Known(store, _names(store.accounts, run, profiles))
    finally:
        store.close()


@contextmanager
def listed(run: Run, profiles: Sequence[Profile]) -> Iterator[tuple[Jobs, dict[int, str]]]:
    """As `stored`, but for the jobs alone, which takes half the time to load."""
    database = Database(run.paths.store_file)
    try:
        yield Jobs(database, lambda _key, _log: 0), _names(Accounts(database), run, profiles)
    finally:
        database.close()


def _names(accounts: Accounts, run: Run, profiles: Sequence[Profile]) -> dict[int, str]:
    names: dict[int, str] = {}
    for profile in profiles:
        account = _account(accounts, run, profile)
        if account is not None:
            names.setdefault(account, profile.name)
    return names


def _account(accounts: Accounts, run: Run, profile: Profile) -> int | None:
    """The account of a profile, or the one it had last: nobody needs a key for looking."""
    there = accounts.at(**where(profile, run.paths))
    last = last_account(accounts, profile, run.paths) if there else None
    if there in ([], [last]):
        return last  # whatever its key is now, no other account is there
    found = accounts.find(**account_place(profile, run.paths, run.environ))
    return last if found is None else found
