"""The one client-side package that knows httpx: requests out, replies or errors of ours back."""

from __future__ import annotations

import sys

if "httpx" not in sys.modules:
    # It would load a command line of its own, and with it rich and pygments: a fifth of a command's start.
    sys.modules["httpx._main"] = None  # type: ignore[assignment]

from finetop.client.api import ApiClient
from finetop.client.bodies import Reply
from finetop.client.credentials import Credentials
from finetop.client.forms import Progress
from finetop.client.retries import retry_delay

__all__ = ["ApiClient", "Credentials", "Progress", "Reply", "retry_delay"]
