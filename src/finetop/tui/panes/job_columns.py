"""The columns that a list of jobs can have, which of them are shown, in which order and how wide; pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, NamedTuple

from finetop import text
from finetop.tui.panes.job_cells import COLUMNS
from finetop.tui.widgets.table import Column

METADATA: Final = "metadata."
SETTING: Final = "setting."
NAME: Final = "name"
"""The one column that cannot be hidden: without it a row is nobody's."""

MORE: Final = (
    Column("created", "CREATED", (12,) * 4),
    Column("started", "STARTED", (12,) * 4),
    Column("ended", "ENDED", (12,) * 4),
    Column("took", "TOOK", (9,) * 4, align="right"),
    Column("epoch", "EPOCH", (5,) * 4, align="right"),
    Column("tokens", "TOKENS", (7,) * 4, align="right"),
    Column("tuned", "TUNED MODEL", (28,) * 4),
    Column("suffix", "SUFFIX", (16,) * 4),
    Column("seed", "SEED", (10,) * 4, align="right"),
    Column("raw_status", "API STATUS", (16,) * 4),
    Column("organization", "ORGANIZATION", (14,) * 4),
    Column("file", "TRAINING FILE", (20,) * 4),
    Column("result_file", "RESULT FILE", (20,) * 4),
    Column("tag", "TAGS", (14,) * 4),
    Column("error", "ERROR", (32,) * 4),
)
"""Those that nobody sees who has not asked for them."""
ASKED_FOR: Final = 50
"""What somebody has asked for leaves after all that comes by itself, but for status and name."""
NARROWEST: Final = 3
WIDEST: Final = 80

_USUAL: Final = frozenset(column.name for column in COLUMNS)
_KNOWN: Final = {column.name: column for column in (*COLUMNS, *MORE)}


class Way(NamedTuple):
    """What stands first when a list is sorted by a column, as it is meant at first and turned round."""

    first: str
    last: str
    falls: bool = False
    """The largest stands first unless it is turned round."""


_LOW: Final = Way("lowest first", "highest first")
_HIGH: Final = Way("highest first", "lowest first", falls=True)
_YOUNG: Final = Way("newest first", "oldest first")
_NEW: Final = Way("newest first", "oldest first", falls=True)
_SOON: Final = Way("soonest first", "latest first")
_LONG: Final = Way("longest first", "shortest first", falls=True)
_WORDS: Final = Way("A to Z", "Z to A")
_WAYS: Final = {
    "status": Way("active first", "ended first"),
    "progress": _HIGH,
    "step": _HIGH,
    "loss": _LOW,
    "valid": _LOW,
    "eta": _SOON,
    "age": _YOUNG,
    "ends": _SOON,
    "cost": _HIGH,
    "created": _NEW,
    "started": _NEW,
    "ended": _NEW,
    "took": _LONG,
    "epoch": _HIGH,
    "tokens": _HIGH,
    "seed": _LOW,
}
_SHORT_HEADS: Final = {
    "n_epochs": "EPOCHS",
    "batch_size": "BATCH",
    "learning_rate_multiplier": "LR MULT",
    "learning_rate": "LR",
}
"""Of hyperparameters that most jobs have: a long head would cost the room of two columns."""
_UNSORTED: Final = frozenset({"trend"})


def way(name: str) -> Way:
    """What stands first when a list is sorted by this column."""
    return _WAYS.get(name, _LOW if name.startswith(SETTING) else _WORDS)


def column(name: str) -> Column | None:
    """The column of this name; any key of metadata and any hyperparameter is one."""
    if name in _KNOWN:
        return _KNOWN[name]
    for prefix, align, least, most in ((METADATA, "left", 10, 16), (SETTING, "right", 6, 12)):
        if name.startswith(prefix) and name != prefix:
            key = name.removeprefix(prefix)
            head = _SHORT_HEADS.get(key) if prefix == SETTING else None
            head = head or text.clean(key).upper()
            return Column(name, head, (max(least, min(text.cells(head), most)),) * 4, align=align)
    return None


def is_asked_for(name: str) -> bool:
    """Whether a column is not among those that come by themselves."""
    return name not in _USUAL


def head(name: str) -> str:
    """How a column is called in a sentence."""
    found = column(name)
    return found.head if found is not None else text.clean(name)


