"""What was open is open again, and a file that cannot be read is as good as none."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from drivers import fill, house, opened
from finetop.tui.messages import ProfileChosen
from finetop.tui.remembered import FILE, LIMIT, Part, Remembered, place_of

if TYPE_CHECKING:
    from pathlib import Path


def test_what_is_of_another_type_is_as_if_it_was_not_there() -> None:
    odd = Part(text=1, flag="yes", whole=True, texts=["a", 1], wholes=[1, True], part=[])
    assert odd.text("text", "usual") == "usual"
    assert odd.flag("flag") is False
    assert odd.whole("whole", 3) == 3
    assert odd.texts("texts") == ["a"]
    assert odd.wholes("wholes") == []
    assert odd.part("part") == odd.part("missing") == {}
    sound = Part(text="a", flag=True, whole=2, texts=["b"], wholes=[1, 2], part={"c": 1})
    assert (sound.text("text"), sound.flag("flag"), sound.whole("whole")) == ("a", True, 2)
    assert (sound.texts("texts"), sound.wholes("wholes"), sound.part("part").whole("c")) == (["b"], [1, 2], 1)


def kept(file: Path, everywhere: dict[str, Any], place: str = "openai") -> Remembered:
    """A run at this place that has chosen these."""
    Remembered(file, place).keep(everywhere)
    return Remembered(file, place)


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b'{"version": 2, "places": {"": {"theme": "x"}}}', b"\xff", b"[" * 100_000,
     b'{"version": 1, "places": []}', b'{"version": 1, "places": {"": 3}}'],
)  # fmt: skip
def test_a_file_that_makes_no_sense_is_none(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / FILE
    file.touch(0o600)
    file.write_bytes(content)
    assert Remembered(file, "openai").everywhere == {}
    assert kept(file, {"theme": "light"}).everywhere == {"theme": "light"}


def test_a_file_that_others_can_write_is_none(tmp_path: Path) -> None:
    file = tmp_path / "state" / FILE
    assert kept(file, {"theme": "light"}).everywhere == {"theme": "light"}
    assert file.stat().st_mode & 0o777 == 0o600
    file.chmod(0o644)
    assert Remembered(file, "openai").everywhere == {}
    file.unlink()
    file.symlink_to("/dev/zero")
    assert Remembered(file, "openai").everywhere == {}


def test_two_screens_at_once_do_not_take_back_what_the_other_chose(tmp_path: Path) -> None:
    file = tmp_path / FILE
    first = kept(file, {"theme": "dark", "mouse": True})
    kept(file, {"theme": "light", "mouse": True})
    first.keep({"theme": "dark", "mouse": False})
    assert Remembered(file, "openai").everywhere == {"theme": "light", "mouse": False}


def test_the_file_does_not_grow_for_ever(tmp_path: Path) -> None:
    file = tmp_path / FILE
    for number in range(60):
        kept(file, {"theme": "dark"}, f"profile-{number}")
    places = json.loads(file.read_text())["places"]
    assert len(places) == 51
    assert "profile-59" in places
    assert "" in places
    kept(file, {"theme": "x" * LIMIT})
    assert Remembered(file, "openai").everywhere == {"theme": "dark"}


def test_each_set_of_profiles_has_its_own_place() -> None:
    assert place_of(["b", "a"]) == place_of(["a", "b"]) == "a b"
    assert place_of(["a"], "status:failed") != place_of(["a"])
    assert place_of([]) != ""


async def test_what_was_open_is_open_again(tmp_path: Path) -> None:
    paths = house(tmp_path)
    fill(paths)
    async with opened(paths) as driver:
        await driver.jobs.select("tone-2")
        await driver.press("2", "]", "f", "q")
    async with opened(paths) as driver:
        await driver.reads("━━ 2 Detail  Overview  Checkpoints")
        assert driver.main.row is not None
        assert driver.main.row.name == "tone-2"
        assert driver.main.grid.detail.tab == "Checkpoints"
        assert driver.main.grid.full
        driver.app.post_message(ProfileChosen("local"))
        await driver.press("f", "1", "g", "q")
    async with opened(paths) as driver:
        assert driver.main.jobs.has_focus
        assert driver.main.row == driver.main.jobs.rows[0]
        assert driver.jobs.names == ["rehearsal-3", "tickets-v2"], "those of the profile shown last"
        driver.app.post_message(ProfileChosen(""))
        await driver.reads("tone-2")
