"""Pages about a job, and how to open one. Pure."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, urlsplit

from finetop.tui.handoff import Link
from finetop.tui.surroundings import has_desktop, is_remote

if TYPE_CHECKING:
    from finetop.config import Profile
    from finetop.models import Integration

_OPENAI: Final = "api.openai.com"
_IN_THE_TERMINAL: Final = ("lynx", "w3m", "links", "elinks", "links2", "www-browser", "browsh")
"""Browsers that would draw over the screen."""


def job_links(profile: Profile | None, job_id: str, integrations: Iterable[Integration] = ()) -> list[Link]:
    """The pages of a job that are known: its provider's, then those of third parties."""
    found = [] if profile is None else [*_dashboard(profile, job_id)]
    runs = (wandb_url(one.settings) for one in integrations if one.type == "wandb")
    return [*found, *(Link("the run at Weights & Biases", url) for url in runs if url)]


def _dashboard(profile: Profile, job_id: str) -> Iterator[Link]:
    name = quote(job_id, safe="")
    if profile.dashboard:
        yield Link("the job's page", profile.dashboard.replace("{id}", name))
        return
    host = urlsplit(profile.base_url).hostname or ""
    if profile.dialect in {"openai", "openai-legacy"} and (host == _OPENAI or host.endswith(f".{_OPENAI}")):
        yield Link("the job's page at OpenAI", f"https://platform.openai.com/finetune/{name}")


def wandb_url(settings: Mapping[str, object]) -> str:
    """The run, else the project it is in; empty where not even that is told."""
    entity, project, run = (settings.get(name) for name in ("entity", "project", "run_id"))
    if not (isinstance(entity, str) and isinstance(project, str) and entity and project):
        return ""
    place = f"https://wandb.ai/{quote(entity, safe='')}/{quote(project, safe='')}"
    return f"{place}/runs/{quote(run, safe='')}" if isinstance(run, str) and run else place


def is_web(url: str) -> bool:
    """Whether a browser may be given it: no file, no program, no line of its own."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in {"https", "http"} and bool(parts.netloc) and url.isprintable() and " " not in url


def opener(
    environ: Mapping[str, str], platform: str, find: Callable[[str], str | None]
) -> tuple[str, ...] | None:
    """The program that opens a page before the person's eyes; None where a link is all that helps.

    `BROWSER` holds over SSH as well: editors that work over a line set it to a helper that opens it at home.
    """
    for choice in filter(None, environ.get("BROWSER", "").split(":")):
        try:
            words = shlex.split(choice)
        except ValueError:  # a quote that does not end
            continue
        program = words[0].rpartition("/")[2] if words else ""
        if program and program not in _IN_THE_TERMINAL and "%s" not in choice and find(words[0]):
            return tuple(words)
    if is_remote(environ) or not has_desktop(environ, platform):
        return None
    usual = {"darwin": ("open",)}.get(platform, ("wslview", "xdg-open"))
    return next(((name,) for name in usual if find(name)), None)
