"""The application itself without a socket, for tests that look at what lies on its disk."""

from __future__ import annotations

from pathlib import Path

import httpx

from finetop.server.app import make_app
from finetop.server.database import Database
from finetop.server.launchers.local import LocalLauncher
from finetop.server.layout import Layout
from finetop.server.scheduler import Scheduler
from finetop.server.services import Services


class Desk:
    """An application with small limits; nothing trains behind it."""

    def __init__(self, root: Path, *, limit: int) -> None:
        self.layout = Layout(root, root / "server.db")
        self.layout.prepare()
        self.database = Database(self.layout.database)
        scheduler = Scheduler(self.database, self.layout, LocalLauncher())
        services = Services(
            self.database, self.layout, scheduler, "key", most_upload_bytes=limit, most_part_bytes=limit
        )
        self.http = httpx.AsyncClient(
            transport=httpx.ASGITransport(make_app(services)),
            base_url="http://server/v1",
            headers={"Authorization": "Bearer key"},
        )

    def left(self) -> list[int]:
        """How many files, parts and arriving bytes lie on the disk."""
        layout = self.layout
        return [len(list(place.iterdir())) for place in (layout.files, layout.parts, layout.incoming)]

    def close(self) -> None:
        """Let go of the database."""
        self.database.close()
