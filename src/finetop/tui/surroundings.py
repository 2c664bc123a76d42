"""Where the person sits: at this machine or at the far end of a line, inside tmux or not."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from typing import Final

_REMOTE: Final = ("SSH_CONNECTION", "SSH_TTY", "SSH_CLIENT")
_OF_A_CLIENT: Final = (*_REMOTE, "DISPLAY", "WAYLAND_DISPLAY")
"""What tmux learns anew from each terminal that attaches to it."""
_TMUX_S: Final = 1.0


def is_remote(environ: Mapping[str, str]) -> bool:
    """True where the screen is at the far end of an SSH connection."""
    return any(environ.get(name) for name in _REMOTE)


def has_desktop(environ: Mapping[str, str], platform: str) -> bool:
    """True where a window could open before the person's eyes."""
    if is_remote(environ):
        return False
    shows = ("DISPLAY", "WAYLAND_DISPLAY", "WSL_DISTRO_NAME")
    return platform == "darwin" or any(environ.get(name) for name in shows)


def as_now(environ: Mapping[str, str]) -> dict[str, str]:
    """The variables as they hold for who is attached now: a session of tmux outlives its first terminal.

    Asks tmux, so not on the thread that draws.
    """
    if not environ.get("TMUX"):
        return dict(environ)
    try:
        told = subprocess.run(
            ("tmux", "show-environment"),
            capture_output=True,
            stdin=subprocess.DEVNULL,
            timeout=_TMUX_S,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return dict(environ)
    return with_news(environ, told.stdout.decode("utf-8", "replace"))


def with_news(environ: Mapping[str, str], told: str) -> dict[str, str]:
    """The variables after the lines of `tmux show-environment`: `NAME=value`, or `-NAME` where it is gone."""
    found = dict(environ)
    for line in told.splitlines():
        name, equals, value = line.removeprefix("-").partition("=")
        if name not in _OF_A_CLIENT:
            continue
        if equals:
            found[name] = value
        elif line.startswith("-"):
            found.pop(name, None)
    return found
