"""The detail on the whole screen: what the store and the provider tell of one job."""

from __future__ import annotations

from concurrent.futures import Future
from typing import TYPE_CHECKING, Any

from drivers import PROFILES, STORY, OfflineSession, fill, house, opened
from finetop.errors import BadInput
from finetop.models import Permission

if TYPE_CHECKING:
    from pathlib import Path

    from finetop.session import Session


class Answers:
    """A provider that is asked who may use a model, and answers when it is told to."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []
        self.answer: Future[list[Permission]] = Future()

    def session(self, *args: Any, **kwargs: Any) -> Session:
        made = OfflineSession(*args, **kwargs)

        def permissions(profile: str, model: str, project: str | None = None) -> Future[list[Permission]]:
            self.asked.append((profile, model))
            self.answer = Future()
            return self.answer

        made.permissions = permissions  # type: ignore[method-assign, assignment]
        return made


async def test_a_job_tells_its_states_and_on_enter_who_may_use_its_model(tmp_path: Path) -> None:
    paths, provider = house(tmp_path), Answers()
    fill(paths, STORY[7:8], PROFILES[:1])
    async with opened(paths, profiles=PROFILES[:1], make_session=provider.session, size=(140, 50)) as driver:
        await driver.reads("enter asks who may use it")
        assert "checked 40 s, queued 40 s, trained 39 m" in driver.picture

        await driver.press("2", "slash", *"may use", "enter", "escape", "enter")
        await driver.reads("asking the provider")
        provider.answer.set_exception(BadInput("the key may not ask that", hint="Use an admin's key."))
        await driver.reads("the key may not ask that. Use an admin's")
        await driver.press("enter")
        await driver.reads("asking the provider")
        provider.answer.set_result([Permission(id="cp_1", project_id="proj_shop")])
        await driver.reads("Permissions  proj_shop")
        assert provider.asked == [("openai", "ft:gpt-4o-mini-2024-07-18:acme:support-bot-v2:9aXb")] * 2
