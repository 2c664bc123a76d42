"""Turns an answer of a model into a reward, as a grader says; needs no numpy and no model."""

from __future__ import annotations

from finetop.server.graders.judging import Graded, Grader, GraderError, judged

__all__ = ["Graded", "Grader", "GraderError", "judged"]
