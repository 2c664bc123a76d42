"""What there is to ask of one account just now, seen from what is known and who looks at it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from finetop.pace import Ask, Kind, Pace, Routes, View, wanted

if TYPE_CHECKING:
    from finetop.listing import Listing
    from finetop.models import Capabilities
    from finetop.store import Store
    from finetop.streams import Streams
    from finetop.wishes import Wishes

BACKLOG = 200
"""Jobs among which the next log to be fetched is chosen."""


class Outlook:
    """One account, as the recorder sees it when it decides."""

    def __init__(
        self, store: Store, account: int, wishes: Wishes, listing: Listing, streams: Streams
    ) -> None:
        self._store = store
        self._account = account
        self._wishes = wishes
        self._listing = listing
        self._streams = streams
        self._place_in_log = False
        self._stands_still = False

    def learn(self, capabilities: Capabilities) -> None:
        """What kind of provider it is."""
        self._place_in_log = capabilities.place_in_log
        self._stands_still = capabilities.stands_still

    def wanted(self, pace: Pace, routes: Routes, now: float) -> dict[Ask, float]:
        """What is worth asking and how often, but for the routes that are closed to this account."""
        asks = wanted(self._view(), pace)
        if routes.closed(Kind.WHOLE, now):
            asks.pop(Ask(Kind.BACKLOG), None)
        return {ask: every_s for ask, every_s in asks.items() if not routes.closed(ask.kind, now)}

    def incomplete(self) -> list[str]:
        """Jobs whose log is to be fetched whole; where nothing works, those that seem to are among them."""
        return self._store.jobs.incomplete(self._account, BACKLOG, at_work=self._stands_still)

    def worth_following(self) -> list[str]:
        """Jobs that wait or work: those looked at before others, those that work before those that wait."""
        view = self._view()
        return sorted(view.active, key=lambda job: (job not in view.watched, view.active[job] != "running"))

    def _view(self) -> View:
        return View(
            active={} if self._stands_still else self._store.jobs.active(self._account),
            watched=self._wishes.all_watched(),
            listed=self._listing.head,
            streamed=self._streams.live,
            place_in_log=self._place_in_log,
            incomplete=tuple(self.incomplete()),
        )
