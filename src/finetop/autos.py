"""Which settings of a job were left to its provider; pure."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from finetop.models.settings import Setting

BY_SERVICE: Final = ("n_epochs", "batch_size", "learning_rate_multiplier", "beta")
"""What a provider chooses where it is left out."""


def left_to_provider(request: str, settings: Mapping[str, Setting]) -> frozenset[str]:
    """Which of a job's settings the create that made it left out, or gave as `auto`.

    `request` is what the journal keeps of a create.
    """
    try:
        asked = json.loads(request)["request"]["hyperparameters"]
    except (ValueError, TypeError, KeyError):
        return frozenset()
    return frozenset(name for name in BY_SERVICE if name in settings and asked.get(name, "auto") == "auto")
