"""What has loaded when the first paint is done, and how a screen ends."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from drivers import PROFILES, STORY, fill, house, opened
from finetop.errors import BadInput
from finetop.models import JobStatus
from finetop.query import parse
from finetop.tui import start

if TYPE_CHECKING:
    from pathlib import Path

# Not ssl: asyncio imports it itself, and Textual asyncio; nobody makes a context before the first request.
HEAVY = {"pydantic", "httpx", "certifi", "numpy", "starlette", "uvicorn", "openai", "anyio"}


def test_the_first_paint_waits_for_nothing_that_talks_to_a_network(tmp_path: Path) -> None:
    paths = house(tmp_path)
    fill(paths, [replace(told, profile="local") for told in STORY], PROFILES[1:])
    code = f"""
import json, sys
from pathlib import Path
from finetop.config import Paths, Profile
from finetop.config.keymap import Keys, Wish
from finetop.tui.app import FinetopApp
from finetop.tui.start import Options

class Watched(FinetopApp):
    def _begin(self):
        strips = self.screen._compositor.render_strips()
        text = " ".join(segment.text for strip in strips for segment in strip)
        print(json.dumps([sorted(sys.modules), text]))
        self.exit(0)

paths = Paths(*map(Path, {[str(paths.config_file), str(paths.data_dir), str(paths.state_dir)]!r}))
keys = Keys("plain", {{"job.cancel": Wish(("f9",), ())}})  # judged before the screen opens
app = Watched(Options(paths, (Profile("local", dialect="local", base_url=""),), keys=keys))
app.run(headless=True, size=(120, 40))
app.end()
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    modules, painted = json.loads(done.stdout)
    assert "rehearsal-3" in painted, "the store was read"
    assert not HEAVY & {name.split(".")[0] for name in modules}


def test_the_options_load_nothing_of_textual() -> None:
    code = "import sys, finetop.tui.start; print('textual' in sys.modules, 'rich' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]


def test_where_nothing_can_be_drawn_one_sentence_says_so() -> None:
    with pytest.raises(BadInput, match="draws on a terminal"):
        start.need_terminal()


async def test_leaving_closes_store_and_session_and_then_cleans_up(tmp_path: Path) -> None:
    paths = house(tmp_path)
    ended: list[str] = []
    async with opened(paths, at_end=lambda: ended.append("end")) as driver:
        await driver.press("q")
        assert not driver.app.is_running
    assert ended == ["end"]
    assert not driver.app.session._thread.is_alive()


async def test_the_frame_says_how_old_it_will_be(tmp_path: Path) -> None:
    paths = house(tmp_path)
    fill(paths)
    async with opened(paths) as driver:
        rows = driver.main.saved_rows()
        assert len(rows) == 40
        assert "as of " in rows[0]
        assert any("support-bot-v3" in row for row in rows)


async def test_a_query_shows_only_the_jobs_it_means(tmp_path: Path) -> None:
    """The title says which; a job that no longer matches leaves, one that comes to match appears."""
    paths = house(tmp_path)
    fill(paths)
    async with opened(paths, condition=parse("status:running")) as driver:
        shown = driver.main.jobs.rows
        assert {row.status for row in shown} == {"running"}
        assert "status:running" in driver.lines[0]
        job = driver.app.store.jobs.get(shown[0].key)
        assert job is not None
        ended = job.model_copy(update={"status": JobStatus.SUCCEEDED})
        driver.app.store.jobs.save(shown[0].key.account, [(ended, b"ended")], driver.app.store.ask())
        driver.main.look()
        assert shown[0].key not in {row.key for row in driver.main.jobs.rows}
        driver.app.store.jobs.save(shown[0].key.account, [(job, b"again")], driver.app.store.ask())
        driver.main.look()
        assert shown[0].key in {row.key for row in driver.main.jobs.rows}
    async with opened(paths, condition=parse("name:nobody")) as driver:
        assert any("No job matches name:nobody" in line for line in driver.lines)
