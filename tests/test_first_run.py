"""The first start on a real terminal: asked once, remembered, never the key."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from commands import FINETOP, Served, here, serving
from finetop.config import Paths
from terminal import terminal


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server that the environment's key leads to."""
    with serving(tmp_path_factory.mktemp("engine")) as running:
        yield running


def test_a_key_of_the_environment_is_named_and_used(served: Served) -> None:
    """The question names host, organisation and project; enter takes both; the next start opens at once."""
    environ = {**served.environ, "OPENAI_ORG_ID": "org-cedar", "OPENAI_PROJECT_ID": "proj-elm"}
    host = served.card["base_url"].split("/")[2]
    with terminal(*FINETOP, environ=environ) as screen:
        screen.until(host)
        shown = screen.text
        assert "OPENAI_API_KEY" in shown
        assert "org-cedar" in shown
        assert "proj-elm" in shown
        screen.press("enter")
        screen.until("No jobs yet")
        assert "local" in screen.lines[0]
        screen.press("q")
        assert screen.ended() == 0
    written = Paths.of().config_file.read_text()
    assert "OPENAI_API_KEY" in written
    for secret in (served.card["api_key"], served.card["api_key"][-12:]):
        assert secret not in written
        assert secret.encode() not in screen.written
    with terminal(*FINETOP, environ=environ) as screen:
        screen.until("No jobs yet")
        screen.press("q")
        assert screen.ended() == 0
        assert b"org-cedar" not in screen.written, "nobody is asked twice"
    assert here("serve", "--status").code == 4, "nothing was started: the local engine was not used"


def test_yes_asks_nobody_and_remembers_nothing(served: Served) -> None:
    """The environment's key is enough."""
    with terminal(*FINETOP, "--yes", environ=served.environ) as screen:
        screen.until("No jobs yet")
        screen.press("q")
        assert screen.ended() == 0
    assert not Paths.of().config_file.exists()


def test_the_demo_is_one_of_the_answers() -> None:
    """Chosen with the keys; it remembers nothing either."""
    with terminal(*FINETOP) as screen:
        screen.until("(?i)demo")
        screen.press("G", "enter")
        screen.until("harbor-support")
        screen.press("q")
        assert screen.ended() == 0
    assert not Paths.of().config_file.exists()


def test_a_terminal_that_is_too_small(served: Served) -> None:
    """One sentence instead of a broken picture; larger, it goes on."""
    with terminal(*FINETOP, "--yes", columns=52, rows=14, environ=served.environ) as screen:
        screen.until("finetop needs 60 by 16; this is 52 by 14")
        screen.press("q")
        assert screen.ended() == 0


def test_a_terminal_that_cannot_place_text() -> None:
    """TERM=dumb is told before anything is drawn."""
    with terminal(*FINETOP, "--profile", "local", environ={"TERM": "dumb"}) as screen:
        assert screen.ended() == 2
        screen.until("TERM")
        assert b"\x1b[?1049h" not in screen.written


def test_a_theme_that_does_not_exist() -> None:
    """The mistake in the variable is told with the names that would do."""
    with terminal(*FINETOP, "--profile", "local", environ={"FINETOP_THEME": "sepia"}) as screen:
        assert screen.ended() == 2
        screen.until("there is no theme sepia")
        assert "no-colour" in screen.text
        assert "Traceback" not in screen.text
