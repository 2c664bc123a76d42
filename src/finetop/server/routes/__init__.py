"""The routes of the API, by what they are about."""

from __future__ import annotations

from finetop.server.routes import completions, files, graders, jobs, legacy, models, permissions, uploads

ROUTES = [
    *jobs.ROUTES,
    *legacy.ROUTES,
    *graders.ROUTES,
    *permissions.ROUTES,
    *files.ROUTES,
    *uploads.ROUTES,
    *models.ROUTES,
    *completions.ROUTES,
]
