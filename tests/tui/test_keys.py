"""Keys: one meaning each where it is pressed, all of it in the palette, and as a person wants them."""

from __future__ import annotations

import importlib
import pkgutil
from typing import TYPE_CHECKING

import pytest
from textual.binding import Binding, BindingsMap
from textual.dom import DOMNode
from textual.screen import Screen

import finetop.tui
from drivers import fill, house, opened
from finetop.config.keymap import Keys, Wish
from finetop.errors import BadFile
from finetop.text.keys import is_typed, key_name
from finetop.tui.acts import NOT_OFFERED, acts, declared, offers
from finetop.tui.key_rules import meetings
from finetop.tui.keymap import IN_DIALOGS, PLAIN, Keymap, keys_of
from finetop.tui.places import places
from finetop.tui.screens.everywhere import Everywhere

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PLACES = places()
APART = ("finetop.tui.screens.first_run", "finetop.tui.widgets.")
"""Asked once, before there are settings; and what others are made of."""


def ours() -> list[type[DOMNode]]:
    """Every class of the screen that can have keys."""
    names = [found.name for found in pkgutil.walk_packages(finetop.tui.__path__, "finetop.tui.")]
    modules = [importlib.import_module(name) for name in names if not name.startswith(APART)]
    return [
        found
        for module in modules
        for found in vars(module).values()
        if isinstance(found, type) and issubclass(found, DOMNode) and found.__module__ == module.__name__
    ]


def test_every_screen_and_every_widget_with_keys_is_a_known_place() -> None:
    """Who adds one adds it to tui/places.py; else `finetop keys` would not tell of it."""
    known = {base for place in PLACES for kind in place.chain for base in kind.__mro__}
    missing = [kind.__qualname__ for kind in ours() if "BINDINGS" in vars(kind) and kind not in known]
    missing += [kind.__qualname__ for kind in ours() if issubclass(kind, Screen) and kind not in known]
    assert not missing
    assert all(place.name for place in PLACES)  # help and palette call it so: its PLACE


@pytest.mark.parametrize("preset", ["default", "plain"])
def test_no_key_means_two_things_where_it_is_pressed(preset: str) -> None:
    """Of what goes back the nearest does; z pauses a job or resumes it, whichever it can."""
    found = [(place.name, *meeting) for place in PLACES for meeting in meetings(place, Keymap(preset))]
    assert not found


def test_every_key_says_what_it_does() -> None:
    """An id to be changed by, one sentence for help and palette, and the same one wherever the id is."""
    said: dict[str, set[str]] = {}
    for kind in ours():
        for binding in kind._merged_bindings or ():
            name = binding[1].id
            if name is None:
                assert binding not in own(kind), binding  # Textual's own have none
                continue
            said.setdefault(name, set()).add(binding[1].tooltip)
        for act in acts(kind):
            said.setdefault(act.id, set()).add(act.label)
    for name, sentences in said.items():
        for sentence in sentences:
            assert sentence, name
            assert sentence[0].isupper(), (name, sentence)
            assert not sentence.endswith("."), (name, sentence)


def own(kind: type[DOMNode]) -> list[tuple[str, Binding]]:
    """The bindings that a class states itself."""
    return list(BindingsMap(vars(kind).get("BINDINGS", ())))


def test_the_plain_keys_are_no_letters() -> None:
    """But in dialogs, where no palette helps."""
    for place in PLACES:
        for name, shipped in keys_of(place.bindings()).items():
            keys = Keymap("plain").keys(name, shipped)
            letters = [key for key in keys if is_typed(key) and key != "space"]
            assert not letters or name.startswith(IN_DIALOGS), (name, letters)


def test_every_key_exists_and_every_plain_one_is_for_something() -> None:
    """A key that is misspelt would never come."""
    shipped = keys_of(binding for place in PLACES for binding in place.bindings())
    assert not [(name, key) for name, keys in shipped.items() for key in keys if key_name(key) != key]
    assert not set(PLAIN) - set(shipped)


@pytest.fixture(scope="module")
def wished() -> Keys:
    """Somebody's settings."""
    return Keys(
        wishes={
            "job.cancel": Wish(("f9", "u"), ("keys", "job.cancel")),
            "pane.full": Wish((), ("keys", "pane.full")),
            "job.delete": Wish(("x",), ("keys", "job.delete")),
        }
    )


