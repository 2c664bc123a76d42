"""What differs between jobs: data, model, settings, times and result, in words and as plain values; pure.

comparison = compare(dossiers, now=time.time())     two jobs or more, A first
comparison.groups()                                 what differs, by heading
comparison.sentence                                 which is better, and how far that can be said
files_in_doubt(dossiers)                            whose contents would tell more
told(comparison)                                    the same for programs
"""

from __future__ import annotations

from finetop.comparing.comparison import MOST, Comparison, compare, told
from finetop.comparing.data import files_in_doubt
from finetop.comparing.fields import Cell, Field

__all__ = ["MOST", "Cell", "Comparison", "Field", "compare", "files_in_doubt", "told"]
