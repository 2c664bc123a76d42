"""The options of `finetop jobs create` that say how to train, and which method has which."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import click

from finetop.cli.options import number_or_auto
from finetop.errors import BadFile, BadInput

Command = TypeVar("Command", bound=Callable[..., Any])

METHODS = ("supervised", "dpo", "reinforcement")
_EVERY = frozenset(METHODS)
_DPO = frozenset({"dpo"})
_RL = frozenset({"reinforcement"})
_SETTINGS = (
    ("epochs", "n_epochs", _EVERY, number_or_auto(int), "Passes over the file."),
    ("batch-size", "batch_size", _EVERY, number_or_auto(int), "Examples in one step."),
    ("lr-multiplier", "learning_rate_multiplier", _EVERY, number_or_auto(float), "Scales the learning rate."),
    ("beta", "beta", _DPO, number_or_auto(float), "dpo: how close to stay to the model it starts from."),
    (
        "reasoning-effort",
        "reasoning_effort",
        _RL,
        click.Choice(("default", "low", "medium", "high")),
        "reinforcement: how long it thinks.",
    ),
    (
        "compute-multiplier",
        "compute_multiplier",
        _RL,
        number_or_auto(float),
        "reinforcement: how much to explore.",
    ),
    ("eval-interval", "eval_interval", _RL, number_or_auto(int), "reinforcement: steps between two checks."),
    ("eval-samples", "eval_samples", _RL, number_or_auto(int), "reinforcement: answers in one check."),
)
"""Option, its name for the API, the methods that have it, what it takes, and its help."""


def options(command: Command) -> Command:
    """Give a command the options of all methods."""
    for option, _, _, kind, help_ in reversed(_SETTINGS):
        command = click.option(f"--{option}", type=kind, help=help_)(command)
    command = click.option(
        "--grader", metavar="FILE", help="reinforcement: a JSON file that says what gives the reward."
    )(command)
    return click.option(
        "--method", type=click.Choice(METHODS), default="supervised", show_default=True, help="How to train."
    )(command)


def hyperparameters(chosen: Mapping[str, Any]) -> dict[str, int | float | str]:
    """Those that were given. Raises BadInput for one that the method does not have."""
    found = {}
    for option, name, methods, _, _ in _SETTINGS:
        value = chosen[option.replace("-", "_")]
        if value is None:
            continue
        if chosen["method"] not in methods:
            (of,) = methods
            raise BadInput(
                f"--{option} belongs to the method {of}", hint=f"Add --method {of}, or leave it out."
            )
        found[name] = value
    return found


def grader(chosen: Mapping[str, Any]) -> dict[str, Any] | None:
    """What gives the reward. Raises BadInput where the method wants none, BadFile for what is no grader."""
    method, file = chosen["method"], chosen["grader"]
    if method != "reinforcement":
        if file is not None:
            raise BadInput("--grader belongs to the method reinforcement", hint="Add --method reinforcement.")
        return None
    if file is None:
        raise BadInput("reinforcement needs a grader", hint="Name a JSON file: --grader FILE")
    path = Path(file)
    try:
        found = json.loads(path.read_bytes())
    except OSError as error:
        raise BadFile(f"cannot be read: {error.strerror}", path=path) from error
    except ValueError as error:
        raise BadFile("is not JSON", path=path, hint="Write one grader as a JSON object.") from error
    if not isinstance(found, dict) or not isinstance(found.get("type"), str):
        raise BadFile("is not a grader", path=path, hint='Write one JSON object with a "type".')
    return found
