"""Weights in files: the same numbers always give the same bytes."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import numpy as np
from numpy.lib.format import write_array

from finetop.server.jobdir import sha256_of
from finetop.server.trainers import CannotTrainError
from finetop.server.trainers.tiny import BASE_PATH, BASE_SHA256
from finetop.server.trainers.tiny.network import Network

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray


def save_arrays(file: IO[bytes], arrays: Mapping[str, NDArray[Any]], *, pack: bool = False) -> None:
    """Write an .npz without a time in it."""
    method = zipfile.ZIP_DEFLATED if pack else zipfile.ZIP_STORED
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, part in arrays.items():
            with archive.open(zipfile.ZipInfo(f"{name}.npy"), "w") as entry:
                write_array(entry, np.ascontiguousarray(part), allow_pickle=False)


def load_arrays(path: Path) -> dict[str, NDArray[Any]]:
    """Read an .npz whole; raises ValueError for a file that is not one or is damaged."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
            return dict(archive.items())
    except (zipfile.BadZipFile, EOFError, ValueError, AttributeError, TypeError) as error:
        raise ValueError(f"{path.name} is damaged or not a file of arrays") from error


def load_network(path: Path | None, sha256: str | None = None) -> Network:
    """The base model that comes with finetop, or tuned weights; the hash is checked where one is known."""
    if path is None:
        path, sha256 = BASE_PATH, BASE_SHA256
    try:
        known = sha256 is None or sha256_of(path) == sha256
        network = Network.of_arrays(load_arrays(path)) if known else None
    except FileNotFoundError:
        raise CannotTrainError("bad_weights", f"the weights {path} do not exist", param="model") from None
    except ValueError as error:
        raise CannotTrainError("bad_weights", f"{path}: {error}", param="model") from error
    if network is None:
        reason = f"{path}: these are not the weights that were expected"
        raise CannotTrainError("bad_weights", reason, param="model")
    return network


def network_of(model: Mapping[str, Any]) -> Network:
    """The weights a job begins with, as its job.json names them."""
    path = model.get("path")
    return load_network(Path(path) if path else None, model.get("sha256"))
