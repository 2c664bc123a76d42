"""Resumable states: everything a later attempt needs to go on bit for bit."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from finetop.server.trainers.tiny.adam import Adam
from finetop.server.trainers.tiny.network import Network
from finetop.server.trainers.tiny.weights import load_arrays, save_arrays

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from finetop.server.jobdir import JobDir

KEPT = 2
MOMENTS = ("dense_mean", "dense_square", "bag_mean", "bag_square")


@dataclass
class State:
    """Where a training stands after `step` steps."""

    step: int
    network: Network
    adam: Adam
    result_bytes: int = 0
    """How much of the result rows belongs to these steps."""
    met: NDArray[np.float32] | None = None
    """The loss of each example when it was last learned; None before any was."""
    trained_bytes: int = 0
    """Bytes of answers that were trained on, each as often as it was."""


def save(job: JobDir, state: State, identity: str) -> None:
    """Write the state and drop all but the two newest."""
    arrays: dict[str, NDArray[Any]] = {
        **state.network.arrays(),
        **{name: getattr(state.adam, name) for name in MOMENTS},
        "place": np.array([state.step, state.result_bytes, state.trained_bytes], np.int64),
        **({} if state.met is None else {"met": state.met}),
        "identity": np.frombuffer(identity.encode(), np.uint8),
    }
    with job.whole(job.resume / f"step-{state.step}.npz") as file:
        save_arrays(file, arrays)
    for _, path in saved(job)[KEPT:]:
        path.unlink(missing_ok=True)


def saved(job: JobDir) -> list[tuple[int, Path]]:
    """The states there are, newest first."""
    paths = job.resume.glob("step-*.npz")
    named = ((re.fullmatch(r"step-(\d+)", path.stem), path) for path in paths)
    return sorted(((int(match.group(1)), path) for match, path in named if match), reverse=True)


def newest(job: JobDir, identity: str) -> State | None:
    """The newest state that is whole, belongs to this job, and whose result rows are all there."""
    for step, path in saved(job):
        try:
            arrays = load_arrays(path)
            state = _state(arrays, identity)
        except (ValueError, KeyError):
            continue  # an older one may be whole, and from none at all we begin anew
        if state.step == step and _size(job.result_rows) >= state.result_bytes:
            return state
    return None


def _state(arrays: dict[str, NDArray[Any]], identity: str) -> State:
    if arrays["identity"].tobytes() != identity.encode():
        raise ValueError("the state belongs to another job")
    network = Network.of_arrays(arrays)
    adam = Adam(network)
    for name in MOMENTS:
        getattr(adam, name)[:] = arrays[name]
    step, result_bytes, trained_bytes = (int(number) for number in arrays["place"])
    return State(step, network, adam, result_bytes, arrays.get("met"), trained_bytes)


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0
