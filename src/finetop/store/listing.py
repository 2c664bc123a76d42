"""The rows of the jobs list, drawn from the job table and from the creates that are no job yet."""

from __future__ import annotations

import heapq
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from finetop.names import suffix_in
from finetop.store.held import given
from finetop.store.job_rows import FINAL, JobKey, JobRow
from finetop.store.progress import Known, progress

if TYPE_CHECKING:
    from finetop.query import Condition
    from finetop.store.search import Search

DELETED = 2
"""The value of `gone` for a job that was deleted at the user's word; 1 is one that went by itself."""
_METHODS = {"supervised": "sft", "reinforcement": "rl"}
STALE_S = 14 * 86_400.0
"""What had ended so long before it was first seen is the past, however long its account is known."""
PAST = f"""was is null
    and coalesce(json_extract(form, '$.finished_at'), json_extract(form, '$.updated_at'), 0)
    <= max(since, coalesce(turned_at, 0) - {STALE_S})"""
"""Of a job that has ended: it had, before finetop first heard of its account."""
_SHOWN = f"""select account, id, seq, status, created_at, started_at, step, total_steps, epoch, train_loss,
    valid_loss, json_extract(overfit, '$.sureness') overfit, first_step, first_step_at, last_step_at,
    gone, ends_at,
    json_extract(form, '$.raw_status') raw_status, json_extract(form, '$.model') model,
    json_extract(form, '$.method') method, json_extract(form, '$.finished_at') finished_at,
    json_extract(form, '$.updated_at') updated_at, json_extract(form, '$.suffix') suffix,
    json_extract(form, '$.hyperparameters.n_epochs') n_epochs,
    json_extract(form, '$.fine_tuned_model') fine_tuned_model,
    coalesce(json_extract(form, '$.error.message'), json_extract(form, '$.error.code')) reason,
    json_extract(form, '$.unreadable') unreadable,
    json_extract(form, '$.queue_position') queue_position,
    json_extract(form, '$.estimated_finish') estimated_finish,
    json_extract(form, '$.trained_steps') trained_steps, json_extract(form, '$.total_steps') job_steps,
    json_extract(form, '$.epochs_done') epochs_done, json_extract(form, '$.percent_done') percent_done,
    json_extract(form, '$.seconds_left') seconds_left, step_s, left_s,
    json_extract(said, '$.place') said_place, coalesce(json_extract(said, '$.cost'),
        iif(json_extract(form, '$.currency') = 'USD', json_extract(form, '$.cost'), null)) cost,
    json_extract(said, '$.epoch') said_epoch, json_extract(said, '$.epochs') said_epochs,
    json_extract(said, '$.epoch_at') said_epoch_at, json_extract(said, '$.model') said_model,
    json_extract(said, '$.reason') said_reason,
    iif(status in ('succeeded', 'failed', 'cancelled')
        and (select {PAST} from account where account.id = job.account), 0, turned) turned,
    was is null first_sight,
    (select json_array(kind, state, job) from intent where intent.account = job.account
        and kind in ('cancel', 'pause', 'resume', 'delete') and file = job.id
        order by written_at desc limit 1) ordered from job"""
_CREATES = "select account, uuid, seq, state, name, model, written_at, message from intent"
_PENDING = """kind = 'create' and job is null and state in ('written', 'sent', 'unsure', 'refused')"""


def rows(
    connection: sqlite3.Connection,
    profiles: Mapping[int, str],
    since: int,
    now: float,
    condition: Condition | None = None,
) -> list[JobRow]:
    """The rows of these accounts whose content changed after `since`; `now` is a Unix time.

    A condition leaves out jobs it does not mean, but never a create that is no job yet.
    """
    if not profiles:
        return []
    marks = ",".join(str(account) for account in profiles)
    meant = _meant(profiles, now, condition)
    look = connection.cursor()
    look.row_factory = sqlite3.Row
    # The plus keeps SQLite from walking whole accounts in search of news.
    jobs = look.execute(
        f"""{_SHOWN} where seq > :since and gone < {DELETED} and +account in ({marks})
        and {_among(meant, "seq > :since")} order by created_at desc, id""",
        {"since": since, **(meant.bound if meant else {})},
    )
    found = [_row(profiles[line["account"]], line, now) for line in jobs]
    pending = look.execute(f"{_CREATES} where {_PENDING} and seq > ? and account in ({marks})", (since,))
    return found + [_pending(profiles[line["account"]], line) for line in pending]


