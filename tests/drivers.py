"""The screen in its user's words: what is pressed and what can be read; and a store to look at."""

from __future__ import annotations

import asyncio
import json
import math
import sqlite3
import tempfile
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textual.events import Paste

from finetop.config import Paths, Profile
from finetop.models import Checkpoint, Event, File, Job, Model
from finetop.session import Session
from finetop.store import Contact, Store
from finetop.store.rows import JobKey
from finetop.tui.app import FinetopApp
from finetop.tui.start import Options

if TYPE_CHECKING:
    from textual.pilot import Pilot

    from finetop.config.keymap import Keys
    from finetop.query import Condition
    from finetop.tui.screens.main import MainScreen

NOW = 1_795_262_591.0
PATIENCE_S = 20.0
"""Far beyond what anything here takes; a condition is waited for, not a time."""

PROFILES = (
    Profile("openai", base_url="https://api.openai.com/v1", key_env="OPENAI_API_KEY"),
    Profile("local", dialect="local", base_url=""),
)
OfflineSession = partial(Session, poll=False, environ={"OPENAI_API_KEY": "key"})
"""The real session, which asks nobody unless it is told to."""


@dataclass(frozen=True)
class Told:
    """One job of the story, as its provider would tell it."""

    id: str
    suffix: str
    status: str = "succeeded"
    profile: str = "openai"
    model: str = "gpt-4o-mini-2024-07-18"
    age_s: float = 86_400.0
    took_s: float = 2_460.0
    steps: int = 0
    total: int = 300
    extra: Mapping[str, Any] | None = None

    @property
    def body(self) -> dict[str, Any]:
        """The JSON."""
        created = NOW - self.age_s
        ended = self.status in {"succeeded", "failed", "cancelled"}
        tuned = f"ft:{self.model}:acme:{self.suffix}:9aXb" if self.status == "succeeded" else None
        return {
            "object": "fine_tuning.job",
            "id": self.id,
            "status": self.status,
            "model": self.model,
            "created_at": created,
            "finished_at": created + self.took_s if ended else None,
            "fine_tuned_model": tuned,
            "training_file": "file-train",
            "validation_file": "file-valid",
            "user_provided_suffix": self.suffix,
            "seed": 42,
            "method": {
                "type": "supervised",
                "supervised": {
                    "hyperparameters": {"n_epochs": 3, "batch_size": 8, "learning_rate_multiplier": 1.8}
                },
            },
            "metadata": {"team": "support", "ticket": "FT-112"},
            **(self.extra or {}),
        }


TINY = "tiny-bytes-1"
STORY = (
    Told("ftjob-QxT8vN2mLr4kWz7e3f2k", "support-bot-v3", "running", age_s=740, steps=186),
    Told("ftjob-rehearsalAAAAAAAAAAAA3", "rehearsal-3", "running", "local", TINY, 25, steps=88, total=100),
    Told("ftjob-ticketsBBBBBBBBBBBBBB3", "tickets-v3", "validating_files", age_s=61),
    Told("ftjob-toneCCCCCCCCCCCCCCCCC1", "tone-2", "queued", age_s=90, extra={"queue_position": 2}),
    Told("ftjob-graderDDDDDDDDDDDDDDD2", "grader-2", "paused", age_s=7_300, steps=82, total=200),
    Told(
        "ftjob-faqEEEEEEEEEEEEEEEEEE1", "faq-1", "failed", age_s=10_900, took_s=40,
        extra={"error": {"code": "invalid_training_file", "message": "line 17: no assistant message"}},
    ),
    Told("ftjob-ticketsFFFFFFFFFFFFFF2", "tickets-v2", "succeeded", "local", TINY, 7_400, 38, 300),
    Told("ftjob-supportGGGGGGGGGGGGGG2", "support-bot-v2", age_s=90_000, steps=240, total=240),
    Told("ftjob-supportHHHHHHHHHHHHHH1", "support-bot-v1", age_s=350_000, took_s=4_000, steps=300),
    Told("ftjob-toneIIIIIIIIIIIIIIIII0", "tone-hot", "cancelled", age_s=440_000, steps=120, total=800),
    Told("ftjob-summariesJJJJJJJJJJJJJ", "summaries-nl", age_s=790_000, took_s=7_300, steps=300),
)  # fmt: skip


