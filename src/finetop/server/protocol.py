"""HTTP/1.1 as uvicorn speaks it, but for the answer to bytes that are no HTTP: that has our envelope too."""

from __future__ import annotations

import asyncio

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from finetop.server.faults import ApiFault

LINGER_S = 2.0
"""How long the rest of what was refused may still come in."""


class Http11(H11Protocol):
    """One connection."""

    _refused = False

    def data_received(self, data: bytes) -> None:
        """Read on, or past what follows a refusal."""
        if not self._refused:
            super().data_received(data)

    def send_400_response(self, msg: str) -> None:
        """Refuse what cannot be read, and hang up."""
        self._refused = True
        answer = ApiFault(400, msg, code="invalid_http").response()
        headers = [*answer.raw_headers, (b"connection", b"close")]
        for event in (
            h11.Response(status_code=400, headers=headers, reason=b"Bad Request"),
            h11.Data(data=bytes(answer.body)),
            h11.EndOfMessage(),
        ):
            said = self.conn.send(event)
            if said:
                self.transport.write(said)
        # Closed with bytes unread, the kernel would reset the connection and take the answer along.
        self.transport.write_eof()
        asyncio.get_running_loop().call_later(LINGER_S, self.transport.close)