def newest(
    connection: sqlite3.Connection,
    profiles: Mapping[int, str],
    now: float,
    condition: Condition | None,
    ids: Sequence[str] | None = None,
) -> Iterator[JobRow]:
    """The jobs that are meant, newest first; drawn one by one, for few of many may be wanted.

    With `ids` only those are looked at.
    """
    meant = _meant(profiles, now, condition)
    return heapq.merge(
        *(_newest(connection, place, now, meant, ids) for place in profiles.items()),
        key=lambda row: (-(row.created_at or 0.0), row.key.id),
    )


def _newest(
    connection: sqlite3.Connection,
    place: tuple[int, str],
    now: float,
    meant: Search | None,
    ids: Sequence[str] | None,
) -> Iterator[JobRow]:
    account, name = place
    look = connection.cursor()
    look.row_factory = sqlite3.Row
    some = "" if ids is None else "and id in (select value from json_each(:ids))"
    lines = look.execute(
        f"""{_SHOWN} where account = :account and gone < {DELETED} {some}
        and {_among(meant, f"account = :account {some}")} order by created_at desc, id""",
        {"account": account, "ids": _as_json(ids), **(meant.bound if meant else {})},
    )
    for line in lines:
        yield _row(name, line, now)


def by_number(
    connection: sqlite3.Connection, profiles: Mapping[int, str], numbers: Iterable[int], now: float
) -> dict[int, JobRow]:
    """The rows of lines of the roster, those of creates that have become jobs among them."""
    look = connection.cursor()
    look.row_factory = sqlite3.Row
    wanted = ", ".join(map(str, numbers))
    lines = connection.execute(f"select n, account, id, pending from roster where n in ({wanted})").fetchall()
    found = {}
    for n, account, id_, pending in lines:
        profile = profiles.get(account, "")
        if pending is None:
            line = look.execute(f"{_SHOWN} where account = ? and id = ?", (account, id_)).fetchone()
            found[n] = _row(profile, line, now)
        else:
            line = look.execute(f"{_CREATES} where uuid = ?", (id_.removeprefix("intent:"),)).fetchone()
            found[n] = _pending(profile, line)
    return found


def one(connection: sqlite3.Connection, key: JobKey, profile: str, now: float) -> JobRow | None:
    """The row of one job; None for one the store has never seen."""
    look = connection.cursor()
    look.row_factory = sqlite3.Row
    line = look.execute(f"{_SHOWN} where account = ? and id = ?", key).fetchone()
    return None if line is None else _row(profile, line, now)


def _as_json(ids: Sequence[str] | None) -> str | None:
    if ids is None:
        return None
    import json  # noqa: PLC0415 - a table without it is there 1 ms sooner

    return json.dumps(ids)


def _meant(profiles: Mapping[int, str], now: float, condition: Condition | None) -> Search | None:
    """How to find what a condition means; None where it means every job."""
    if not condition:
        return None
    from finetop.store.search import search  # noqa: PLC0415 - a list without a query waits for none of it

    return search(condition, profiles, now)


def _among(meant: Search | None, near: str) -> str:
    """Those that are meant, as the roster knows; `near` spares a look at all of it."""
    if meant is None:
        return "true"
    return f"(account, id) in (select account, id from roster where {near} and ({meant.where}))"


