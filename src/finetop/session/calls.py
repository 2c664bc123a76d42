"""What can be asked about all that an account keeps besides jobs; each answer is a future."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any, BinaryIO

if TYPE_CHECKING:
    from pathlib import Path

    from finetop.actions.files import Arrival
    from finetop.archive import Manifest
    from finetop.archiving import Progress
    from finetop.models import File, GraderRun, Model, Permission
    from finetop.session.thread import NetworkThread


def _nobody(_done: int, _total: int) -> None:
    """Nobody listens."""


class LibraryCalls:
    """The part of a session that is about what an account keeps besides jobs."""

    _thread: NetworkThread

    def files(self, profile: str, purpose: str = "fine-tune") -> Future[list[File]]:
        """The profile's files of a purpose, asked anew and kept; without one, all there are."""
        return self._thread.ask(lambda network: network.library.files(profile, purpose))

    def already_there(self, profile: str, path: Path) -> Future[File | None]:
        """The usable file at the provider that holds the same bytes; None where there is no proof of one."""
        return self._thread.ask(lambda network: network.library.already_there(profile, path))

    def upload(
        self,
        profile: str,
        path: Path,
        *,
        anew: bool = False,
        progress: Callable[[int, int], None] = _nobody,
    ) -> Future[Arrival]:
        """Send a training file, unless the same bytes are there; `anew` sends them all the same.

        Cancelling the future stops the sending. `progress` hears bytes sent and bytes there are, on the
        network thread. Raises BadFile for what is no training file, Unsettled where nobody knows the end.
        """
        return self._thread.ask(
            lambda network: network.library.upload(profile, path, anew=anew, progress=progress),
            stoppable=True,
        )

    def wait_processed(
        self, profile: str, file_id: str, say: Callable[[str], None] = lambda _: None
    ) -> Future[None]:
        """Fulfilled once a file may be used. Raises BadInput where it never will be; may be cancelled."""
        return self._thread.ask(
            lambda network: network.library.wait_processed(profile, file_id, say), stoppable=True
        )

    def download(
        self,
        profile: str,
        file_id: str,
        folder: Path,
        *,
        name: str | None = None,
        overwrite: bool = False,
        decode: bool = False,
        progress: Callable[[int, int], None] = _nobody,
    ) -> Future[Path]:
        """Bring a file into a folder, under a safe form of its name or under `name`; whole or not at all.

        A name that is taken gets a number unless it may `overwrite`; `decode` unpacks a result file that
        comes as base64. Cancelling the future stops it. `progress` is as in `upload`, its total 0 if unknown.
        """
        return self._thread.ask(
            lambda network: network.library.download(
                profile,
                file_id,
                folder,
                name=name,
                overwrite=overwrite,
                decode=decode,
                progress=progress,
            ),
            stoppable=True,
        )

    def fetch(
        self,
        profile: str,
        file_id: str,
        into: BinaryIO,
        *,
        most_bytes: int,
        progress: Callable[[int, int], None] = _nobody,
    ) -> Future[bool]:
        """Write a file's bytes into an open one, and no more than so many; True where that is all of it.

        Cancelling the future stops it. `progress` is as in `download`.
        """
        return self._thread.ask(
            lambda network: network.library.fetch(profile, file_id, into, most_bytes, progress),
            stoppable=True,
        )

    def know_bytes(self, profile: str, file_ids: Sequence[str], most_bytes: int) -> Future[None]:
        """Learn the hashes of files of jobs that are no larger than this; those known by now are not read."""
        return self._thread.ask(
            lambda network: network.library.know_bytes(profile, file_ids, most_bytes), stoppable=True
        )

    def file_lines(self, profile: str, file_id: str, most: int = 1_000) -> Future[list[str]]:
        """The first lines of a file, as the provider wrote them: to be cleaned before they are drawn."""
        return self._thread.ask(lambda network: network.library.file_lines(profile, file_id, most))

    def first_prompt(self, profile: str, file: str) -> Future[str]:
        """What the user says first in a training file; empty where the file is not for reading."""
        return self._thread.ask(lambda network: network.library.first_prompt(profile, file))

    def delete_file(self, profile: str, file_id: str) -> Future[None]:
        """Ask the provider to delete a file; one that is gone already is no failure."""
        return self._thread.ask(lambda network: network.library.delete_file(profile, file_id))

    def archive(
        self,
        profile: str,
        path: Path,
        *,
        with_files: bool = True,
        force: bool = False,
        say: Callable[[str], None] = lambda _: None,
        progress: Callable[[Progress], None] = lambda _: None,
    ) -> Future[Manifest]:
        """Save a whole account in a folder, going on where it was stopped; may be cancelled.

        `say` and `progress` are called on the network thread. Raises BadInput for a folder of another's.
        """
        return self._thread.ask(
            lambda network: network.library.archive(
                profile, path, with_files=with_files, force=force, say=say, progress=progress
            ),
            stoppable=True,
        )

    def models(self, profile: str) -> Future[list[Model]]:
        """What the profile can tune or has tuned, asked anew and kept."""
        return self._thread.ask(lambda network: network.library.models(profile))

    def model(self, profile: str, name: str) -> Future[Model]:
        """One model."""
        return self._thread.ask(lambda network: network.library.model(profile, name))

    def delete_model(self, profile: str, name: str) -> Future[None]:
        """Ask the provider to delete a tuned model; one that is gone already is no failure."""
        return self._thread.ask(lambda network: network.library.delete_model(profile, name))

    def chat(self, profile: str, model: str, prompt: str) -> Future[str]:
        """One prompt to one model."""
        return self._thread.ask(lambda network: network.library.chat(profile, model, prompt))

    def permissions(
        self, profile: str, checkpoint: str, project: str | None = None
    ) -> Future[list[Permission]]:
        """Which projects may use a checkpoint, newest first; hosted providers want an administrator's key."""
        return self._thread.ask(lambda network: network.library.permissions(profile, checkpoint, project))

    def permit(self, profile: str, checkpoint: str, projects: Sequence[str]) -> Future[list[Permission]]:
        """Let projects use a checkpoint."""
        return self._thread.ask(lambda network: network.library.permit(profile, checkpoint, projects))

    def forbid(self, profile: str, checkpoint: str, permission_id: str) -> Future[None]:
        """Take a permission back."""
        return self._thread.ask(lambda network: network.library.forbid(profile, checkpoint, permission_id))

    def validate_grader(self, profile: str, grader: Mapping[str, Any]) -> Future[dict[str, Any]]:
        """The grader as the provider understands it. Raises BadRequest where it does not."""
        return self._thread.ask(lambda network: network.library.validate_grader(profile, grader))

    def run_grader(
        self, profile: str, grader: Mapping[str, Any], sample: str, item: Mapping[str, Any] | None = None
    ) -> Future[GraderRun]:
        """What a grader makes of one answer of a model; `item` is the line of the file it answered."""
        return self._thread.ask(lambda network: network.library.run_grader(profile, grader, sample, item))
