"""HTTP/1.1 as uvicorn speaks it, but for the answer to bytes that are no HTTP: that has our envelope too."""

from __future__ import annotations

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from finetop.server.faults import ApiFault


class Http11(H11Protocol):
    """One connection."""

    def send_400_response(self, msg: str) -> None:
        """Refuse what cannot be read, and hang up."""
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
        self.transport.close()
