"""Loaded by Python itself in a process under test: a model falls silent after its first piece."""

from __future__ import annotations

import signal
import sys

if "finetop.server.trainers.generate" in sys.orig_argv:
    flush = sys.stdout.flush

    def silent() -> None:
        """Tell what was said, and say no more."""
        flush()
        signal.pause()

    sys.stdout.flush = silent  # type: ignore[method-assign]
