"""The routes of the API, by what they are about."""

from __future__ import annotations

from finetop.server.routes import completions, files, jobs, legacy, models

ROUTES = [*jobs.ROUTES, *legacy.ROUTES, *files.ROUTES, *models.ROUTES, *completions.ROUTES]
