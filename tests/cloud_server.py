"""The small provider in memory on a loopback port; it knows which process asked for what."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import httpx

from cloud import Cloud


@dataclass
class CloudServer:
    """What it tells, and what it was asked."""

    cloud: Cloud
    url: str = ""
    asked: list[tuple[int, str]] = field(default_factory=list)
    """The pid of who asked, where the system tells it, and the path."""
    lock: threading.Lock = field(default_factory=threading.Lock)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    peer: ClassVar[CloudServer]
    pid: int | None = None
    """One handler serves one connection, so one process."""

    def do_GET(self) -> None:
        if self.pid is None:
            self.pid = _owner(self.client_address[1])
        with self.peer.lock:
            self.peer.asked.append((self.pid, self.path.partition("?")[0]))
            answer = self.peer.cloud(httpx.Request("GET", f"http://cloud{self.path}"))
        self.send_response(answer.status_code)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer.content)))
        self.end_headers()
        self.wfile.write(answer.content)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def _owner(port: int) -> int:
    """The process that holds the other end of a connection; 0 where the system does not tell."""
    try:
        lines = Path("/proc/net/tcp").read_text("ascii").splitlines()[1:]
    except OSError:
        return 0
    fields = (line.split() for line in lines)
    inodes = [found[9] for found in fields if int(found[1].partition(":")[2], 16) == port]
    for link in Path("/proc").glob("[0-9]*/fd/*"):
        with suppress(OSError):
            if any(f"socket:[{inode}]" == str(link.readlink()) for inode in inodes):
                return int(link.parts[2])
    return 0


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
