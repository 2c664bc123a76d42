"""A create that nobody answered: the dialog offers, and does what its buttons say."""

from __future__ import annotations

from concurrent.futures import Future
from typing import TYPE_CHECKING, Any

import pytest

from drivers import NOW, PROFILES, Driver, OfflineSession, fill, house, opened
from finetop.errors import Unreachable
from finetop.store import Store
from finetop.store.rows import JobKey
from finetop.tui.screens.unsure import Unsure

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from finetop.session import Session

LOOKS_LIKE_IT = "ftjob-faqEEEEEEEEEEEEEEEEEE1"


class Provider:
    """What the provider would answer, in place of a network."""

    def __init__(self) -> None:
        self.candidates: list[str] | Exception = []
        self.resent: list[JobKey] = []

    def session(self, *args: object, **kwargs: object) -> Session:
        made = OfflineSession(*args, **kwargs)  # type: ignore[arg-type]  # as the app calls it

        def candidates(key: JobKey) -> Future[list[JobKey]]:
            told: Future[list[JobKey]] = Future()
            if isinstance(self.candidates, Exception):
                told.set_exception(self.candidates)
            else:
                told.set_result([JobKey(key.account, found) for found in self.candidates])
            return told

        def resend(key: JobKey) -> Future[JobKey]:
            self.resent.append(key)
            sent: Future[JobKey] = Future()
            sent.set_result(key)
            return sent

        made.candidates = candidates  # type: ignore[method-assign]
        made.resend = resend  # type: ignore[method-assign]
        return made


@pytest.fixture
def provider() -> Provider:
    return Provider()


@pytest.fixture
async def screen(tmp_path: Path, provider: Provider) -> AsyncIterator[Driver]:
    """The list with one create that was never answered and one that was refused."""
    paths = house(tmp_path)
    fill(paths)
    store = Store(paths.store_file)
    journal = store.journal
    account = next(
        key for key, name in OfflineSession(paths, PROFILES, store).names.items() if name == "openai"
    )
    for name, state, said in (
        ("lost-one", "unsure", "no answer after 180 s"),
        ("no-one", "refused", "the file is too large"),
    ):
        intent = journal.mark_sent(
            journal.write(account, "create", "{}", name=name, model="gpt-4o-mini", file=name), at=NOW - 9
        )
        journal.settle(intent, state, message=said)
    store.close()
    async with opened(paths, make_session=provider.session) as driver:
        yield driver


def intents(screen: Driver) -> dict[str, str]:
    """The states of all creates, by name."""
    rows: list[Any] = screen.main.store.journal._db.connection.execute(
        "select name, state from intent"
    ).fetchall()
    return dict(rows)


async def ask(screen: Driver, name: str) -> Driver:
    await screen.jobs.select(name)
    await screen.press("enter")
    await screen.until(lambda: isinstance(screen.app.screen, Unsure), "the dialog")
    return screen


async def test_enter_on_an_unsure_create_asks_and_enter_again_does_nothing(
    screen: Driver, provider: Provider
) -> None:
    await ask(screen, "lost-one")
    await screen.reads("Was this job made?")
    await screen.reads("no answer after 180 s")
    await screen.reads("No job at the provider looks like it.")
    assert "▸ Leave it" in screen.picture, "the harmless one has the focus"
    await screen.press("enter")
    assert screen.app.screen is screen.main
    assert intents(screen) == {"lost-one": "unsure", "no-one": "refused"}
    assert not provider.resent


async def test_it_is_sent_again(screen: Driver, provider: Provider) -> None:
    await ask(screen, "lost-one")
    await screen.press("right", "right")
    await screen.reads("▸ Send it again")
    await screen.press("enter")
    await screen.until(lambda: bool(provider.resent), "the request")
    assert provider.resent == [screen.main.row.key if screen.main.row else None]


async def test_it_is_put_away(screen: Driver) -> None:
    await ask(screen, "lost-one")
    await screen.press("right", "enter")
    await screen.until(lambda: "lost-one" not in screen.jobs.names, "the row leaves")
    assert intents(screen)["lost-one"] == "dismissed"


async def test_a_job_that_looks_like_it_is_taken_for_it(screen: Driver, provider: Provider) -> None:
    provider.candidates = [LOOKS_LIKE_IT, "ftjob-of-which-nothing-is-known"]
    await ask(screen, "lost-one")
    await screen.reads("These look like it:")
    await screen.reads("It is faq-1")
    assert len(screen.app.screen.query("#candidates Act")) == 1
    await screen.press("left", "enter")
    await screen.until(lambda: "lost-one" not in screen.jobs.names, "the row leaves")
    assert intents(screen)["lost-one"] == "created"
    assert "faq-1" in screen.jobs.names


async def test_at_the_smallest_size_every_button_and_sentence_is_whole(
    screen: Driver, provider: Provider
) -> None:
    provider.candidates = [LOOKS_LIKE_IT, "ftjob-ticketsBBBBBBBBBBBBBB3", "ftjob-QxT8vN2mLr4kWz7e3f2k"]
    await screen.pilot.resize_terminal(60, 16)
    await ask(screen, "lost-one")
    await screen.reads("These look like it:")
    for words in ("It is faq-1, made", "It is tickets-v3, made", "It is support-bot-v3, made",
                  "Put it away", "Send it again", "no answer after 180 s", "first.  "):  # fmt: skip
        await screen.reads(words)


async def test_a_provider_that_cannot_be_asked_is_told(screen: Driver, provider: Provider) -> None:
    provider.candidates = Unreachable("openai cannot be reached")
    await ask(screen, "lost-one")
    await screen.reads("openai cannot be reached")
    await screen.press("escape")
    assert screen.app.screen is screen.main


async def test_what_was_refused_may_be_sent_again_without_fear(screen: Driver, provider: Provider) -> None:
    await ask(screen, "no-one")
    await screen.reads("Send it again?")
    await screen.reads("the file is too large")
    assert not screen.app.screen.query("Act.-harmful")
    await screen.press("right", "right", "enter")
    await screen.until(lambda: len(provider.resent) == 1, "the request")
