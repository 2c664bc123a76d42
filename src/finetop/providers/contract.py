"""What every provider can be asked: jobs, files and models, behind one name."""

from __future__ import annotations

from finetop.providers.files import FilesApi
from finetop.providers.jobs import JobsApi
from finetop.providers.library import ModelsApi


class Provider(JobsApi, FilesApi, ModelsApi):
    """One API's dialect. A dialect with other paths changes the table; with other words, the readers."""
