"""Training files: the same bytes are uploaded once, and a lost answer is settled by looking at the list."""

from __future__ import annotations

from finetop.actions.files.arrival import SLACK_S, settle
from finetop.actions.files.contents import Fingerprint, check, fingerprint
from finetop.actions.files.sending import Say, uploaded

__all__ = ["SLACK_S", "Fingerprint", "Say", "check", "fingerprint", "settle", "uploaded"]
