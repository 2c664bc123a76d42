"""What the store knows of the profiles, without a session: for commands that ask nobody."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from finetop.places import account_place, last_account
from finetop.store import JobKey, Store

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
        names: dict[int, str] = {}
        for profile in profiles:
            account = _account(store, run, profile)
            if account is not None:
                names.setdefault(account, profile.name)
        yield Known(store, names)
    finally:
        store.close()


def _account(store: Store, run: Run, profile: Profile) -> int | None:
    """The account of a profile, or the one it had last: nobody needs a key for looking."""
    place = account_place(profile, run.paths, run.environ)
    found = store.accounts.find(**place)
    return last_account(store, profile, place) if found is None else found
