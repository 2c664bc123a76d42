"""How far a job is and how long it will take, by the most trustworthy of what is known; pure."""

# Without `from __future__ import annotations`: a NamedTuple compiles every type that is written as text.
from typing import NamedTuple


class Known(NamedTuple):
    """Everything that may tell of a job's progress. Times are Unix seconds; None is unknown."""

    now: float
    started_at: float | None = None
    # The provider's own counters.
    trained_steps: int | None = None
    total_steps: int | None = None
    percent_done: float | None = None
    seconds_left: float | None = None
    estimated_finish: float | None = None
    # The newest measurement.
    step: int | None = None
    measured_total: int | None = None
    epoch: float | None = None
    step_s: float | None = None
    """How long one step takes, as told."""
    left_s: float | None = None
    """How long the rest takes, as told with that measurement."""
    first_step: int | None = None
    first_step_at: float | None = None
    last_step_at: float | None = None
    # Whole epochs: as counted by the provider, as said in the log, and as wanted.
    epochs_done: float | None = None
    said_epoch: int | None = None
    said_epoch_at: float | None = None
    n_epochs: int | None = None


class Progress(NamedTuple):
    """How far a job is; what nobody told is None."""

    step: int | None
    total_steps: int | None
    epoch: float | None
    share: float | None
    """0 to 1."""
    eta_s: float | None


def progress(known: Known) -> Progress:
    """The provider's counters first, then the newest measurement, then what the log says in words."""
    step = known.step if known.trained_steps is None else known.trained_steps
    total = known.total_steps or known.measured_total
    epoch = _first(known.epoch, known.epochs_done, known.said_epoch)
    share = _share(step, total)
    if share is None and known.percent_done is not None:
        share = _held(known.percent_done / 100)
    if share is None and step is None:
        share = _share(epoch, known.n_epochs)
    return Progress(step, total, epoch, share, _eta_s(known, step, total, share))


def _eta_s(known: Known, step: int | None, total: int | None, share: float | None) -> float | None:
    left = None if step is None or not total else max(0, total - step)
    finish_s = None if known.estimated_finish is None else known.estimated_finish - known.now
    return _first(
        None if known.seconds_left is None else max(0.0, known.seconds_left),
        finish_s if finish_s is not None and finish_s > 0 else None,  # one that has passed was wrong
        known.left_s,
        None if left is None or known.step_s is None else left * known.step_s,
        _by_steps(known, left),
        _by_epochs(known),
        _by_time(known, share),
    )


def _by_steps(known: Known, left: int | None) -> float | None:
    """At the pace between the first and the last measured step."""
    first, first_at, last_at = known.first_step, known.first_step_at, known.last_step_at
    if left is None or known.step is None or first is None or first_at is None or last_at is None:
        return None
    if known.step <= first:
        return None
    return max(0.0, left * (last_at - first_at) / (known.step - first))


def _by_epochs(known: Known) -> float | None:
    """At the pace of the epochs so far, where only they are told."""
    done, at, begin = known.said_epoch, known.said_epoch_at, known.started_at
    if known.step is not None or not done or at is None or begin is None or not known.n_epochs:
        return None
    return max(0.0, at - begin) / done * max(0, known.n_epochs - done)


def _by_time(known: Known, share: float | None) -> float | None:
    """At the pace since the start, where the provider only says how much is done."""
    counted = known.trained_steps is not None or known.percent_done is not None
    if not counted or not share or known.started_at is None or known.now < known.started_at:
        return None
    return (known.now - known.started_at) * (1 - share) / share


def _share(done: float | None, total: float | None) -> float | None:
    return None if done is None or not total or total < 0 else _held(done / total)


def _held(share: float) -> float:
    return min(1.0, max(0.0, share))


def _first(*values: float | None) -> float | None:
    return next((value for value in values if value is not None), None)
