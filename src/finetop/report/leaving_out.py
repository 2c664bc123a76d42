"""What a report must not show: what somebody wants left out, and what looks like a secret; pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from finetop.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Iterable

KINDS: Final = {
    "names": "of jobs, files, models and profiles",
    "ids": "of jobs, files, checkpoints and models",
    "metadata": "the pairs that jobs were given",
    "messages": "why jobs failed, and graders' words",
    "prices": "what jobs cost",
}
"""What can be left out, and what each means."""
NOTHING: Final = "nothing"
HIDDEN: Final = "(left out)"
MASKED: Final = "***"

_SECRET_NAMES: Final = re.compile(
    r"api[-_ ]?key|secret|password|passwd|authorization|token$|credential", re.IGNORECASE
)
_SECRETS: Final = re.compile(
    r"\b(?:sk|pk|rk|gsk|hf|key|ghp|gho|xai|nvapi|tgp|AKIA|glpat|xox[abp])[-_]?[A-Za-z0-9_-]{16,}"
    r"|\b(?:Bearer|Basic)\s+[A-Za-z0-9._~+/=-]{12,}"
    r"|(?<=://)[^/\s:@]+:[^/\s@]+(?=@)"
)
"""Keys as providers make them, and an address with a password in it."""
_FEWEST: Final = 4
"""A name of fewer letters is not looked for in what others wrote: it is a word of theirs."""


def understood(words: Iterable[str]) -> frozenset[str]:
    """The kinds that are named, apart or with commas. Raises BadInput for what is none."""
    named = {name for part in words for name in part.replace(",", " ").split()}
    unknown = sorted(named - {*KINDS, NOTHING})
    if unknown:
        raise BadInput(
            f"a report cannot leave out {unknown[0]!r}",
            hint=f"It can leave out {', '.join(KINDS)}, or {NOTHING}.",
        )
    return frozenset(named - {NOTHING})


@dataclass(frozen=True, slots=True)
class LeavingOut:
    """What is left out, and the names and ids that other people's sentences may repeat."""

    kinds: frozenset[str] = frozenset()
    known: frozenset[str] = field(default=frozenset())

    @property
    def said(self) -> str:
        """What was left out, as the report says it."""
        return ", ".join(name for name in KINDS if name in self.kinds)

    def shows(self, *kinds: str) -> bool:
        """Whether something that belongs to these kinds is shown."""
        return not self.kinds.intersection(kinds)

    def name(self, words: str | None) -> str:
        """A name, or nothing."""
        return without_secrets(words or "") if self.shows("names") else ""

    def id(self, words: str | None) -> str:
        """An id, or nothing."""
        return without_secrets(words or "") if self.shows("ids") else ""

    def tuned(self, model: str | None) -> str:
        """The name of a tuned model, which holds the names and the id of others; or nothing."""
        return without_secrets(model or "") if self.shows("names", "ids") else ""

    def base(self, model: str | None) -> str:
        """The name of a base model; of one that is itself tuned, only what it was tuned from."""
        if not model or self.shows("names", "ids"):
            return without_secrets(model or "")
        if model.startswith("ft:"):
            return ":".join(model.split(":")[:2])
        return HIDDEN if model in self.known else model.split(":ft-")[0]

    def free(self, words: str) -> str:
        """What somebody wrote, without the names, ids and secrets that stand in it."""
        for name in sorted(self.known, key=len, reverse=True):
            if len(name) >= _FEWEST:
                words = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", HIDDEN, words)
        return without_secrets(words)


def without_secrets(words: str) -> str:
    """The words without what looks like a key."""
    return _SECRETS.sub(MASKED, words)


def pair(name: str, value: str) -> str:
    """A value that stands under this name: a key of somebody's is not shown, whatever it looks like."""
    return MASKED if value and _SECRET_NAMES.search(name) else without_secrets(value)