async def test_everything_is_in_the_palette_wherever_one_is(tmp_path: Path) -> None:
    """On every full screen: what works in one pane is found from every other, but for ways back and moves."""
    paths = house(tmp_path)
    fill(paths)
    async with opened(paths) as driver:
        await driver.jobs.select("support-bot-v3")
        for key in ("1", "5", "6"):
            await driver.press(key)
            screen = driver.app.screen
            assert isinstance(screen, Everywhere)
            assert screen.panes
            for pane in screen.panes:
                screen.reach(pane)
                found = {offer.id for offer in offers(screen, screen.panes)}
                missing = set(can_be_done(screen)) - found
                assert not missing, (type(screen).__name__, type(pane).__name__)


def can_be_done(screen: Everywhere) -> Iterator[str]:
    """The id of all that could be done on a screen now, wherever the focus is."""
    nodes: list[DOMNode] = [*screen.panes, *screen.ancestors_with_self]
    for node in nodes:
        pairs = [(one.id or "", one.action) for one in declared(type(node))]
        pairs += [(act.id, act.action) for act in acts(type(node))]
        for name, action in pairs:
            if screen.app._check_action_state(action, node) and not name.startswith(NOT_OFFERED):
                yield name


async def test_the_palette_goes_to_the_pane_that_can_do_it(tmp_path: Path) -> None:
    paths = house(tmp_path)
    fill(paths)
    async with opened(paths) as driver:
        await driver.press("ctrl+p")
        await driver.type("best val")
        assert "in the curves" in driver.picture
        await driver.press("enter")
        await driver.until(lambda: driver.main.grid.curves.has_focus)
        await driver.press("ctrl+p")
        await driver.type("filter")  # the footer's word for it
        assert "Show fewer jobs as you type" in driver.picture
        await driver.press("escape")
        await driver.press("ctrl+p")
        await driver.type("best val")
        assert "in the curves" not in driver.picture


async def test_the_screen_has_the_keys_a_person_wants(tmp_path: Path, wished: Keys) -> None:
    """They work, the old ones do not, and footer, help and palette tell of them."""
    paths = house(tmp_path)
    fill(paths)
    async with opened(paths, keys=wished) as driver:
        await driver.jobs.select("support-bot-v3")
        assert "f9 Cancel" in driver.lines[-1]
        for key in ("f9", "u"):
            await driver.press(key)
            await driver.reads("Cancel this job?")
            await driver.press("escape")
        await driver.press("f")
        assert not driver.main.grid.full
        await driver.press("question_mark")
        await driver.reads("Keys in the jobs list")
        heads = [line.split("│")[1].split()[:3] for line in driver.lines if "│" in line]
        assert next(filter(None, heads)) == ["The", "jobs", "list"]
        assert "f9 u" in driver.picture
        await driver.press("G")
        assert "Without a key, in the palette: This pane alone, or all." in driver.picture
        await driver.press("escape", "ctrl+p")
        await driver.type("this pane alone")
        await driver.press("enter")
        assert driver.main.grid.full


async def test_ctrl_c_twice_leaves_and_once_says_how(tmp_path: Path) -> None:
    """With a key between them it is once again; sentences name the user's own keys."""
    paths = house(tmp_path)
    fill(paths, ())
    keys = Keys(wishes={"app.quit": Wish(("f10",), ()), "job.create": Wish((), ())})
    async with opened(paths, keys=keys) as driver:
        assert "No jobs yet. : creates one." in driver.picture
        await driver.press("ctrl+c")
        await driver.reads("f10 leaves finetop, and so does ctrl+c again.")
        await driver.press("j", "ctrl+c")
        assert driver.app.is_running
        assert not driver.app._leaving.is_set()
        await driver.press("ctrl+c")
        await driver.until(driver.app._leaving.is_set)


async def test_a_map_without_a_way_out_is_refused_with_its_line(tmp_path: Path) -> None:
    paths = house(tmp_path)
    paths.config_file.write_text('theme = "dark"\n[keys]\n"job.cancel" = ["f9",\n  "q"]\n')
    keys = Keys(wishes={"job.cancel": Wish(("q",), ("keys", "job.cancel"))})
    with pytest.raises(BadFile, match=r"config\.toml.*line 3: job\.cancel takes the last key of app\.quit"):
        async with opened(paths, keys=keys):
            pass
