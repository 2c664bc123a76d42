"""What the journal keeps of a file on its way, so that another life can go on where this one ended."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from finetop.store import Intent


@dataclass(frozen=True, slots=True)
class Parcel:
    """One file that is being sent, whole or in parts."""

    name: str
    bytes: int
    upload: str = ""
    """The provider's name for an upload in parts, once it was announced."""
    part_bytes: int = 0
    """None where the file goes whole."""
    parts: tuple[str, ...] = ()
    """The parts that have arrived, in order."""
    completing: bool = False
    """The provider was asked to make a file of them."""

    def to_json(self) -> str:
        """As the journal keeps it."""
        return json.dumps(asdict(self))

    @classmethod
    def of(cls, intent: Intent) -> Parcel:
        """What `to_json` wrote."""
        kept = json.loads(intent.request)
        return cls(**{**kept, "parts": tuple(kept.get("parts", ()))})

    @property
    def may_be_a_file(self) -> bool:
        """True once the provider may have made a file of it; parts alone are none."""
        return self.completing or not self.part_bytes

    @property
    def sent_bytes(self) -> int:
        """How much of it has arrived in parts."""
        return min(self.bytes, len(self.parts) * self.part_bytes)
