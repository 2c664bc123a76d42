"""The small provider in memory on a loopback port; it knows which process asked for what."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

import httpx

from cloud import Cloud


@dataclass
class CloudServer:
    """What it tells, and what it was asked."""

    cloud: Cloud
    url: str = ""
    asked: list[tuple[str, str]] = field(default_factory=list)
    """Who, as the header X-Who says, and the path."""
    lock: threading.Lock = field(default_factory=threading.Lock)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    peer: ClassVar[CloudServer]

    def do_GET(self) -> None:
        with self.peer.lock:
            self.peer.asked.append((self.headers.get("X-Who", ""), self.path.partition("?")[0]))
            answer = self.peer.cloud(httpx.Request("GET", f"http://cloud{self.path}"))
        self.send_response(answer.status_code)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer.content)))
        self.end_headers()
        self.wfile.write(answer.content)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def cloud_server() -> Iterator[CloudServer]:
    """Listens for as long as the block lasts."""
    made = CloudServer(Cloud())
    handler = type("Handler", (_Handler,), {"peer": made, "disable_nagle_algorithm": True})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        made.url = f"http://127.0.0.1:{server.server_port}/v1"
        running = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        running.start()
        try:
            yield made
        finally:
            server.shutdown()
            running.join()
