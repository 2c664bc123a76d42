"""Files: the same bytes are uploaded once, a lost answer is settled by looking at the list."""

from __future__ import annotations

from finetop.actions.files.arrival import SLACK_S, settle
from finetop.actions.files.contents import Fingerprint, check, fingerprint
from finetop.actions.files.fetching import download
from finetop.actions.files.keeping import Keeping
from finetop.actions.files.processed import wait_processed
from finetop.actions.files.reuse import at_provider
from finetop.actions.files.sending import Arrival, Say, same_bytes_said, uploaded

__all__ = [
    "SLACK_S",
    "Arrival",
    "Fingerprint",
    "Keeping",
    "Say",
    "at_provider",
    "check",
    "download",
    "fingerprint",
    "same_bytes_said",
    "settle",
    "uploaded",
    "wait_processed",
]