def _row(profile: str, line: sqlite3.Row, now: float) -> JobRow:
    final = line["status"] in FINAL
    tuned = line["fine_tuned_model"] or (line["said_model"] if line["status"] == "succeeded" else None)
    place = line["said_place"] if line["queue_position"] is None else line["queue_position"]
    n_epochs = line["n_epochs"] if isinstance(line["n_epochs"], int) else line["said_epochs"]
    far = progress(_known(line, n_epochs, now))
    return JobRow(
        key=JobKey(line["account"], line["id"]),
        seq=line["seq"],
        profile=profile,
        status=line["status"],
        raw_status=line["raw_status"],
        name=line["suffix"] or suffix_in(tuned) or line["id"],
        model=line["model"] or "",
        method=_METHODS.get(line["method"], line["method"]),
        created_at=line["created_at"],
        started_at=line["started_at"],
        ended_at=line["finished_at"] or (line["updated_at"] if final else None),
        step=far.step,
        total_steps=far.total_steps,
        epoch=far.epoch,
        n_epochs=n_epochs,
        train_loss=given(line["train_loss"]),
        valid_loss=given(line["valid_loss"]),
        share=far.share,
        eta_s=None if final else far.eta_s,
        fine_tuned_model=tuned,
        ends_at=line["ends_at"],
        reason=_reason(line),
        place=place if line["status"] == "queued" else None,
        cost=line["cost"],
        intent=_ordered(line["ordered"], final=final),
        turned=line["turned"],
        is_first_sight=bool(line["first_sight"]),
        overfit=line["overfit"],
    )


_DOING = {"cancel": "cancelling", "pause": "pausing", "resume": "resuming", "delete": "deleting"}
_STILL = frozenset({"written", "sent", "created"})
"""States of an order that has not come about yet: one that was accepted is on its way."""


def _ordered(found: str | None, *, final: bool) -> str | None:
    """What the last order means for a job: nothing once it came about, or the job ended before it."""
    if found is None:
        return None
    import json  # noqa: PLC0415 - a table without it is there 1 ms sooner

    kind, state, done = json.loads(found)
    if done is not None or (final and kind != "delete"):
        return None
    return _DOING[kind] if state in _STILL else "unsure" if state == "unsure" else None


def _reason(line: sqlite3.Row) -> str | None:
    """Why the row is not as one would wish."""
    if line["gone"]:
        return "gone at the provider"
    if line["unreadable"]:
        return str(line["unreadable"])
    return (line["reason"] or line["said_reason"]) if line["status"] == "failed" else None


def _known(line: sqlite3.Row, n_epochs: int | None, now: float) -> Known:
    """What may tell of a job's progress."""
    return Known(
        now,
        started_at=line["started_at"],
        trained_steps=line["trained_steps"],
        total_steps=line["job_steps"],
        percent_done=line["percent_done"],
        seconds_left=line["seconds_left"],
        estimated_finish=line["estimated_finish"],
        step=line["step"],
        measured_total=line["total_steps"],
        epoch=line["epoch"],
        step_s=line["step_s"],
        left_s=line["left_s"],
        first_step=line["first_step"],
        first_step_at=line["first_step_at"],
        last_step_at=line["last_step_at"],
        epochs_done=line["epochs_done"],
        said_epoch=line["said_epoch"],
        said_epoch_at=line["said_epoch_at"],
        n_epochs=n_epochs,
    )


_PENDING_WORDS = {
    "written": ("queued", "about to be sent"),
    "sent": ("unknown", "sent; waiting for an answer"),
    "unsure": ("unknown", "sent; nobody knows whether it was made"),
    "refused": ("failed", ""),
}


def _pending(profile: str, line: sqlite3.Row) -> JobRow:
    """A row for a create that is not a job yet."""
    status, reason = _PENDING_WORDS.get(line["state"], ("unknown", ""))
    return JobRow(
        key=JobKey(line["account"], f"intent:{line['uuid']}"),
        seq=line["seq"],
        profile=profile,
        status=status,
        raw_status=line["state"],
        name=line["name"],
        model=line["model"],
        method="sft",
        created_at=line["written_at"],
        reason=line["message"] or reason,
        intent="creating" if line["state"] in {"written", "sent"} else line["state"],
    )