def fill(
    paths: Paths, story: Sequence[Told] = STORY, profiles: Sequence[Profile] = PROFILES, *, said: str = ""
) -> None:
    """Write a story into the store as the recorder would; `said` is one more event of every job."""
    if paths.store_file.exists():
        _write(paths, story, profiles, said)
        return
    words = repr((story, profiles, said))
    if words not in _WRITTEN:
        with tempfile.TemporaryDirectory() as folder:
            first = house(Path(folder))
            _write(first, story, profiles, said)
            _WRITTEN[words] = first, first.store_file.read_bytes()
    first, content = _WRITTEN[words]
    paths.store_file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    paths.store_file.touch(mode=0o600)
    paths.store_file.write_bytes(content)
    with closing(sqlite3.connect(paths.store_file)) as connection, connection:
        connection.execute(  # a local server is known by its folder, which is this house's
            "update account set base_url = replace(base_url, ?, ?)",
            (str(first.data_dir), str(paths.data_dir)),
        )


_WRITTEN: dict[str, tuple[Paths, bytes]] = {}
"""Stores by the stories in them: most tests look at the same one, and a copy costs a hundredth."""


def _write(paths: Paths, story: Sequence[Told], profiles: Sequence[Profile], said: str) -> None:
    store = Store(paths.store_file)
    session = OfflineSession(paths, tuple(profiles), store)
    for account in session.names:
        store.accounts.save_contact(account, Contact(state="ok", last_ok_at=NOW - 4))
        store.library.save_models(account, [Model(id=f"tiny-bytes-1{said}")])
        store.library.save_files(
            account,
            [
                *([File(id=said, filename=said, size_bytes=1, purpose="fine-tune")] if said else []),
                File(id="file-train", filename="train.jsonl", size_bytes=1_900_000, purpose="fine-tune"),
                File(id="file-valid", filename="valid.jsonl", size_bytes=200_000, purpose="fine-tune"),
            ],
        )
    for told in story:
        key = JobKey(session.accounts[told.profile], told.id)
        raw = json.dumps(told.body).encode()
        store.jobs.save(key.account, [(Job.model_validate(told.body), raw)], store.ask())
        store.events.save(key, list(_events(told)))
        if said:
            store.events.save(key, [Event(id=said, created_at=NOW, message=said, level=said, type=said)])
        if told.steps > 60:
            points = [_checkpoint(step, said) for step in range(60, told.steps + 1, 60)]
            store.jobs.save_checkpoints(key, points)
    session.close()
    store.close()


def _losses(step: int) -> tuple[float, float]:
    """A curve that falls, then overfits."""
    train = 0.42 + 1.3 * math.exp(-step / 28) + 0.03 * math.sin(step * 1.7)
    return train, 0.52 + 1.2 * math.exp(-step / 30) + max(0, step - 120) * 0.0009


def _checkpoint(step: int, said: str) -> Checkpoint:
    return Checkpoint(
        id=f"ckpt-{step}", step_number=step, metrics={"full_valid_loss": _losses(step)[1]},
        fine_tuned_model_checkpoint=f"ft:x:ckpt-step-{step}{said}",
    )  # fmt: skip


def _events(told: Told) -> list[Event]:
    start = NOW - told.age_s
    lasts = min(told.age_s, told.took_s)
    begun = min(80.0, lasts / 6)
    said = [("Created fine-tuning job", 0.0), ("Validating training file: file-train", begun / 80)]
    if told.steps:
        said += [
            ("Files validated, moving job to queued state", begun / 2),
            ("Fine-tuning job started", begun),
        ]
    events = [
        Event(id=f"{told.id}-{place}", created_at=start + at, message=words)
        for place, (words, at) in enumerate(said)
    ]
    pace = (lasts - begun) / max(1, told.steps)
    for step in range(1, told.steps + 1):
        train, valid = _losses(step)
        data: dict[str, Any] = {"step": step, "total_steps": told.total, "train_loss": round(train, 4)}
        data |= {"epoch": step * 3 / told.total}
        if step % 10 == 0:
            data["full_valid_loss"] = round(valid, 4)
        events.append(
            Event(
                id=f"{told.id}-step-{step}",
                created_at=start + begun + step * pace,
                message=f"Step {step}/{told.total}: training loss={train:.2f}",
                type="metrics",
                data=data,
            )
        )
    return events


