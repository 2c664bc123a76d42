"""Where workers run: each launcher starts, asks after and signals them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from pathlib import Path

LOCK_HELD_EXIT = 3
"""A worker's exit code when another one is alive in its directory."""

Wish = Literal["cancel", "pause", "kill"]


@dataclass(frozen=True)
class Probe:
    """What a launcher knows about one worker."""

    state: Literal["running", "exited", "unknown"]
    exit_code: int | None = None
    """Negative for the signal that ended it; None where nobody saw."""


class Launcher(Protocol):
    """A place where workers run."""

    name: str

    def submit(self, job_id: str, attempt: int, job_dir: Path) -> str:
        """Start a worker and return a handle that outlives this server."""

    def poll(self, handle: str) -> Probe:
        """Ask after a worker."""

    def signal(self, handle: str, wish: Wish) -> None:
        """Ask a worker to end; harmless when it already has."""

    def find(self, job_dir: Path) -> str | None:
        """The handle of a worker in this directory that an earlier server may have started."""
