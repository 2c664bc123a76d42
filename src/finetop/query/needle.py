r"""What is looked for in a text, a log's line or a file's: `loss`, `~loss=0\.[0-3]`, `!step`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from finetop.query.patterns import NOT, REGEX, SLASH, checked_pattern


@dataclass(frozen=True, slots=True)
class Needle:
    """Words or a pattern; without either it is found in every text."""

    text: str = ""
    """As it was typed."""
    words: str = ""
    """Words as they stand in the text. A capital among them says that case counts."""
    pattern: str = ""
    """A regular expression, whatever the case."""
    inverse: bool = False
    """The texts without it are wanted."""

    def __bool__(self) -> bool:
        return bool(self.words or self.pattern)

    @property
    def case_counts(self) -> bool:
        """Whether a capital and its small letter are two."""
        return self.words != self.words.lower()

    def holds(self, text: str) -> bool:
        """Whether a text is wanted."""
        return not self or (_compiled(self).search(text) is not None) != self.inverse

    def spans(self, text: str) -> list[tuple[int, int]]:
        """From where to where it stands in a text; nowhere, where the texts without it are wanted."""
        if not self or self.inverse:
            return []
        return [found.span() for found in _compiled(self).finditer(text) if found.group()]


NO_NEEDLE = Needle()
"""Every text."""


def read_needle(line: str) -> Needle:
    """What a line looks for. Raises BadQuery where it is no regular expression."""
    text = line.strip()
    inverse = text.startswith(NOT)
    body = text[inverse:].lstrip()
    at = line.rfind(body)
    if body.startswith(REGEX):
        return Needle(text, pattern=checked_pattern(body[1:], at + 1), inverse=inverse)
    if len(body) > 1 and body[0] == body[-1] == SLASH:
        return Needle(text, pattern=checked_pattern(body[1:-1], at + 1), inverse=inverse)
    return Needle(text, body, inverse=inverse)


@lru_cache(maxsize=16)
def _compiled(needle: Needle) -> re.Pattern[str]:
    flags = 0 if needle.case_counts else re.IGNORECASE
    return re.compile(needle.pattern or re.escape(needle.words), flags)
