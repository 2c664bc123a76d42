"""Everything known of the jobs a command names, asked anew or as it is known."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

from finetop.cli import account, output
from finetop.cli.known import stored
from finetop.errors import BadInput, FinetopError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from finetop.cli.run import Run
    from finetop.dossier import Dossier
    from finetop.session import Session
    from finetop.store import JobKey

MOST_FETCHED = 512 << 20
"""Bytes of a file that are brought in order to compare it: who asks for that waits."""


def known_dossiers(run: Run, ids: Sequence[str]) -> list[Dossier]:
    """What is known of these jobs. Raises BadInput where one is not."""
    from finetop.dossier import dossier  # noqa: PLC0415 - loads the models

    with stored(run, account.chosen_profiles(run)) as known:
        found = []
        for job_id in ids:
            key = known.job(job_id)
            one = key and dossier(known.store, key, known.names[key.account], now=time.time())
            if one is None:
                raise BadInput(
                    f"nothing is known of {job_id}",
                    hint="Ask for it without --offline, or see finetop jobs list --offline.",
                )
            found.append(one)
        return found


def asked_dossiers(
    run: Run, ids: Sequence[str], *, with_files: bool = False, with_contents: bool = False
) -> list[Dossier]:
    """The same, after asking who has them.

    `with_files` also asks for files of which only ids are known, `with_contents` for the bytes of those
    that may or may not be the same.
    """
    from finetop.dossier import dossier  # noqa: PLC0415 - as above
    from finetop.store import JobKey  # noqa: PLC0415 - loads SQLite, which help must not

    profiles = {job_id: account.profile_of(run, job_id) for job_id in ids}
    with account.opened(run, *{profile.name: profile for profile in profiles.values()}.values()) as session:
        for job_id, profile in profiles.items():
            session.measure(profile.name, job_id).result()
            if session.capabilities(profile.name).checkpoints:
                session.checkpoints(profile.name, job_id).result()
        keys = {
            job_id: JobKey(session.accounts[profile.name], job_id) for job_id, profile in profiles.items()
        }
        if with_files:
            for name in {profiles[job_id].name for job_id, key in keys.items() if _lacks_files(session, key)}:
                try:
                    session.files(name, "").result()
                except FinetopError as error:  # their names and sizes are not what was asked for
                    output.complain(error, of=name)

        def read() -> list[Dossier]:
            found = []
            for job_id, key in keys.items():
                one = dossier(session.store, key, profiles[job_id].name, now=time.time())
                if one is None:  # the provider has told of another job than was asked for
                    raise BadInput(f"nothing is known of {job_id}", hint="See finetop jobs list.")
                found.append(one)
            return found

        found = read()
        if with_contents and _fetch_contents(session, found):
            found = read()
        return found


def _fetch_contents(session: Session, jobs: Sequence[Dossier]) -> bool:
    """Bring what would tell whether jobs had the same data; True where anything came."""
    from finetop.comparing import files_in_doubt  # noqa: PLC0415 - as above

    came = False
    for account_, file in files_in_doubt(jobs):
        name = session.names[account_]
        try:
            with Path(os.devnull).open("wb") as nowhere:
                came |= session.fetch(name, file.id, nowhere, most_bytes=MOST_FETCHED).result()
        except FinetopError as error:
            output.complain(error, of=name)
    return came


def _lacks_files(session: Session, key: JobKey) -> bool:
    """Whether a job names a file of which nothing else is known."""
    job = session.store.jobs.get(key)
    named = () if job is None else (*job.training_files, *job.validation_files)
    return any(session.store.library.file(key.account, file.id) is None for file in named)
