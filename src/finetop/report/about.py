"""What a report says of one job: the facts, the data, the settings, the times; pure."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Final

from finetop import text
from finetop.report.blocks import Facts, Table, Words
from finetop.report.leaving_out import pair, without_secrets

if TYPE_CHECKING:
    from collections.abc import Iterator

    from finetop.dossier import Dossier
    from finetop.models import Job
    from finetop.models.settings import Setting
    from finetop.report.blocks import Block
    from finetop.report.leaving_out import LeavingOut
    from finetop.stays import Stay

_UNKNOWN: Final = "not known: its bytes were never here"
_STATES: Final = {"running": "training", "": "not known"}


def facts(found: Dossier, out: LeavingOut) -> Iterator[Block]:
    """What it is and what became of it."""
    row, job = found.row, found.job
    cost = None if job is None else job.cost
    pairs = [
        ("Name", out.name(row.name) if row.name != row.key.id else ""),
        ("Job", out.id(row.key.id)),
        ("Profile", out.name(row.profile)),
        ("Organisation", "" if job is None else out.name(job.organization_id) if out.shows("ids") else ""),
        ("Status", row.status if row.status != "unknown" else without_secrets(row.raw_status)),
        ("Reason", _reason(found, out)),
        ("Base model", out.base(row.model)),
        ("Method", without_secrets(job.method if job is not None else row.method)),
        ("Tuned model", out.tuned(row.fine_tuned_model)),
        ("Last day of the tuned model", text.day(row.ends_at) if row.ends_at is not None else ""),
        ("Created", moment(row.created_at)),
        ("Ended", moment(row.ended_at)),
        ("Steps", _steps(found)),
        ("Trained tokens", "" if job is None or job.trained_tokens is None else f"{job.trained_tokens:,}"),
        ("Price", _price(cost, job.currency if job is not None else None, row.cost, out)),
    ]
    yield Facts(tuple((label, value) for label, value in pairs if value))


def _reason(found: Dossier, out: LeavingOut) -> str:
    if not out.shows("messages"):
        return ""
    said = found.job.reason if found.job is not None else None
    return out.free(said or found.row.reason or "")


def _steps(found: Dossier) -> str:
    row = found.row
    if row.step is None:
        return ""
    return f"{row.step:,} of {row.total_steps:,}" if row.total_steps else f"{row.step:,}"


def _price(told: float | None, currency: str | None, dollars: float | None, out: LeavingOut) -> str:
    if not out.shows("prices"):
        return ""
    if dollars is not None:
        return text.dollars(dollars)
    return "" if told is None else f"{told:,.2f} {text.clean(currency or '')}".rstrip()


def data(found: Dossier, out: LeavingOut) -> Iterator[Block]:
    """Its files, and the hashes of what they hold."""
    job = found.job
    if job is None:
        return
    pairs: list[tuple[str, str]] = []
    for label, group in (
        ("Training", job.training_files),
        ("Validation", job.validation_files),
        ("Results", job.result_files),
    ):
        for number, named in enumerate(group, 1):
            known = found.file(named)
            size = f"{known.size_bytes:,} bytes" if known.size_bytes is not None else ""
            told = [part for part in (out.name(known.filename), out.id(known.id), size) if part]
            whose = f"{label} {number}" if len(group) > 1 else label
            pairs.append((whose, ", ".join(told) or "one file"))
            sha256 = found.hashes.get(known.id) or ("" if group is job.result_files else _UNKNOWN)
            if sha256:
                pairs.append((f"{whose}, SHA-256", sha256))
    if pairs:
        yield Facts(tuple(pairs))


def settings(found: Dossier, out: LeavingOut) -> Iterator[Block]:
    """Its hyperparameters, and which of them the provider chose."""
    job = found.job
    if job is None:
        return
    rows = [
        (text.clean(name), _value(value), _origin(name, value, found))
        for name, value in job.hyperparameters.items()
        if value is not None
    ]
    if job.seed is not None:
        rows.append(("seed", str(job.seed), ""))
    if rows:
        yield Table(("Setting", "Value", "Note"), tuple(rows))
    yield from _grader(job, out)


def _value(value: Setting) -> str:
    return f"{value:g}" if isinstance(value, float) else without_secrets(text.clean(str(value)))


def _origin(name: str, value: Setting, found: Dossier) -> str:
    if value == "auto":
        ended = found.row.is_final
        return "what it became was not told" if ended else "the provider chooses"
    return "chosen by the provider" if name in found.autos else ""


def _grader(job: Job, out: LeavingOut) -> Iterator[Block]:
    told = (("The grader", job.grader), ("The form of answers", job.response_format))
    for what, value in told:
        if value is None:
            continue
        if out.shows("messages"):
            yield Words(f"{what}: {out.free(json.dumps(value, ensure_ascii=False, sort_keys=True))}")
        elif what == "The grader" and isinstance(value, dict):
            yield Words(f"{what} is of the type {text.clean(str(value.get('type', 'unknown')))}.")


def times(found: Dossier) -> Iterator[Block]:
    """How long it was in each state."""
    row = found.row
    lines = []
    for stay in found.states:
        until = stay.until if stay.until is not None or not row.is_final else row.ended_at
        lasted = text.length(until - stay.since) if until is not None and stay.since is not None else ""
        state = text.clean(stay.word) or _STATES.get(stay.status, stay.status)
        lines.append(
            (state, moment(stay.since) or "not known", moment(until) or "goes on", lasted, _how(stay))
        )
    if lines:
        yield Table(("State", "From", "To", "Length", "Known"), tuple(lines), frozenset({3}))


def _how(stay: Stay) -> str:
    if not stay.status:
        return ""
    if stay.unseen_s:
        return f"seen after {text.length(stay.unseen_s)} without a look"
    return "told" if stay.is_told else "seen"


def metadata(found: Dossier, out: LeavingOut) -> Iterator[Block]:
    """The user's own pairs."""
    pairs = {} if found.job is None else found.job.user_metadata
    if pairs and out.shows("metadata"):
        yield Facts(tuple((text.clean(name), out.free(pair(name, value))) for name, value in pairs.items()))


def moment(at: float | None) -> str:
    """A time that is the same wherever the report is written."""
    if at is None:
        return ""
    try:
        return time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(at))
    except (OverflowError, ValueError, OSError):
        return "not a time"  # a server may send any number


def last_change(found: Dossier) -> float | None:
    """When something of it changed last, as far as the provider tells."""
    row, job = found.row, found.job
    told = [row.created_at, row.started_at, row.ended_at]
    told += [at for stay in found.states for at in (stay.since, stay.until)]
    told += [point.created_at for point in found.checkpoints]
    told += found.curves.times.values[-1:]
    if job is not None:
        told.append(job.updated_at)
    return max((at for at in told if at is not None), default=None)
