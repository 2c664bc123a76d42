"""Judges training files before anything is uploaded: is this a file of JSON lines at all?"""

from finetop.dataset.report import Report, check_file

__all__ = ["Report", "check_file"]
