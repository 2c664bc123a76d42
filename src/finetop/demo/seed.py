"""Fills a fresh server with the demo: recorded jobs as its past, long ones to run, files to begin with."""

from __future__ import annotations

import hashlib
import time
from typing import TYPE_CHECKING

from finetop.demo import long_jobs, quick_sample, recordings
from finetop.server import events, files, jobs, pauses
from finetop.server.durable import whole_file
from finetop.server.intake import Intake, Result
from finetop.server.trainers import data
from finetop.server.uploads import Upload
from finetop.server.wire import new_id

if TYPE_CHECKING:
    from finetop.demo import PlannedJob, Recording, SampleFile
    from finetop.server.database import Database
    from finetop.server.layout import Layout

UPLOADED_S = 40.0
"""How long before its first job a file was uploaded."""

CHECKED_S = 0.3
"""How long the files of a past job were looked at."""

NO_STATE = (
    "This pause was recorded, and the saved state is not part of the demo: once resumed, the job repeats "
    "its first steps, tells the same of them, and goes on"
)

_WISHES = ("n_epochs", "batch_size", "learning_rate_multiplier")


def seed(database: Database, layout: Layout) -> str:
    """Write everything the demo shows; the id of the file its form begins with."""
    return _Seed(database, layout).everything()


class _Seed:
    def __init__(self, database: Database, layout: Layout) -> None:
        self._database = database
        self._layout = layout
        self._intake = Intake(database, layout)
        self._uploaded: dict[str, str] = {}

    def everything(self) -> str:
        now = time.time()
        # Lists show the order of writing, so the oldest comes first.
        for recording in reversed(recordings()):
            self._past(recording, now - recording.age_s)
        sample = quick_sample()
        self._file(sample.validation, now)
        sample_id = self._file(sample.training, now)
        for job in long_jobs():
            self._create(job, now - job.age_s)
        return sample_id

    def _create(self, job: PlannedJob, at: float) -> str:
        training = self._file(job.training, at - UPLOADED_S)
        validation = self._file(job.validation, at - UPLOADED_S) if job.validation else None
        new = jobs.NewJob(
            model=job.model,
            root=job.model,
            training_file=training,
            validation_file=validation,
            hyperparameters={name: job.hyperparameters.get(name, "auto") for name in _WISHES},
            method=job.method,
            grader=job.grader,
            legacy={} if job.is_legacy else None,
            seed=job.seed,
            suffix=job.suffix,
            integrations=None,
            metadata=job.metadata,
        )
        job_id: str = jobs.create(self._database, new, at=at)["id"]
        return job_id

    def _past(self, recording: Recording, began: float) -> None:
        job_id = self._create(recording.job, began)
        checked_at = began + CHECKED_S
        training = jobs.get(self._database, job_id)["training_file"]
        kind = data.kind_for(recording.job.method, legacy=recording.job.is_legacy)
        checked = data.check(self._layout.file(training), kind, stop=lambda: False)
        if checked.problem is not None:
            problem = checked.problem
            jobs.fail(self._database, job_id, problem.code, problem.message, "training_file", at=checked_at)
            return
        jobs.queue(self._database, job_id, recording.hyperparameters, recording.duration_s, at=checked_at)
        result = None
        if recording.outcome == "succeeded":
            files = {"result_csv": recording.result_csv, "examples_csv": recording.examples_csv}
            found = {kind: content for kind, content in files.items() if content}
            result = Result.kept(self._layout, job_id, found)
        if recording.outcome == "paused":
            pauses.wish(self._database, job_id)
        with self._database.write() as connection:
            for line in recording.events:
                self._intake.take(connection, job_id, {**line, "t": checked_at + line["t"]}, result)
            if recording.outcome == "paused":
                at = checked_at + recording.duration_s
                events.say(connection, job_id, NO_STATE, at=at)

    def _file(self, sample: SampleFile, at: float) -> str:
        """The id of a sample file, which is written the first time it is needed."""
        if sample.name not in self._uploaded:
            content, file_id = sample.write(), new_id("file-")
            with whole_file(self._layout.file(file_id)) as stream:
                stream.write(content)
            upload = Upload(sample.name, "fine-tune", len(content), hashlib.sha256(content).hexdigest(), None)
            files.add(self._database, file_id, upload, at=at)
            self._uploaded[sample.name] = file_id
        return self._uploaded[sample.name]
