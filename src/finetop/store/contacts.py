"""How asking an account goes."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Contact:
    """How asking one account is going."""

    state: str = "never"
    """never, ok, stale, offline, no key, refused, none, limited or not started."""
    message: str = ""
    failures: int = 0
    last_ok_at: float | None = None
    poller: str = ""
    """Who asks: host, pid and version."""
    requests_left: int | None = None
    """Of the provider's present window, where it tells."""
    requests_limit: int | None = None

    @property
    def is_low(self) -> bool:
        """True where less than a tenth of the requests is left."""
        limit = self.requests_limit
        return self.requests_left is not None and limit is not None and self.requests_left * 10 < limit
