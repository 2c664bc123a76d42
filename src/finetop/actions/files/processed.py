"""Waits until a provider has processed a file: a job that names it any sooner is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

from finetop.actions.files.reuse import UNUSABLE
from finetop.errors import ApiError, BadInput, LostReply, RateLimited, ServerFault, TryLater
from finetop.text import clean

if TYPE_CHECKING:
    from finetop.actions.desk import Desk
    from finetop.actions.files.sending import Say

LONGEST_S = 30 * 60
UPLOADED_S = 20
"""For many servers `uploaded` is the last word they have for a file: it is not waited on for longer."""
_UNDER_WAY = frozenset({"pending", "running", "processing", "queued"})
_EVERY_S = (1.0, 2.0, 5.0)
_MOST_FAILURES = 5


async def wait_processed(desk: Desk, file_id: str, *, say: Say) -> None:
    """Return once a file may be used. Raises BadInput where it never will be, TryLater after half an hour."""
    start = desk.clock()
    tried = failures = 0
    while True:
        try:
            file = await (await desk.provider()).get_file(file_id)
        except (LostReply, RateLimited, ServerFault):
            failures += 1
            if failures >= _MOST_FAILURES:
                raise
        except ApiError:
            return  # not everybody may look at files: the create will tell
        else:
            failures = 0
            status = (file.status or "").lower()
            desk.store.library.save_files(desk.account, [file])
            if status in UNUSABLE:
                why = f": {clean(file.status_details)}" if file.status_details else ""
                raise BadInput(
                    f"the provider cannot use {clean(file.filename or file_id)}, its status is {status}{why}",
                    hint="Check the file, then upload it anew.",
                )
            waited_s = desk.clock() - start
            if not (status in _UNDER_WAY or (status == "uploaded" and waited_s < UPLOADED_S)):
                return
            if waited_s >= LONGEST_S:
                raise TryLater(
                    f"{file_id} is still {status} after {LONGEST_S // 60} minutes",
                    hint="Create the job from this file id once it is processed.",
                )
            say(f"{clean(file.filename or file_id)} is {status}, waiting until it is processed")
        await desk.sleep(_EVERY_S[min(tried, len(_EVERY_S) - 1)])
        tried += 1