class Driver:
    """One person at one screen."""

    def __init__(self, app: FinetopApp, pilot: Pilot[Any]) -> None:
        self.app = app
        self.pilot = pilot

    async def press(self, *keys: str) -> None:
        """Press keys, and let the screen answer."""
        await self.pilot.press(*keys)
        await self.pilot.pause()

    async def type(self, words: str) -> None:
        """Type text."""
        await self.press(*("space" if letter == " " else letter for letter in words))

    async def paste(self, words: str) -> None:
        """Paste text, as one does with a path."""
        assert self.app.focused is not None
        self.app.focused.post_message(Paste(words))
        await self.pilot.pause()

    async def until(self, holds: Callable[[], bool], what: str = "it") -> None:
        """Wait for a condition."""
        for _ in range(int(PATIENCE_S / 0.02)):
            await self.pilot.pause()
            if holds():
                return
            await asyncio.sleep(0.02)
        raise AssertionError(f"never came: {what}\n{self.picture}")

    async def reads(self, words: str) -> None:
        """Wait until the screen shows these words."""
        await self.until(lambda: words in self.picture, words)

    @property
    def lines(self) -> list[str]:
        """What the screen shows."""
        strips = self.app.screen._compositor.render_strips()
        return ["".join(segment.text for segment in strip).rstrip() for strip in strips]

    @property
    def picture(self) -> str:
        """The same as one text."""
        return "\n".join(self.lines)

    @property
    def main(self) -> MainScreen:
        """The main screen."""
        return self.app._main

    @property
    def jobs(self) -> Jobs:
        """The list."""
        return Jobs(self)


class Jobs:
    """The jobs list, spoken to by the jobs' names."""

    def __init__(self, driver: Driver) -> None:
        self._driver = driver

    async def select(self, name: str) -> Driver:
        """Move the cursor to a job."""
        pane = self._driver.main.jobs
        row = next(row for row in pane.rows if row.name == name)
        pane.focus()
        pane.select(row.key)
        await self._driver.pilot.pause()
        return self._driver

    def expect(self, name: str, *, status: str) -> None:
        """A job has a status, in the list and on the screen."""
        found = {row.name: row.status for row in self._driver.main.jobs.rows}
        assert found.get(name) == status, found
        line = next(line for line in self._driver.lines if f" {name}" in line)
        assert status in line

    @property
    def names(self) -> list[str]:
        """All names, in the order shown."""
        return [row.name for row in self._driver.main.jobs.rows]


def house(tmp_path: Path) -> Paths:
    """Folders of a person's own."""
    return Paths(tmp_path / "config.toml", tmp_path / "data", tmp_path / "state")


@asynccontextmanager
async def opened(
    paths: Paths,
    *,
    size: tuple[int, int] = (120, 40),
    profiles: Sequence[Profile] = PROFILES,
    sample: str = "",
    theme: str = "dark",
    glyphs: str = "unicode",
    make_session: Callable[..., Session] = OfflineSession,
    clock: Callable[[], float] = lambda: NOW,
    at_end: Callable[[], None] | None = None,
    condition: Condition | None = None,
    keys: Keys | None = None,
) -> AsyncIterator[Driver]:
    """The screen on these folders; it starts no server, so that none is left behind."""
    options = Options(
        paths, tuple(profiles), arguments=(), sample=sample, theme=theme, glyphs=glyphs, at_end=at_end,
        start_local=False, condition=condition, keys=keys,
    )  # fmt: skip
    app = FinetopApp(options, make_session=make_session, clock=clock, environ={})
    try:
        async with app.run_test(size=size) as pilot:
            await pilot.pause()
            yield Driver(app, pilot)
    finally:
        app.end()
