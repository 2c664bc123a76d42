"""Where a download lands: under a name of its own until it is whole, then under one that nothing bears."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from finetop.actions.naming import numbered
from finetop.errors import BadInput

_NEW = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
"""Never opens what is there, be it a file, a link or a pipe."""
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
MOST_NUMBERED = 10_000


class Landing:
    """A file in the making. Raises BadInput where the folder does not take it."""

    def __init__(self, folder: Path, *, private: bool = False) -> None:
        self._folder = folder
        self._path = folder / f".finetop-{secrets.token_hex(8)}.part"
        with self._told():
            # With a mode like that of any other new file: whoever wants less has set it so.
            mode = 0o600 if private else 0o666
            self._file = os.fdopen(os.open(self._path, _NEW, mode), "w+b", buffering=0)

    def write(self, chunk: bytes) -> None:
        """Add to it."""
        with self._told():
            rest = memoryview(chunk)
            while rest:
                rest = rest[self._file.write(rest) :]

    def read(self) -> bytes:
        """All of it so far."""
        with self._told():
            self._file.seek(0)
            return self._file.read()

    def rewrite(self, content: bytes) -> None:
        """Put something else in its place."""
        with self._told():
            self._file.seek(0)
            self._file.truncate()
        self.write(content)

    def settle(self, name: str, *, overwrite: bool) -> Path:
        """It is whole: give it its name, or that with a number; a link of that name is not followed."""
        with self._told():
            os.fsync(self._file.fileno())
            self._file.close()
            if overwrite:
                return self._path.replace(self._folder / name)
            free = self._free(name)
            try:
                return self._path.replace(free)
            except OSError:
                free.unlink(missing_ok=True)
                raise

    def drop(self) -> None:
        """Take away what did not become a file."""
        with contextlib.suppress(OSError):
            self._file.close()
        with contextlib.suppress(OSError):
            self._path.unlink(missing_ok=True)

    def _free(self, name: str) -> Path:
        """The path that is ours now: on some systems `A` and `a` are one."""
        taken = {_folded(entry.name) for entry in self._folder.iterdir()}
        for number in range(1, MOST_NUMBERED):
            candidate = name if number == 1 else numbered(name, number)
            if _folded(candidate) in taken:
                continue
            with contextlib.suppress(FileExistsError):  # somebody was quicker
                os.close(os.open(self._folder / candidate, _NEW, 0o666))
                return self._folder / candidate
        raise BadInput(f"{self._folder} has too many files called {name}", hint="Choose another folder.")

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            full = error.errno in _FULL
            raise BadInput(
                f"{self._folder} cannot be written: {(error.strerror or str(error)).lower()}",
                hint="Make room there, or choose another folder." if full else "Choose another folder.",
            ) from error


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()
