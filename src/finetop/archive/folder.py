"""A folder being made into an archive: who may write to it, and what it holds already."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

from finetop.archive.assembling import Contents, Shelf, assemble, settle
from finetop.archive.draft import Draft
from finetop.archive.found import Kept, kept_in, lines_in
from finetop.archive.layout import (
    CONTENTS,
    FILES,
    JOBS,
    LOCK,
    MANIFEST,
    MODELS,
    NEXT,
    OF_JOBS,
    OWN,
    UNFINISHED,
    Origin,
)
from finetop.archive.manifest import Manifest, read_manifest
from finetop.archive.verifying import verify
from finetop.errors import BadFile, BadInput, TryLater

BEGUN = "begun.json"
"""Whose jobs a draft holds, and since when."""


class Folder:
    """One run that writes an archive. Raises BadInput where it is another's, TryLater where it is busy."""

    def __init__(self, path: Path, origin: Origin, profile: str, *, force: bool = False) -> None:
        self.path = path
        self.origin = origin
        self.profile = profile
        self._force = force
        self._lock = _locked(path)
        try:
            settle(path)
            self._open()
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let another run write here."""
        if hasattr(self, "draft"):
            self.draft.close()
        os.close(self._lock)

    def _open(self) -> None:
        self._check_strange()
        self.before: Manifest | None = None
        self.old: dict[str, Kept] = {}
        self.damaged: frozenset[str] = frozenset()
        """Files of what was there that are not as they were written: nothing in them counts as known."""
        if (self.path / MANIFEST).exists() and not self._is_replaced():
            self.before = read_manifest(self.path)
            self.old = kept_in(self.path)
            self.damaged = frozenset(found.file for found in verify(self.path).findings)
        self.begun_at = self._begin()
        (self.path / CONTENTS).mkdir(exist_ok=True)
        self.draft = Draft(self.path / UNFINISHED)
        self.old_files = {line["id"]: line for line in self._old_lines(FILES)}

    def _check_strange(self) -> None:
        """A folder with something else in it is not written to unasked."""
        strange = sorted(entry.name for entry in self.path.iterdir() if entry.name not in OWN)
        if strange and not (self.path / MANIFEST).exists() and not self._force:
            raise BadInput(
                f"{self.path} is no archive and not empty: it holds {strange[0]!r}",
                hint="Choose an empty folder, or say --force.",
            )

    def _is_replaced(self) -> bool:
        """Whether what is there is to be forgotten. Raises BadInput where it is another's."""
        try:
            origin = read_manifest(self.path).origin
        except BadFile:
            if self._force:
                return True
            raise
        if origin == self.origin:
            return False
        if self._force:
            return True
        raise BadInput(
            f"{self.path} holds the jobs of {origin}, not those of {self.origin}",
            hint="Choose another folder, or replace what is there with --force.",
        )

    def _begin(self) -> float:
        """When the draft was begun; one of another account gives way only where that is wanted."""
        draft = self.path / UNFINISHED
        begun = _read(draft / BEGUN)
        if begun is not None and Origin.from_json(begun.get("account")) != self.origin:
            if not self._force:
                raise BadInput(
                    f"{self.path} holds the beginning of another account's archive",
                    hint="Choose another folder, or replace what is there with --force.",
                )
            begun = None
        since = begun.get("begun_at") if begun is not None else None
        if isinstance(since, int | float):
            return float(since)
        shutil.rmtree(draft, ignore_errors=True)
        shutil.rmtree(self.path / NEXT, ignore_errors=True)
        draft.mkdir()
        now = time.time()
        told = {"account": self.origin.to_json(), "begun_at": now}
        part = draft / f"{BEGUN}.part"
        part.write_text(json.dumps(told), "utf-8")
        part.replace(draft / BEGUN)
        return now

    def is_known(self, id_: str, digest: bytes) -> bool:
        """True where a job need not be fetched: it has ended, and the provider says the same of it."""
        old = None if self.damaged.intersection((JOBS, *OF_JOBS)) else self.old.get(id_)
        for kept in (self.draft.kept.get(id_), old):
            if kept is not None:
                return kept.is_settled and kept.digest == digest
        return False

    def has(self, id_: str) -> bool:
        """Whether anything is kept of a job."""
        return id_ in self.draft.kept or id_ in self.old

    def check_account(self, listed: set[str]) -> None:
        """Raise BadInput where not one listed job is there already: the key may be another account's."""
        if not self.old or not listed or not listed.isdisjoint(self.old):
            return
        if not self._force:
            raise BadInput(
                f"{self.path} holds none of the jobs listed now: this is another account's key",
                hint="Choose another folder, or replace what is there with --force.",
            )
        self.old, self.before = {}, None

    def finish(
        self, listed: list[str], models: list[dict[str, Any]], files: list[dict[str, Any]]
    ) -> Manifest:
        """Make the archive of all that was fetched, and of what was there before."""
        there = set(listed)
        known = [*self.draft.kept, *(id_ for id_ in self.old if id_ not in self.draft.kept)]
        shelves = [Shelf(self.path / UNFINISHED, self.draft.kept), Shelf(self.path, self.old)]
        contents = Contents(
            listed=listed,
            unlisted=[id_ for id_ in known if id_ not in there],
            shelves=shelves,
            models=_with_older(models, self._old_lines(MODELS)),
            files=_with_older(files, self._old_lines(FILES)),
        )
        told = Manifest(self.origin, self.profile, self.begun_at, time.time())
        return assemble(self.path, contents, told)

    def _old_lines(self, name: str) -> list[dict[str, Any]]:
        if self.before is None or not (self.path / name).exists():
            return []
        return [
            line.value
            for line in lines_in(self.path / name)
            if isinstance(line.value, dict) and isinstance(line.value.get("id"), str)
        ]


_OF_CONTENT = ("path", "bytes", "sha256", "result_of")


def _with_older(new: list[dict[str, Any]], old: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What is listed now, then what was listed once; bytes that were saved once stay saved."""
    before = {line["id"]: line for line in old}
    there = {line["id"] for line in new}
    kept = [{**_saved(before.get(line["id"], {})), **line} for line in new]
    return [*kept, *({**line, "listed": False} for line in old if line["id"] not in there)]


def _saved(line: Mapping[str, Any]) -> dict[str, Any]:
    return {name: line[name] for name in _OF_CONTENT if name in line} if "path" in line else {}


def _locked(path: Path) -> int:
    """The descriptor of a lock on the folder, which is made where it is not there."""
    try:
        path.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    except OSError as error:
        raise BadInput(
            f"{path} cannot be written: {(error.strerror or str(error)).lower()}",
            hint="Choose another folder.",
        ) from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(descriptor)
        raise TryLater(f"another finetop writes to {path}", hint="Wait until it has ended.") from error
    return descriptor


def _read(path: Path) -> Mapping[str, Any] | None:
    try:
        found = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None
