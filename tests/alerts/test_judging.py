"""Which jobs one is told of, once each, whatever becomes of the process."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from alerts.jobs import AlertRule, AlertSettings, House
from finetop.errors import BadInput
from finetop.models import Checkpoint
from finetop.store import Store

MINUTE = 60.0
QUIET = AlertSettings(ways=("bell",))


@pytest.fixture
def settle(tmp_path: Path) -> Iterator[Callable[[AlertSettings], House]]:
    """A house with these settings."""
    houses: list[House] = []

    def made(settings: AlertSettings = QUIET) -> House:
        houses.append(House(tmp_path, settings))
        return houses[-1]

    yield made
    for house in houses:
        house.close()


@pytest.fixture
def house(settle: Callable[[AlertSettings], House]) -> House:
    return settle(QUIET)


def test_an_end_is_told_once(house: House) -> None:
    house.turns("a", "running", "succeeded", fine_tuned_model="ft:small:acme::1")
    house.turns("b", "running", "failed", error={"message": "the file is odd"})
    assert house.judged() == ["done a: bell", "failed b: bell"]
    assert house.judged() == []
    texts = [json.loads(delivery.facts)["text"] for delivery in house.known()]
    assert texts == ["a is done: ft:small:acme::1", "b failed: the file is odd"]


def test_first_sight_of_an_accounts_past_raises_nothing(house: House) -> None:
    for number in range(30):
        house.job(f"old-{number}", "failed", finished_at=1_700_000_500)
    assert house.judged() == []
    house.job("fresh", "failed", finished_at=house.now + 60)
    assert house.judged() == ["failed fresh: bell"]


def test_what_is_told_late_says_so(house: House) -> None:
    house.turns("a", "running", "failed", finished_at=house.now - 9 * 3600)
    house.judged()
    assert json.loads(house.known()[0].facts)["text"] == "a failed (9 h ago)"


def test_a_job_that_ends_twice_is_told_twice(house: House) -> None:
    """Paused, cancelled and resumed by a colleague: each end is a turn of its own."""
    house.turns("a", "running", "failed")
    assert house.judged() == ["failed a: bell"]
    house.turns("a", "running", "failed")
    assert house.judged() == ["failed a: bell"]


def test_what_one_has_cancelled_oneself_is_no_news(house: House) -> None:
    house.turns("a", "running")
    intent = house.store.journal.mark_sent(house.store.journal.write(house.account, "cancel", "", file="a"))
    house.store.journal.settle(intent, "created")
    house.job("a", "cancelled")
    house.turns("b", "running", "cancelled")
    assert house.judged() == ["cancelled b: bell"]


def test_a_process_that_dies_before_it_judged_leaves_it_to_the_next(house: House) -> None:
    house.turns("a", "running", "succeeded")
    house.open()
    assert house.judged() == ["done a: bell"]
    house.open()
    assert house.judged() == []


def test_two_processes_that_judge_at_once_raise_it_once(house: House, tmp_path: Path) -> None:
    house.turns("a", "running", "succeeded")
    other = House(tmp_path, QUIET)
    both = house.judged() + other.judged()
    other.close()
    assert both == ["done a: bell"]


def test_a_running_job_that_falls_silent_is_told_once_for_each_silence(house: House) -> None:
    house.turns("a", "running", started_at=1000)
    house.turns("waits", "queued")
    start = house.now
    house.says("a", *(start + 30 * number for number in range(10)))
    house.says("waits", start)
    last = start + 270
    assert house.judged(a=last + 19 * MINUTE, waits=last + 99 * MINUTE) == []
    assert house.judged(a=last + 21 * MINUTE) == ["silent a: bell"]
    assert house.judged(a=last + 50 * MINUTE) == []
    (alert,) = house.known()
    assert json.loads(alert.facts)["text"] == "a has said nothing for 21 m"
    house.says("a", last + 60 * MINUTE)
    assert house.judged(a=last + 90 * MINUTE) == []  # by now an hour of silence is its way
    assert house.judged(a=last + 60 * MINUTE + 121 * MINUTE) == ["silent a: bell"]


def test_a_log_whose_clock_is_behind_is_told_of_once(house: House) -> None:
    """Local time taken for UTC: each line of a job at work comes hours old."""
    house.turns("a", "running", started_at=1000)
    start, behind = house.now, 7 * 60 * MINUTE
    house.says("a", *(start + 30 * number - behind for number in range(10)))
    assert house.judged(a=start + 300) == ["silent a: bell"]
    for number in range(10, 20):
        house.says("a", start + 30 * number - behind)
        assert house.judged(a=start + 30 * number) == []


def test_a_clock_that_was_years_ahead_keeps_nothing_back(house: House) -> None:
    start = house.now
    house.now += 3 * 365 * 24 * 3600
    house.turns("a", "running")
    house.steps("a", full_valid_loss=[0.9, 0.5])
    assert house.judged() == []
    house.now = start
    house.steps("a", full_valid_loss=[0.9, 0.5, 0.6, 0.7, 0.8])
    assert house.judged() == ["rising a: bell"]


def test_while_nobody_reads_the_log_nobody_is_silent(house: House) -> None:
    house.turns("a", "running")
    house.says("a", *(house.now + 30 * number for number in range(10)))
    house.now += 9 * 3600
    assert house.judged() == []


def test_validation_that_turns_is_told_and_a_reward_that_falls(house: House) -> None:
    house.turns("a", "running")
    house.steps("a", full_valid_loss=[0.9, 0.5, 0.6, 0.7])
    assert house.judged() == []  # twice worse
    house.turns("b", "running")
    house.steps("b", full_valid_loss=[0.9, 0.5, 0.6, 0.7, 0.8])
    house.turns("r", "running")
    house.steps("r", valid_mean_reward=[0.1, 0.5, 0.4, 0.3, 0.2])
    assert house.judged() == ["rising b: bell", "rising r: bell"]
    assert json.loads(house.known()[0].facts)["text"].startswith(
        "b: validation became worse 3 times in a row since step 2"
    )
    house.now += 60
    assert house.judged() == []


OVERFITS = [2.1, 1.0, 0.62, 0.55, 0.58, 0.66, 0.75, 0.85, 0.97, 1.1]


def test_a_job_that_overfits_is_told_once_with_the_checkpoint_to_use(house: House) -> None:
    """Neither again as it goes on, nor a second time by its counted checks."""
    house.turns("a", "running")
    point = Checkpoint(id="c", step_number=3, fine_tuned_model_checkpoint="ft:c")
    house.store.jobs.save_checkpoints(house.key("a"), [point])
    house.steps("a", full_valid_loss=OVERFITS)
    assert house.judged() == ["overfit a: bell"]
    facts = json.loads(house.known()[0].facts)
    assert facts["text"] == (
        "a: validation has turned at step 4 (sure: validation loss rose from 0.550 to 1.100 in 6 checks);"
        " use checkpoint 3"
    )
    assert (facts["sureness"], facts["checkpoint"]) == ("sure", {"step": 3, "model": "ft:c"})
    house.steps("a", full_valid_loss=[*OVERFITS, 1.2, 1.3, 1.4])
    house.open()
    assert house.judged() == []


def test_how_sure_it_must_be_is_a_setting(settle: Callable[[AlertSettings], House]) -> None:
    """Where the watch is not sure enough, counted checks are told as before."""
    house = settle(QUIET)
    house.turns("a", "running")
    house.steps("a", full_valid_loss=OVERFITS[:7])
    assert house.judged() == ["rising a: bell"]
    early = settle(AlertSettings(on=("overfit",), ways=("bell",), overfit_from="likely"))
    assert early.judged() == ["overfit a: bell"]


def test_models_that_end_are_told_together_and_once_for_each_reminder(house: House) -> None:
    for number in range(3):
        house.job(f"j{number}", "succeeded", fine_tuned_model=f"ft:small:acme::{number}")
    assert house.judged() == []  # the list of models comes after that of jobs
    day = "2027-02-06"  # 22 days after the clock of this house
    house.models(small=day, **{f"ft__small__acme____{number}": None for number in range(3)})
    assert house.judged() == ["shutdown models: bell"]
    assert json.loads(house.known()[-1].facts)["text"] == ("3 of your models end in 22 days, on 6 Feb 2027")
    house.open()
    assert house.judged() == []
    house.now += 16 * 86_400
    assert house.judged() == ["shutdown models: bell"]
    assert json.loads(house.known()[-1].facts)["days_left"] == 6


class TestByRule:
    """Which jobs, which events, which ways."""

    def test_a_rule_tells_of_its_jobs_by_its_ways(self, settle: Callable[[AlertSettings], House]) -> None:
        house = settle(
            AlertSettings(
                on=("failed",),
                ways=("bell",),
                webhook="http://127.0.0.1:9/all",
                rules=(
                    AlertRule(jobs="model:big", on=("done",), ways=("webhook",)),
                    AlertRule(title="team", jobs="big*", ways=("command",), command=("true",)),
                ),
            )
        )
        for id_, model in (("a", "small"), ("big-b", "big")):
            house.turns(id_, "running", "succeeded", model=model)
        for id_, model in (("c", "small"), ("big-d", "big")):
            house.turns(id_, "running", "failed", model=model)
        assert house.judged() == [
            "done big-b: webhook",
            "failed c: bell",
            "failed big-d: command:team bell",
        ]

    def test_a_way_that_two_rules_share_tells_once(self, settle: Callable[[AlertSettings], House]) -> None:
        house = settle(AlertSettings(ways=("bell",), rules=(AlertRule(), AlertRule())))
        house.turns("a", "running", "failed")
        assert house.judged() == ["failed a: bell"]

    def test_a_rule_with_more_patience_hears_later(self, settle: Callable[[AlertSettings], House]) -> None:
        house = settle(
            AlertSettings(
                ways=("bell",),
                silent_min=60,
                rules=(AlertRule(silent_min=5, command=("true",), ways=("command",)),),
            )
        )
        house.turns("a", "running")
        house.says("a", *(house.now + 30 * number for number in range(10)))
        last = house.now + 270
        assert house.judged(a=last + 6 * MINUTE) == ["silent a: command:rule 1"]
        assert house.judged(a=last + 61 * MINUTE) == ["silent a: bell"]

    def test_one_word_about_one_job_comes_before_every_rule(
        self, settle: Callable[[AlertSettings], House]
    ) -> None:
        house = settle(AlertSettings(ways=("bell",), jobs="model:big"))
        for id_ in ("muted", "usual", "wanted"):
            house.job(id_, "running", model="small" if id_ == "wanted" else "big")
        house.store.alerts.want(house.key("muted"), wanted=False)
        house.store.alerts.want(house.key("wanted"), wanted=True)
        told = {id_: house.judge.is_told_of(house.key(id_)) for id_ in ("muted", "usual", "wanted")}
        assert told == {"muted": False, "usual": True, "wanted": True}
        for id_ in ("muted", "usual", "wanted"):
            house.job(id_, "succeeded", model="small" if id_ == "wanted" else "big")
        assert house.judged() == ["done usual: bell", "done wanted: bell"]

    def test_a_query_that_makes_no_sense_is_named_with_its_rule(
        self, settle: Callable[[AlertSettings], House]
    ) -> None:
        with pytest.raises(BadInput, match=r"alerts, team: .*modell"):
            settle(AlertSettings(rules=(AlertRule(title="team", jobs="modell:x"),)))


def test_two_that_take_up_one_delivery(tmp_path: Path) -> None:
    """One of them carries it out; when it dies over it, the next one does."""
    house = House(tmp_path, AlertSettings(ways=("command",), command=("true",)))
    house.turns("a", "running", "failed")
    assert house.judged() == ["failed a: command"]
    other = Store(tmp_path / "finetop.db")
    other.alerts._clock = lambda: house.now
    (mine,), (theirs,) = house.store.alerts.due([1]), other.alerts.due([1])
    assert [house.store.alerts.claim(mine), other.alerts.claim(theirs)] == [True, False]
    assert other.alerts.due([1]) == []
    house.close()  # its lock goes with it, as when it is killed
    (again,) = other.alerts.due([1])
    assert other.alerts.claim(again)
    other.alerts.settle(again, "delivered", "true ended with 0")
    assert other.alerts.due([1]) == []
    other.close()
