"""What leaves the screen: commands to paste, pages to open, sheets for an editor."""

from __future__ import annotations

import ast
import shlex
import subprocess
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from drivers import PROFILES, fill, house, opened
from finetop.config import Profile
from finetop.models.job import Integration
from finetop.tui import editor
from finetop.tui.handoff import Sheet
from finetop.tui.links import is_web, job_links, opener, wandb_url
from finetop.tui.snippets import chat, snippets

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

GATEWAY = Profile(
    "gate way",
    base_url="https://llm.example.org/v1",
    key_header="api-key",
    key_env="GATEWAY_KEY",
    headers={"X-Team": "s3cret-team"},
    query={"api-version": "2025-04-01", "tenant": "s3cret-tenant"},
    organization="org-1",
)


def written(profile: Profile, job_id: str) -> dict[str, str]:
    return {copy.what: copy.text for copy in snippets(profile, job_id)}


@pytest.mark.parametrize("job_id", ["ftjob-1", "a'; rm -rf ~; \"$(id)`id`\n"])
@pytest.mark.parametrize("profile", [PROFILES[0], GATEWAY, Profile("f", key_file="/home/a b/key")])
def test_commands_can_be_pasted_and_hold_no_secret(profile: Profile, job_id: str) -> None:
    found = written(profile, job_id)
    stubs = "curl() { printf '%s\\n' \"$@\"; }; cat() { echo a-key; }"
    echoed = subprocess.run(
        ["sh", "-c", f"{stubs}\n{found['the curl command']}"],
        env={"OPENAI_API_KEY": "a-key", "GATEWAY_KEY": "a-key", "X_TEAM": "team", "TENANT": "acme"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    place = {"gate way": "https://llm.example.org/v1"}.get(profile.name, "https://api.openai.com/v1")
    assert echoed[0].startswith(f"{place}/fine_tuning/jobs/")
    assert any(line.endswith("a-key") for line in echoed)
    assert "uid=" not in "".join(echoed)
    if profile is GATEWAY:
        assert echoed[0].endswith("?api-version=2025-04-01&tenant=acme")
        assert {"api-key: a-key", "OpenAI-Organization: org-1", "X-Team: team"} <= set(echoed)
    ast.parse(found["the Python lines"])
    [asks] = chat(profile, job_id)
    assert len(ast.parse(asks.text).body) in {4, 5}
    assert "s3cret" not in asks.text
    assert shlex.split(found["the finetop command"])[1:] == ["--profile", profile.name, "jobs", "get", job_id]
    assert "s3cret" not in str(found)


def test_what_stands_in_the_settings_runs_nothing_in_a_shell() -> None:
    odd = replace(
        GATEWAY, base_url="https://x.test/$(id)/`id`", key_header='k"; id; "', headers={"$(id)": "x"}
    )
    echoed = subprocess.run(
        ["sh", "-c", f"curl() {{ printf '%s\\n' \"$@\"; }}\n{written(odd, 'ftjob-1')['the curl command']}"],
        env={"TENANT": "acme"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert "uid=" not in echoed
    assert "https://x.test/$(id)/`id`/fine_tuning/jobs/ftjob-1?" in echoed


def test_what_a_provider_has_not_is_not_offered() -> None:
    archive = Profile("old", dialect="archive", path="/srv/archive")
    assert list(written(archive, "ftjob-1")) == ["the finetop command"]
    assert list(written(PROFILES[1], "ftjob-1")) == ["the finetop command"]
    runs = replace(PROFILES[1], base_url="http://127.0.0.1:7000/v1", key_file="/data/api_key")
    local = written(runs, "ftjob-1")
    assert "http://127.0.0.1:7000/v1/fine_tuning/jobs/ftjob-1" in local["the curl command"]
    assert "$(cat /data/api_key)" in local["the curl command"]
    legacy = written(Profile("l", dialect="openai-legacy", base_url="https://x.test/v1"), "ft-1")
    assert "https://x.test/v1/fine-tunes/ft-1" in legacy["the curl command"]
    assert 'client.get("/fine-tunes/ft-1"' in legacy["the Python lines"]


def test_pages_of_a_job() -> None:
    openai = Profile("openai")
    assert [link.url for link in job_links(openai, "ftjob-1")] == [
        "https://platform.openai.com/finetune/ftjob-1"
    ]
    assert job_links(Profile("x", base_url="https://api.openai.com.evil.test/v1"), "ftjob-1") == []
    own = Profile("x", base_url="https://x.test/v1", dashboard="https://x.test/jobs/{id}?tab=log")
    assert job_links(own, "a/b")[0].url == "https://x.test/jobs/a%2Fb?tab=log"
    run = Integration(type="wandb", settings={"entity": "acme", "project": "bots", "run_id": "r 1"})
    assert job_links(openai, "ftjob-1", [run])[1].url == "https://wandb.ai/acme/bots/runs/r%201"
    assert wandb_url({"entity": "acme", "project": "bots"}) == "https://wandb.ai/acme/bots"
    assert wandb_url({"project": "bots", "entity": ["x"]}) == ""
    assert is_web("https://a.test/x")
    assert not any(map(is_web, ("file:///etc", "-x", "https://a b", "https://a\n", "https://[")))


@pytest.mark.parametrize(
    ("environ", "platform", "expected"),
    [
        ({}, "darwin", ("open",)),
        ({"DISPLAY": ":0"}, "linux", ("xdg-open",)),
        ({"WSL_DISTRO_NAME": "Ubuntu"}, "linux", ("wslview",)),
        ({}, "linux", None),
        ({"SSH_TTY": "/dev/pts/1", "DISPLAY": "localhost:10.0"}, "linux", None),
        ({"SSH_TTY": "/dev/pts/1"}, "darwin", None),
        ({"SSH_TTY": "/dev/pts/1", "BROWSER": "/opt/code/helpers/browser.sh"}, "linux",
         ("/opt/code/helpers/browser.sh",)),
        ({"BROWSER": "w3m:/usr/bin/lynx", "DISPLAY": ":0"}, "linux", ("xdg-open",)),
        ({"BROWSER": "'", "DISPLAY": ":0"}, "linux", ("xdg-open",)),
    ],
)  # fmt: skip
def test_a_browser_opens_only_where_it_would_be_seen(
    environ: Mapping[str, str], platform: str, expected: tuple[str, ...] | None
) -> None:
    def find(name: str) -> str | None:
        return None if name == "wslview" and "WSL_DISTRO_NAME" not in environ else name

    assert opener(environ, platform, find) == expected


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({"VISUAL": "code --wait", "EDITOR": "vi", "PAGER": "less"}, ("code", "--wait")),
        ({"EDITOR": "gone", "PAGER": "less -R"}, ("less", "-R")),
        ({"EDITOR": "'", "PAGER": ""}, ("less",)),
        ({}, ("less",)),
    ],
)
def test_which_program_shows_a_sheet(environ: Mapping[str, str], expected: tuple[str, ...]) -> None:
    assert editor.program(environ, lambda name: None if name == "gone" else name) == expected
    assert editor.program(environ, lambda _: None) is None


def test_a_short_sheet_stays_on_the_screen() -> None:
    assert editor.surroundings({"LESS": "-FRX"}) == {"LESS": "-FRX -+F"}
    assert editor.surroundings({"EDITOR": "vi"}) == {"EDITOR": "vi"}


def test_a_sheet_is_a_copy_for_ones_own_eyes(tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    kept.write_bytes(b"a,b\n")
    kept.chmod(0o640)
    for content in (b"a,b\n", kept):
        path = editor.lay_out(Sheet("../../etc/-x é.csv", content), tmp_path)
        assert path.read_bytes() == b"a,b\n"
        assert path.stat().st_mode & 0o777 == 0o400
        assert path.parent == tmp_path
        assert path.name == "etc--x--.csv"
        path.unlink()
    assert editor.safe_name("..") == "sheet"


async def test_the_menu_holds_what_people_paste(tmp_path: Path) -> None:
    paths = house(tmp_path)
    fill(paths)
    async with opened(paths) as driver:
        await driver.jobs.select("faq-1")
        await driver.press("y")
        await driver.reads("The job's id")
        for line in ("The training file", "The reason", "The provider's answer", "The curl command"):
            assert line in driver.picture
        await driver.press("y")
        await driver.reads("Copied the job's id through the terminal, if it takes OSC 52.")
        await driver.press("o")
        await driver.reads("https://platform.openai.com/finetune/ftjob-faqEEEEEEEEEEEEEEEEEE1")
        assert "Copied it through the terminal" in driver.picture
        browser = tmp_path / "at-home"
        browser.write_text(f'#!/bin/sh\necho "$1" > {tmp_path}/seen\n')
        browser.chmod(0o755)
        driver.app.environ = {"BROWSER": str(browser), "SSH_TTY": "/dev/pts/1"}
        await driver.press("o")
        await driver.reads("Opened the job's page at OpenAI with at-home.")
        await driver.until((tmp_path / "seen").exists)
        browser.write_text("#!/bin/sh\nexit 3\n")
        await driver.press("o")
        await driver.reads("Copied it through the terminal")
        driver.app.environ = {"DISPLAY": ":0"}
        await driver.press("e")
        await driver.reads(
            "There is no program to show it with."
        )  # a terminal of tests steps aside for nobody
        driver.app.environ = {}
        events = driver.main.grid.events
        await driver.pilot.mouse_down(events, offset=(13, 1))
        await driver.pilot.hover(events, offset=(40, 2))
        await driver.pilot.mouse_up(events, offset=(40, 2))
        await driver.reads("ctrl+c copies what is selected.")
        await driver.press("ctrl+c")
        await driver.reads("Copied the selected text through the terminal")
        assert driver.app.clipboard.startswith("Created fine-tuning job\n")
        await driver.press("y")
        await driver.reads("The selected text")
        await driver.press("G", "enter")
        await driver.reads("Copied this screen as text")
        assert "── 1 Jobs ─" in driver.app.clipboard
        driver.main.clear_selection()
        await driver.jobs.select("support-bot-v3")
        await driver.press("y")
        await driver.reads("The best checkpoint")
        await driver.press("j", "enter")  # no model is tuned yet, so it comes second
        await driver.reads("Copied the best checkpoint")
        assert driver.app.clipboard == "ft:x:ckpt-step-120"
        await driver.jobs.select("rehearsal-3")
        await driver.press("space", "space", "y", "y")
        await driver.reads("Copied the ids of 2 marked jobs")
        assert driver.app.clipboard.count("ftjob-") == 2
        await driver.jobs.select("rehearsal-3")
        await driver.press("V", "o")
        await driver.reads("No page is known for this.")
