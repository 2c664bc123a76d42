"""The options of `finetop jobs create` that say how to train."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import click

from finetop.actions.methods import METHODS, SETTINGS, Number, read_grader
from finetop.errors import BadInput

Command = TypeVar("Command", bound=Callable[..., Any])

_OPTIONS = {
    "n_epochs": ("epochs", "Passes over the file."),
    "batch_size": ("batch-size", "Examples in one step."),
    "learning_rate_multiplier": ("lr-multiplier", "Scales the learning rate."),
    "beta": ("beta", "dpo: how close to stay to the model it starts from."),
    "reasoning_effort": ("reasoning-effort", "reinforcement: how long it thinks."),
    "compute_multiplier": ("compute-multiplier", "reinforcement: how much to explore."),
    "eval_interval": ("eval-interval", "reinforcement: steps between two checks."),
    "eval_samples": ("eval-samples", "reinforcement: answers in one check."),
}
"""Setting -> its option and its help."""


def options(command: Command) -> Command:
    """Give a command the options of all methods."""
    for setting in reversed(SETTINGS):
        option, help_ = _OPTIONS[setting.name]
        command = click.option(f"--{option}", type=_type_of(setting.takes), help=help_)(command)
    command = click.option(
        "--grader", metavar="FILE", help="reinforcement: a JSON file that says what gives the reward."
    )(command)
    return click.option(
        "--method", type=click.Choice(METHODS), default="supervised", show_default=True, help="How to train."
    )(command)


def hyperparameters(chosen: Mapping[str, Any]) -> dict[str, int | float | str]:
    """Those that were given. Raises BadInput for one that the method does not have."""
    found = {}
    for setting in SETTINGS:
        option, _ = _OPTIONS[setting.name]
        value = chosen[option.replace("-", "_")]
        if value is None:
            continue
        if chosen["method"] not in setting.methods:
            (of,) = setting.methods
            raise BadInput(
                f"--{option} belongs to the method {of}", hint=f"Add --method {of}, or leave it out."
            )
        found[setting.name] = value
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
    return read_grader(Path(file))


def _type_of(takes: Number | tuple[str, ...]) -> Any:
    """What turns an argument into a value, as click has it."""
    if not isinstance(takes, Number):
        return click.Choice(takes)

    def convert(words: str) -> int | float | str:
        try:
            return takes.unbounded.read(words)
        except BadInput as error:
            raise click.BadParameter(error.message) from error

    convert.__name__ = "NUMBER|auto"  # click shows it in the help
    return convert