def choices(keys: Iterable[str], settings: Iterable[str]) -> list[str]:
    """The names of all columns there can be: ours, then the keys of metadata and the hyperparameters."""
    return [*_KNOWN, *(METADATA + key for key in keys), *(SETTING + name for name in settings)]


def sortable(names: Sequence[str]) -> list[str]:
    """Those of the columns that a list can be sorted by."""
    return [name for name in names if name not in _UNSORTED]


@dataclass(frozen=True, slots=True)
class Layout:
    """Which columns are shown, in this order; without a name the usual ones, as many as the width bears."""

    names: tuple[str, ...] = ()
    widths: tuple[tuple[str, int], ...] = ()
    """Of columns that somebody has made wider or narrower."""

    def columns(self) -> tuple[Column, ...]:
        """The columns, for `arrange` to take what fits."""
        if not self.names:
            return tuple(self._sized(found) for found in COLUMNS)
        return tuple(self._sized(_always(found)) for name in self.names if (found := column(name)))

    def width(self, name: str) -> int | None:
        """The width that somebody has given a column."""
        return dict(self.widths).get(name)

    def sized(self, name: str, width: int) -> Layout:
        """The same with another width of a column."""
        width = max(NARROWEST, min(width, WIDEST))
        return replace(self, widths=tuple(sorted({**dict(self.widths), name: width}.items())))

    def _sized(self, found: Column) -> Column:
        width = self.width(found.name)
        if width is None:
            return found
        return replace(found, widths=(width,) * 4, share=0, fits=False, exact=True)

    def as_value(self) -> dict[str, Any]:
        """As it is kept."""
        return {"names": list(self.names), "widths": dict(self.widths)}

    @classmethod
    def of(cls, value: object) -> Layout:
        """As it was kept; whatever makes no sense is left out."""
        if not isinstance(value, dict):
            return USUAL
        names, widths = value.get("names"), value.get("widths")
        found = (
            [name for name in names if isinstance(name, str) and column(name)]
            if isinstance(names, list)
            else []
        )
        if found and NAME not in found:
            found.insert(0, NAME)
        layout = cls(tuple(dict.fromkeys(found)))
        for name, width in widths.items() if isinstance(widths, dict) else ():
            if isinstance(width, int) and column(str(name)):
                layout = layout.sized(str(name), width)
        return layout


USUAL: Final = Layout()


def _always(found: Column) -> Column:
    """A column that was asked for: at every width, as far as there is room."""
    widest = max(found.widths)
    widths = tuple(width or widest for width in found.widths)
    return replace(
        found,
        widths=(widths[0], widths[1], widths[2], widths[3]),
        optional=False,
        leaves=ASKED_FOR if is_asked_for(found.name) else found.leaves,
        exact=is_asked_for(found.name),  # nobody has measured what stands in it
    )


@dataclass(frozen=True, slots=True)
class Choosing:
    """All columns in one order, those that are shown and those that are not: what the dialog changes."""

    names: tuple[str, ...]
    shown: frozenset[str]
    layout: Layout

    @classmethod
    def begin(cls, layout: Layout, usual: Sequence[str], there: Sequence[str]) -> Choosing:
        """Those shown first; `usual` are those of the usual layout, `there` all that can be had."""
        shown = list(layout.names or usual)
        return cls(tuple(dict.fromkeys((*shown, *there))), frozenset(shown), layout)

    def toggled(self, name: str) -> Choosing:
        """Show a column, or hide it."""
        if name == NAME:
            return self
        return self._with(self.names, self.shown ^ {name})

    def moved(self, name: str, step: int) -> Choosing:
        """A column some places on."""
        at = self.names.index(name)
        to = max(0, min(at + step, len(self.names) - 1))
        rest = [other for other in self.names if other != name]
        return self._with((*rest[:to], name, *rest[to:]), self.shown)

    def sized(self, name: str, width: int) -> Choosing:
        """A column wider or narrower; it is shown from then on."""
        there = self if name in self.shown else self.toggled(name)
        return replace(there, layout=there.layout.sized(name, width))

    def _with(self, names: tuple[str, ...], shown: frozenset[str]) -> Choosing:
        chosen = tuple(name for name in names if name in shown)
        return Choosing(names, shown, replace(self.layout, names=chosen))
