"""The values everything else speaks in: frozen, tolerant on the way in, equal when nothing changed.

`Job` stands for both objects, today's `fine_tuning.job` and the legacy `fine-tune`; `kind` tells them
apart and what only one of them has is empty on the other. Only `id` is required: every other mark of
"required" is a statement about one server at one date.
"""

from __future__ import annotations

from finetop.models.capabilities import Capabilities
from finetop.models.events import Event, Naming
from finetop.models.files import File, Upload
from finetop.models.job import Integration, Job, JobError
from finetop.models.library import GraderRun, Model, Permission
from finetop.models.measures import METRIC_NAMES
from finetop.models.metrics import Checkpoint, Metric
from finetop.models.request import JobRequest
from finetop.models.status import STATUS_WORDS, JobStatus
from finetop.models.values import (
    MILLISECONDS_FROM,
    Count,
    Text,
    Time,
    Value,
    sound,
    to_count,
    to_number,
    to_text,
    to_time,
    words_of,
)
from finetop.names import MARKER

__all__ = [
    "MARKER",
    "METRIC_NAMES",
    "MILLISECONDS_FROM",
    "STATUS_WORDS",
    "Capabilities",
    "Checkpoint",
    "Count",
    "Event",
    "File",
    "GraderRun",
    "Integration",
    "Job",
    "JobError",
    "JobRequest",
    "JobStatus",
    "Metric",
    "Model",
    "Naming",
    "Permission",
    "Text",
    "Time",
    "Upload",
    "Value",
    "sound",
    "to_count",
    "to_number",
    "to_text",
    "to_time",
    "words_of",
]
