"""The log of actions: what was asked of whom, when, the answer, and the request's id."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from drivers import NOW, fill, house, opened
from finetop.exchange import Exchange
from finetop.store import Asked
from finetop.tui.panes.action_cells import answer_words, asked_words, took_words, whole
from finetop.tui.widgets.runs import plain

if TYPE_CHECKING:
    from pathlib import Path

JOB = "ftjob-QxT8vN2mLr4kWz7e3f2k"


def _sent(method: str, path: str, status: int | None = 200, said: str = "") -> Exchange:
    return Exchange(NOW - 60, 0.31, method, path, status, "req_1" if status else "", said)


@pytest.mark.parametrize(
    ("method", "path", "said"),
    [
        ("POST", "/fine_tuning/jobs", "create a job"),
        ("POST", "/fine-tunes", "create a job"),
        ("POST", "/fine_tuning/jobs/ft-1/cancel", "cancel NAME"),
        ("POST", "/fine-tunes/ft-1/cancel", "cancel NAME"),
        ("POST", "/fine_tuning/jobs/ft-1/resume", "resume NAME"),
        ("DELETE", "/fine_tuning/jobs/ft-1", "delete NAME"),
        ("POST", "/files", "upload a file"),
        ("POST", "/uploads/up-1/parts", "upload a part"),
        ("DELETE", "/files/file-9", "delete the file file-9"),
        ("DELETE", "/models/ft:tiny:a:b", "delete the model ft:tiny:a:b"),
        ("POST", "/chat/completions", "try a prompt"),
        ("POST", "/fine_tuning/alpha/graders/run", "run a grader"),
        ("GET", "/fine_tuning/jobs/ft-1/events", "GET /fine_tuning/jobs/ft-1/events"),
        ("POST", "/something/new\x1b[31m", "POST /something/new"),
    ],
)
def test_an_order_is_told_in_words(method: str, path: str, said: str) -> None:
    assert asked_words(_sent(method, path), lambda _: "NAME") == said


def test_answers_and_times_in_words() -> None:
    assert answer_words(_sent("POST", "/files")) == ("200", "muted")
    assert answer_words(_sent("POST", "/files", 409, "it has ended")) == ("409: it has ended", "bad")
    assert answer_words(_sent("POST", "/files", None, "api.test broke off")) == ("api.test broke off", "warn")
    assert took_words(_sent("POST", "/files")) == "0.31 s"
    assert took_words(_sent("POST", "/files")._replace(took_s=61.7)) == "62 s"
    said = "\n".join(
        plain(line)
        for line in whole(Asked(1, "box 12", _sent("POST", "/files")), profile="openai", name_of=str)
    )
    for words in ("upload a file", "POST /files", "req_1", "box 12", "openai"):
        assert words in said


async def test_reading_what_became_of_an_order(tmp_path: Path) -> None:
    paths = house(tmp_path)
    fill(paths)
    async with opened(paths, size=(120, 30)) as screen:
        store = screen.app.store
        store.asked.add(1, "box 12", _sent("POST", f"/fine_tuning/jobs/{JOB}/cancel", 409, "it has ended"))
        store.asked.add(2, "box 99", _sent("POST", "/files"))
        screen.app.session.asked.append(Asked(1, "box 1", _sent("GET", "/models")))
        await screen.press("A")
        await screen.reads("cancel support-bot-v3")
        await screen.reads("409: it has ended")
        assert "GET /models" not in screen.picture
        await screen.press("a")
        await screen.reads("GET /models")
        await screen.press("a", "slash")
        await screen.type("cancel")
        await screen.press("enter")
        await screen.until(lambda: "upload a file" not in screen.picture, "the others are gone")
        await screen.press("enter")
        await screen.reads(f"POST /fine_tuning/jobs/{JOB}/cancel")
        await screen.press("escape", "escape", "escape")
        await screen.reads("1 Jobs")
