"""What finetop recorded of jobs that their provider has forgotten since, for an archive."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from finetop.archive import Fetched, Words, form_of
from finetop.models import Metric
from finetop.store import JobKey

if TYPE_CHECKING:
    from finetop.models import Value
    from finetop.store import Store


def recorded(store: Store, account: int, is_there: Callable[[str], bool]) -> Iterator[Fetched]:
    """Each job of an account that is not there, with its log, its checkpoints and what its log measured."""
    for id_ in store.jobs.recorded(account):
        key = JobKey(account, id_)
        job = None if is_there(id_) else store.jobs.get(key)
        if job is None:
            continue
        events = store.events.whole(key)
        yield Fetched(
            job,
            Words(store.jobs.raw(key) or b"null"),
            time.time(),
            events=tuple((event, _words(event)) for event in events),
            checkpoints=tuple((point, _words(point)) for point in store.jobs.checkpoints(key)),
            metrics=tuple(found for event in events if (found := Metric.from_event(event)) is not None),
            is_remembered=True,
        )


def _words(value: Value) -> Words:
    """Of a log's lines and of checkpoints our own form is all that was kept."""
    return Words.of(form_of(value))
