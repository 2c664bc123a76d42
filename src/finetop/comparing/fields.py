"""One thing compared: what each job has of it, and what that says; pure."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from finetop import text

if TYPE_CHECKING:
    from finetop.dossier import Dossier

LETTERS = "ABCDEFGH"
"""What jobs are called beside each other."""


class Cell(NamedTuple):
    """What one job has of a field."""

    words: str = ""
    """Empty where nothing is known; cleaned."""
    value: Any = None
    """The same for programs."""
    note: str = ""
    """How it came about, or what it holds for: part of what is compared."""
    copied: str = ""
    """What is copied where that is not the words."""


class Field(NamedTuple):
    """What several jobs have of one thing."""

    group: str
    name: str
    """For programs."""
    label: str
    cells: tuple[Cell, ...]
    differs: bool
    against: str = ""
    """Of two jobs: A against B."""
    best: tuple[int, ...] = ()
    """The places of the best values, where they can be compared."""

    @property
    def is_known(self) -> bool:
        """Whether any job has something of it."""
        return any(cell.words for cell in self.cells)


def field(
    group: str,
    name: str,
    label: str,
    cells: Sequence[Cell],
    *,
    against: str = "",
    best: Sequence[int] = (),
    differs: bool | None = None,
) -> Field:
    """A field, which differs where its words or notes do, unless something better is known."""
    if differs is None:
        differs = len({(cell.words, cell.note) for cell in cells}) > 1
    return Field(
        group, name, label, tuple(cells), differs, text.clean(against) if differs else "", tuple(best)
    )


def plain_field(
    group: str, name: str, label: str, jobs: Sequence[Dossier], value: Callable[[Dossier], str | None]
) -> Field:
    """A field of words."""
    found = [value(one) or None for one in jobs]
    return field(group, name, label, [Cell(text.clean(said or ""), said, "", said or "") for said in found])


def whole_field(
    group: str,
    name: str,
    label: str,
    jobs: Sequence[Dossier],
    value: Callable[[Dossier], Mapping[str, Any] | str | None],
) -> Field:
    """A field of many parts, which are shown by what they are called and compared whole."""
    found = [value(one) for one in jobs]
    whole = [json.dumps(one, sort_keys=True) if one else "" for one in found]
    names = [
        str(one.get("type") or one.get("name") or "given") if isinstance(one, Mapping) else str(one or "")
        for one in found
    ]
    differs = len(set(whole)) > 1
    other = differs and len(set(names)) == 1
    return field(
        group,
        name,
        label,
        [
            Cell(text.clean(said), one, "", as_json)
            for said, one, as_json in zip(names, found, whole, strict=True)
        ],
        against="other details" if other and len(jobs) == 2 else "",
        differs=differs,
    )


def ratio(one: float, other: float) -> str:
    """The first as a multiple of the second, or how far apart they are."""
    if one > 0 and other > 0:
        return f"{one / other:.3g} times" if one >= other else f"1/{other / one:.3g}"
    return f"{one - other:+.3g}"
