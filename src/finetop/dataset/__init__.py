"""Training files as seen from here: JSON lines or not, judged before anything is uploaded."""

from finetop.dataset.prompts import first_prompt
from finetop.dataset.report import Report, check_file

__all__ = ["Report", "check_file", "first_prompt"]
