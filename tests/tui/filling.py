"""Filling in the form as a person would, and what leaves it."""

from __future__ import annotations

import json
from concurrent.futures import Future
from typing import TYPE_CHECKING

from drivers import PROFILES, Driver, OfflineSession
from finetop.tui.screens.create import CreateForm

if TYPE_CHECKING:
    from pathlib import Path

    from finetop.actions.draft import Draft
    from finetop.session import Session
    from finetop.store.rows import JobKey

LOCAL = PROFILES[1:]


class Sent:
    """The drafts that left the form, in place of a network that would carry them out."""

    drafts: list[Draft]

    def __init__(self) -> None:
        self.drafts = []
        self.sessions: list[Session] = []

    def session(self, *args: object, **kwargs: object) -> Session:
        made = OfflineSession(*args, **kwargs)  # type: ignore[arg-type]  # as the app calls it

        def create(draft: Draft) -> Future[JobKey]:
            self.drafts.append(draft)
            return Future()

        made.create = create  # type: ignore[method-assign]
        self.sessions.append(made)
        return made


def write_examples(path: Path, count: int = 12) -> Path:
    line = {"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]}
    path.write_text("".join(json.dumps(line) + "\n" for _ in range(count)))
    return path


async def go_to(driver: Driver, field: str, words: str, *, clear: bool = True) -> None:
    """Put other words into a field, as a person would."""
    form = driver.app.screen
    assert isinstance(form, CreateForm)
    entry = form.field(field).entry
    entry.focus()
    await driver.until(lambda: entry.has_focus, f"the field {field}")
    if clear:
        await driver.press("end", "ctrl+u")
    await (driver.paste if len(words) > 10 else driver.type)(words)


async def choose(driver: Driver, field: str, *keys: str) -> None:
    """Open the list of a field, and choose with these keys."""
    form = driver.app.screen
    assert isinstance(form, CreateForm)
    entry = form.field(field).entry
    entry.focus()
    await driver.until(lambda: entry.has_focus, f"the field {field}")
    await driver.press("down")
    await driver.until(lambda: driver.app.screen is not form, f"the list of {field}")
    await driver.press(*keys, "enter")
    await driver.until(lambda: driver.app.screen is form, "the form")
