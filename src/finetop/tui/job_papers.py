"""What there is of one job to hand on: to copy, to open in a browser, to show in an editor."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from finetop.overfit import of_told
from finetop.server import life
from finetop.session import profile_named
from finetop.tui.handoff import Copy, Sheet
from finetop.tui.links import job_links
from finetop.tui.panes.json_text import without_secrets
from finetop.tui.snippets import chat, snippets

if TYPE_CHECKING:
    from finetop.config import Profile
    from finetop.models import Job
    from finetop.session import Session
    from finetop.store import Store
    from finetop.store.rows import JobRow
    from finetop.tui.handoff import Link


class JobPapers:
    """Read from the store when they are asked for."""

    def __init__(self, store: Store, session: Session, row: JobRow) -> None:
        self._row = row
        self._session = session
        self._store = store
        self._job: Job | None = store.jobs.get(row.key) if row.is_job else None
        self._raw = (store.jobs.raw(row.key) or b"") if row.is_job else b""

    @property
    def _profile(self) -> Profile:
        return profile_named(self._session.profiles, self._row.profile)

    def copies(self) -> list[Copy]:
        """The id first, then what people paste elsewhere, then the whole of it."""
        row = self._row
        found = [Copy("the name", row.name), Copy("the base model", row.model)]
        if not row.is_job:
            return found
        found = [
            Copy("the job's id", row.key.id),
            Copy("the tuned model", row.fine_tuned_model or ""),
            self._advised(),
            *found,
            *self._of_job(),
            *snippets(self._reached(), row.key.id),
            *(chat(self._reached(), row.fine_tuned_model) if row.fine_tuned_model else ()),
        ]
        return [copy for copy in found if copy.text]

    def _advised(self) -> Copy:
        """The checkpoint that the overfit watch would use."""
        found = None if self._row.overfit is None else self._store.jobs.overfit(self._row.key)
        verdict = of_told(found)
        kept = None if verdict is None else verdict.checkpoint
        return Copy("the best checkpoint", (kept.model or "") if kept is not None else "")

    def _of_job(self) -> Iterator[Copy]:
        job = self._job
        if job is None:
            return
        kinds = (
            ("the training file", job.training_files),
            ("the validation file", job.validation_files),
            ("the result file", job.result_files),
        )
        for what, files in kinds:
            for number, file in enumerate(files, 1):
                yield Copy(f"{what} {number}" if len(files) > 1 else what, file.id)
        yield Copy("the reason", job.reason or "")
        yield Copy("the job as JSON", job.model_dump_json(by_alias=True, indent=2))
        yield Copy("the provider's answer", _pretty(self._raw).decode("utf-8", "replace"))

    def _reached(self) -> Profile:
        """The profile with the place and the key of a local server as they are while it runs."""
        profile = self._profile
        if profile.dialect != "local":
            return profile
        folder = Path(self._session.data_dir(profile))
        server = life.running(folder)
        return (
            profile
            if server is None
            else replace(profile, base_url=server.url, key_file=str(life.key_file(folder)))
        )

    def links(self) -> list[Link]:
        """The pages about it."""
        if not self._row.is_job:
            return []
        return job_links(
            self._profile, self._row.key.id, self._job.integrations if self._job is not None else ()
        )

    def sheet(self) -> Sheet | None:
        """The provider's own words."""
        return Sheet(f"{self._row.key.id}.json", _pretty(self._raw)) if self._raw else None


def _pretty(raw: bytes) -> bytes:
    """JSON with a line for each value; what is none as it is."""
    try:
        found = json.loads(raw, object_pairs_hook=without_secrets)
        return json.dumps(found, indent=2, ensure_ascii=False).encode("utf-8", "replace") + b"\n"
    except (ValueError, RecursionError):
        return raw
