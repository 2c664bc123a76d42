"""`finetop jobs events --follow`: a job's log line by line until the job has ended."""

from __future__ import annotations

import queue
import time
from typing import TYPE_CHECKING

from finetop.cli import output, shown

if TYPE_CHECKING:
    from finetop.models import Event
    from finetop.session import Session


def follow(session: Session, profile: str, job_id: str, *, as_json: bool) -> None:
    """Print as it comes. Raises Failed once the job has ended otherwise than well."""
    news: queue.SimpleQueue[Event | None] = queue.SimpleQueue()
    answer = session.follow(profile, job_id, news.put)
    answer.add_done_callback(lambda _: news.put(None))
    try:
        for event in iter(news.get, None):
            if as_json:
                output.write_json_line(event.model_dump(mode="json"))
            else:
                output.write_line(shown.event_line(event, time.time()))
        job = answer.result()
    except KeyboardInterrupt:
        output.talk(f"you stopped looking; the job goes on: finetop jobs get {job_id}")
        raise
    shown.fail_unless_succeeded(job)
