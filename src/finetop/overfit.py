"""Overfit watch: whether validation has turned, how sure that is, and which checkpoint to use then; pure.

verdict = judge(valid, train=train, checkpoints=points)      any series of steps and values
verdict = judge_curves(curves, points)                       a job's, by what it has measured
words(verdict), advice(verdict), verdict.why                 a short sentence, what to do, the reason
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Protocol

from finetop import text
from finetop.turning import Checks, Turn, course, taken_together, turn

if TYPE_CHECKING:
    from finetop.store.rows import Curves

Sureness = Literal["sure", "likely", "unsure"]
SURE = 4.0
"""A rise of so many times what chance would explain."""
LIKELY = 2.5
FEWEST = 4
"""Fewer checks tell nothing."""
FEWEST_SURE = 6
FEWEST_STRAIGHT = 8
"""So many in one clean turn are sure, too, where training goes on becoming better."""
LATER_SURE = 3
"""So many checks after the best one."""
LATER_LIKELY = 2
OVERFITS = 1.0
"""What it adds that training goes on becoming better meanwhile."""


class Measured(Protocol):
    """A series as the store has it, or as a chart takes it."""

    @property
    def steps(self) -> Sequence[float]:
        """Ascending."""

    @property
    def values(self) -> Sequence[float]:
        """One for each step."""


class Saved(Protocol):
    """A checkpoint as a provider lists it."""

    @property
    def step_number(self) -> int | None:
        """Where the provider tells it."""

    @property
    def fine_tuned_model_checkpoint(self) -> str | None:
        """The name it is used by."""


class Kept(NamedTuple):
    """A checkpoint that is worth using."""

    step: int
    model: str | None
    """The name to use it by; None where it has none."""


class Low(NamedTuple):
    """The best measurement."""

    step: float
    value: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """What has become of validation since its best point."""

    turned_step: int
    """The last step before it became worse."""
    best: Low
    last: float
    """Where it stands now."""
    last_step: float
    """Until when it was judged."""
    later: int
    """Checks since the best one."""
    sureness: Sureness
    why: str
    """One sentence that says how sure, and what speaks for it."""
    what: str = "validation loss"
    """What was judged."""
    higher_is_better: bool = False
    epoch: int | None = None
    """The epoch in which it turned, counted from 1."""
    checkpoint: Kept | None = None
    """The one to use; None where none is known."""
    is_after: bool = False
    """True where the checkpoint was saved after the turn, for none from before it is there."""

    @property
    def is_told(self) -> bool:
        """Whether it is worth a mark where nobody has asked."""
        return self.sureness != "unsure"


def judge(
    valid: Measured,
    *,
    train: Measured | None = None,
    agrees: Measured | None = None,
    higher_is_better: bool = False,
    epoch_steps: Sequence[float] = (),
    checkpoints: Sequence[Saved] = (),
    what: str = "validation loss",
) -> Verdict | None:
    """Whether validation was better before; None while its best point is its last one.

    `train` is the same measured in training, `agrees` the accuracy beside a loss, where there is one.
    """
    checks = taken_together(valid.steps, valid.values, higher_is_better=higher_is_better)
    found = turn(checks)
    if found is None:
        return None
    sign = -1.0 if higher_is_better else 1.0
    training = (
        None
        if train is None
        else course(train.steps, train.values, found.best.step, higher_is_better=higher_is_better)
    )
    differs = agrees is not None and _is_at_its_best(agrees)
    sureness = _sureness(checks, found, falls=training == "better", differs=differs)
    verdict = Verdict(
        turned_step=round(found.best.step),
        best=Low(found.best.step, sign * found.best.value),
        last=sign * found.last,
        last_step=checks.sound[len(checks.points) * checks.size - 1][0],
        later=found.later,
        sureness=sureness,
        why="",
        what=what,
        higher_is_better=higher_is_better,
        epoch=bisect_left(epoch_steps, found.best.step) + 1 if epoch_steps else None,
    )
    kept, is_after = _nearest(checkpoints, found.best.step)
    why = _why(verdict, checks, found, training, differs=differs)
    return replace(verdict, why=why, checkpoint=kept, is_after=is_after)


def judge_curves(curves: Curves, checkpoints: Sequence[Saved] = ()) -> Verdict | None:
    """The verdict on a job: by its validation loss, else by its reward."""
    epochs = curves.epoch_steps
    if curves.valid_loss.steps:
        return judge(
            curves.valid_loss,
            train=curves.train_loss,
            agrees=curves.valid_accuracy,
            epoch_steps=epochs,
            checkpoints=checkpoints,
        )
    rewards = [curves.more.get(name) for name in ("full_valid_reward", "valid_reward")]
    valid = max((series for series in rewards if series is not None), key=_length, default=None)
    train = curves.more.get("train_reward")
    if valid is None or not valid.steps:
        valid, train, what = train, None, "training reward"
    else:
        what = "validation reward"
    if valid is None:
        return None
    return judge(
        valid,
        train=train,
        higher_is_better=True,
        epoch_steps=epochs,
        checkpoints=checkpoints,
        what=what,
    )


def _length(series: Measured) -> int:
    return len(series.steps)


def words(verdict: Verdict) -> str:
    """The verdict in a few words, as it stands over a curve: `rising since step 120, likely`."""
    moved = "falling" if verdict.higher_is_better else "rising"
    if verdict.sureness == "unsure":
        return f"perhaps {moved} since step {verdict.turned_step}, unsure"
    return f"{moved} since step {verdict.turned_step}, {verdict.sureness}"


def advice(verdict: Verdict) -> str:
    """What to do about it; empty where no checkpoint is known."""
    kept = verdict.checkpoint
    if kept is None:
        return ""
    if verdict.sureness == "unsure":
        return f"checkpoint {kept.step} may be better"
    if verdict.is_after:
        return f"only later checkpoints, from {kept.step} on"
    return f"use checkpoint {kept.step}"


def told(verdict: Verdict | None) -> dict[str, Any] | None:
    """The verdict as programs are told of it."""
    if verdict is None:
        return None
    kept = verdict.checkpoint
    return {
        "sureness": verdict.sureness,
        "turned_step": verdict.turned_step,
        "epoch": verdict.epoch,
        "judged": verdict.what,
        "higher_is_better": verdict.higher_is_better,
        "best": verdict.best.value,
        "best_step": verdict.best.step,
        "last": verdict.last,
        "last_step": verdict.last_step,
        "checks_since": verdict.later,
        "why": verdict.why,
        "checkpoint": None if kept is None else {"step": kept.step, "model": kept.model},
        "is_after": verdict.is_after,
    }


def of_told(told_: Mapping[str, Any] | None) -> Verdict | None:
    """The verdict that was told so."""
    if told_ is None:
        return None
    kept = told_["checkpoint"]
    return Verdict(
        turned_step=told_["turned_step"],
        best=Low(told_["best_step"], told_["best"]),
        last=told_["last"],
        last_step=told_["last_step"],
        later=told_["checks_since"],
        sureness=told_["sureness"],
        why=told_["why"],
        what=told_["judged"],
        higher_is_better=told_["higher_is_better"],
        epoch=told_["epoch"],
        checkpoint=None if kept is None else Kept(kept["step"], kept["model"]),
        is_after=told_["is_after"],
    )


def _is_at_its_best(accuracy: Measured) -> bool:
    """Whether an accuracy has not turned, as far as one can tell."""
    checks = taken_together(accuracy.steps, accuracy.values, higher_is_better=True)
    return len(checks.points) >= FEWEST and turn(checks) is None


def _sureness(checks: Checks, found: Turn, *, falls: bool, differs: bool) -> Sureness:
    if len(checks.points) < FEWEST or found.is_plateau:
        return "unsure"
    score = found.score + (OVERFITS if falls else 0.0)
    count = len(checks.points)
    # That so many fall and then rise one by one is no chance, though too few tell how noisy they are.
    is_straight = found.is_straight and found.later >= LATER_SURE and count >= FEWEST_SURE
    is_sure = score >= SURE and found.later >= LATER_SURE and count >= FEWEST_SURE
    is_sure = is_sure or (is_straight and falls and count >= FEWEST_STRAIGHT)
    if is_sure and not differs and not found.recovers:
        return "sure"
    is_likely = score >= LIKELY and found.later >= LATER_LIKELY
    if (is_likely or is_straight) and not (differs and found.recovers):
        return "likely"
    return "unsure"


def _why(verdict: Verdict, checks: Checks, found: Turn, training: str | None, *, differs: bool) -> str:
    moved = "fell" if verdict.higher_is_better else "rose"
    best, last = text.loss(verdict.best.value), text.loss(verdict.last)
    count = len(checks.points)
    said = f"{verdict.sureness}: {verdict.what}"
    if count < FEWEST:
        return f"{said} was measured only {count} times"
    if found.later < LATER_LIKELY:
        return f"{said} was measured only once since its best"
    if found.is_plateau:
        return f"{said} has hardly moved since its best"
    said += f" {moved} from {best} to {last} in {found.later} checks"
    if verdict.sureness == "unsure":
        if found.recovers:
            return f"{said}, and is coming back"
        return f"{said}, and its checks differ by as much by chance"
    beside = {"better": "training went on becoming better", "worse": "training became worse too"}
    more = [] if training is None else [beside[training]]
    if found.recovers:
        more.append("it is coming back")
    if differs:
        more.append("validation accuracy is at its best")
    if verdict.sureness == "likely" and count < FEWEST_SURE:
        more.append(f"only {count} checks")
    return ", and ".join([said, *more])


def _nearest(checkpoints: Sequence[Saved], until: float) -> tuple[Kept | None, bool]:
    """The last checkpoint that was saved until a step, else the first after it, which is the second value."""
    known = sorted(
        Kept(point.step_number, point.fine_tuned_model_checkpoint)
        for point in checkpoints
        if point.step_number is not None
    )
    before = [kept for kept in known if kept.step <= until]
    if before:
        return before[-1], False
    return (known[0], True) if known else (None, False)
