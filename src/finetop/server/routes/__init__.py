"""The routes of the API, by what they are about."""

from __future__ import annotations

from finetop.server.routes import completions, files, jobs, models

ROUTES = [*jobs.ROUTES, *files.ROUTES, *models.ROUTES, *completions.ROUTES]
