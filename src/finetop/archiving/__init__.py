"""Brings a whole account into an archive: asks for each job once, and goes on where it was stopped."""

from __future__ import annotations

from finetop.archiving.run import Archiving, Progress

__all__ = ["Archiving", "Progress"]
