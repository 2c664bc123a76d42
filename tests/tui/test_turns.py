"""Keys that come in one piece, as they do over a slow line, do what they do one by one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import events

from finetop.tui.screens.create import CreateForm

if TYPE_CHECKING:
    from drivers import Driver
    from tui.filling import Sent


def type_at_once(driver: Driver, *keys: str) -> None:
    for key in keys:
        driver.app.post_message(events.Key(key, key if len(key) == 1 else None))


async def test_what_follows_a_tab_goes_into_the_next_field(form: Driver) -> None:
    screen = form.app.screen
    assert isinstance(screen, CreateForm)
    screen.field("n_epochs").entry.focus()
    await form.until(lambda: screen.field("n_epochs").entry.has_focus, "the focus")
    screen.field("n_epochs").entry.clear()
    screen.field("batch_size").entry.clear()
    type_at_once(form, "3", "tab", "1", "6", "shift+tab", "end", "0", "tab")
    await form.until(lambda: screen.field("batch_size").entry.value == "16", "the second field filled")
    assert screen.field("n_epochs").entry.value == "30"
    form.app.post_message(events.Key("tab", None))
    form.app.post_message(events.Paste("0.5"))
    rate = screen.field("learning_rate_multiplier").entry
    await form.until(lambda: "0.5" in rate.value, "the paste in the third field")


async def test_a_form_can_be_sent_before_it_is_seen(form: Driver, sent: Sent) -> None:
    await form.press("escape")
    await form.until(lambda: form.app.screen is form.main, "the list")
    type_at_once(form, "c", "enter", "j", "k")
    await form.until(lambda: bool(sent.drafts), "a draft")
    await form.until(lambda: form.app.screen is form.main, "the list")


async def test_a_list_is_chosen_from_though_it_had_not_opened_yet(form: Driver) -> None:
    screen = form.app.screen
    assert isinstance(screen, CreateForm)
    screen.field("model").entry.focus()
    await form.until(lambda: screen.field("model").entry.has_focus, "the focus")
    type_at_once(form, "tab", "down", "down", "enter")
    await form.until(lambda: screen.field("method").entry.value == "dpo", "the method chosen")
    assert form.app.screen is screen


async def test_a_key_that_takes_its_screen_away_holds_up_no_other(form: Driver) -> None:
    await form.press("escape")
    type_at_once(form, *["question_mark", "escape"] * 5, "colon", "escape", "question_mark")
    await form.reads("?")
    await form.until(lambda: form.app.screen is not form.main, "the help")
    type_at_once(form, "escape", "j")
    await form.until(lambda: form.app.screen is form.main, "the list")
