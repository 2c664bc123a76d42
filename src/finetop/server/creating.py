"""What every request for a new job goes through, whichever API it speaks."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from finetop.server import bodies, files, jobs
from finetop.server.faults import ApiFault, shown

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable

    from starlette.requests import Request

    from finetop.server.services import Services

_LONGEST_KEY = 255


def made_once(
    here: Services,
    request: Request,
    body: dict[str, Any],
    wanted: Callable[[Services, dict[str, Any]], jobs.NewJob],
) -> sqlite3.Row:
    """A new job, or the one an equal request with this Idempotency-Key has made."""
    key = request.headers.get("idempotency-key")
    # The same words make another job where they are sent to another path.
    path = "" if request.url.path.endswith("/fine_tuning/jobs") else request.url.path
    digest = hashlib.sha256((path + json.dumps(body, sort_keys=True)).encode()).hexdigest()
    if key is not None:
        if not 1 <= len(key) <= _LONGEST_KEY:
            raise bodies.invalid("Idempotency-Key", key, f"1 to {_LONGEST_KEY} characters")
        first = jobs.by_idempotency_key(here.database, key)
        if first is not None:
            if first["request_sha256"] != digest:
                raise ApiFault(
                    400,
                    f"This Idempotency-Key was used for another request; it made {first['id']}.",
                    code="idempotency_key_reused",
                )
            return first
    job = jobs.create(here.database, wanted(here, body), idempotency_key=key, request_sha256=digest)
    here.scheduler.wake()
    return job


def training_data(here: Services, body: dict[str, Any], param: str, *, needed: bool = False) -> str | None:
    """The id of a file that can be trained on."""
    file_id = bodies.text_field(body, param, longest=256, needed=needed)
    if file_id is None:
        return None
    row = files.find(here.database, file_id)
    if row is None:
        raise ApiFault(
            400, f"There is no file {shown(file_id)!r} for {param}.", param=param, code="file_not_found"
        )
    if row["purpose"] != "fine-tune":
        raise ApiFault(
            400,
            f"The file {file_id} has the purpose {row['purpose']}; {param} needs fine-tune.",
            param=param,
            code="invalid_file_purpose",
        )
    return file_id
