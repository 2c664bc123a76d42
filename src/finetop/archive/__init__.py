"""An account in a folder: JSON lines anybody can read, with counts and sums that tell whether it is whole."""

from __future__ import annotations

from finetop.archive.draft import Fetched
from finetop.archive.folder import Folder
from finetop.archive.layout import Origin, content_name, is_archive
from finetop.archive.lines import Words, form_of
from finetop.archive.manifest import Manifest
from finetop.archive.verifying import Finding, Verdict, verify

__all__ = [
    "Fetched",
    "Finding",
    "Folder",
    "Manifest",
    "Origin",
    "Verdict",
    "Words",
    "content_name",
    "form_of",
    "is_archive",
    "verify",
]
