"""Training files: read line by line, judged, and "auto" turned into numbers; needs no numpy."""

from __future__ import annotations

from finetop.server.trainers.data import chat, completions, preference, prompts
from finetop.server.trainers.data.auto import SAMPLES, resolve
from finetop.server.trainers.data.checked import FEWEST_EXAMPLES, Checked, check
from finetop.server.trainers.data.kinds import Kind, kind_for
from finetop.server.trainers.data.lines import LONGEST_LINE, BadExample, Problem, Stopped, read, records
from finetop.server.trainers.data.messages import ROLES, Message, trained_bytes
from finetop.server.trainers.data.preference import Pair
from finetop.server.trainers.data.prompts import Prompt

__all__ = [
    "FEWEST_EXAMPLES",
    "LONGEST_LINE",
    "ROLES",
    "SAMPLES",
    "BadExample",
    "Checked",
    "Kind",
    "Message",
    "Pair",
    "Problem",
    "Prompt",
    "Stopped",
    "chat",
    "check",
    "completions",
    "kind_for",
    "preference",
    "prompts",
    "read",
    "records",
    "resolve",
    "trained_bytes",
]
