"""What the routes need to answer, made once per server."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

from finetop.server import assembling, uploads
from finetop.server.streams import Streams

if TYPE_CHECKING:
    from starlette.requests import Request

    from finetop.server.database import Database
    from finetop.server.layout import Layout
    from finetop.server.scheduler import Scheduler

GENERATIONS_AT_ONCE = 2


@dataclass
class Services:
    """The parts of one running server."""

    database: Database
    layout: Layout
    scheduler: Scheduler
    api_key: str
    most_upload_bytes: int = uploads.MOST_BYTES
    most_part_bytes: int = assembling.MOST_PART_BYTES
    assembling: set[str] = field(default_factory=set)
    """Uploads whose parts are being made into a file; nothing else may happen to them meanwhile."""
    asked_at: float = field(default_factory=time.monotonic)
    """When somebody with the key last asked for something."""
    generations: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(GENERATIONS_AT_ONCE))
    generations_waiting: int = 0
    streams: Streams = field(default_factory=Streams)

    def __post_init__(self) -> None:
        """Whatever is written may be news to a stream."""
        self.database.written = self.streams.wake


def services(request: Request) -> Services:
    """The services of the app that got this request."""
    return cast("Services", request.app.state.services)
