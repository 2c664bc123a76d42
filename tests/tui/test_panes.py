"""Detail and curves show a job's facts, keep still while nothing changes and clean every string."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from finetop.models import Checkpoint, File, Job, Permission
from finetop.overfit import judge_curves
from finetop.stays import Seen
from finetop.store.rows import Curves, JobKey, Series
from finetop.text import ASCII
from finetop.tui.panes.curves import CurvesPane
from finetop.tui.panes.detail import Beside, DetailPane, detail_model
from finetop.tui.panes.sharing_facts import Sharing
from finetop.tui.remembered import Part
from stage import HOSTILE, NOW, Repaints, Stage, job, picture, strange, written

ROW = job(1, "running", step=186, total_steps=300, epoch=1.9, n_epochs=3, started_at=NOW - 600, eta_s=240.0)
JOB = Job.model_validate(
    {
        "object": "fine_tuning.job",
        "id": "ftjob-1",
        "status": "running",
        "model": "tiny-bytes-1",
        "training_file": "file-1",
        "validation_file": "file-2",
        "hyperparameters": {"n_epochs": "auto", "batch_size": 8, "learning_rate_multiplier": 1.8},
        "seed": 42,
        "metadata": {"team": "support", "finetop": "uuid"},
        "integrations": [{"type": "wandb", "wandb": {"entity": "acme", "project": "bot", "run_id": "3f2k"}}],
        "error": {
            "code": "invalid_file",
            "message": "line 17 has no assistant message " * 6,
            "param": "file",
        },
        "trained_tokens": 41_200,
    }
)
FILES = {"file-1": File(id="file-1", filename="train.jsonl", size_bytes=1_900_000)}
CHECKPOINTS = [
    Checkpoint(id="c-1", step_number=60, metrics={"valid_loss": 0.702}),
    Checkpoint(id="c-2", step_number=120, metrics={"valid_loss": 0.571}, fine_tuned_model_checkpoint="ft:x"),
]
STEPS = tuple(range(1, 187))
CURVES = Curves(
    key=ROW.key,
    seq=1,
    epoch_steps=(100,),
    train_loss=Series(STEPS, tuple(2.0 - step / 120 for step in STEPS)),
    valid_loss=Series((40, 80, 120, 160, 180), (1.5, 1.0, 0.571, 0.6, 0.611)),
    train_accuracy=Series(STEPS, tuple(step / 200 for step in STEPS)),
)


def model(**changes: object) -> object:
    return detail_model(
        ROW._replace(**changes),  # type: ignore[arg-type]
        now=NOW,
        job=JOB,
        beside=Beside(
            files=FILES,
            checkpoints=CHECKPOINTS,
            curves=CURVES,
            verdict=judge_curves(CURVES, CHECKPOINTS),
        ),
        raw=b'{"id": "ftjob-1", "deep": {"list": [1]}}',
    )


# --- detail ----------------------------------------------------------------------------------------------


async def test_detail_tells_everything_about_a_job() -> None:
    pane = DetailPane()
    app = Stage(pane)
    async with app.run_test(size=(72, 40)) as pilot:
        pane.show(model())  # type: ignore[arg-type]
        await pilot.pause()
        whole = "\n".join(picture(app))
        for words in (
            "▌Job          ftjob-1  openai",
            " Model        tiny-bytes-1  supervised",
            " Files        train.jsonl  1.9 MB\n              file-2",
            " Settings     epochs auto  batch 8  lr ×1.8  seed 42",
            " Checkpoints  60  0.702   120  0.571  ◊ best",
            " Metadata     team support\n",
            " Weights & B. acme/bot  run 3f2k",
            "waited 50 m, training 10 m  ~4 m left  41 k tokens",
            "code invalid_file  param file",
        ):
            assert words in whole, words
        assert whole.count("line 17 has no assistant message") >= 3, "the error takes several lines"


async def test_the_time_of_a_pause_is_not_called_training() -> None:
    pane = DetailPane()
    app = Stage(pane)
    async with app.run_test(size=(72, 40)) as pilot:
        pane.show(model(status="paused", eta_s=None))  # type: ignore[arg-type]
        await pilot.pause()
        whole = "\n".join(picture(app))
        assert "waited 50 m, begun 10 m ago" in whole
        assert "training 10 m" not in whole


async def test_a_failed_job_tells_its_reason_once() -> None:
    said = "line 17: no assistant message"
    error = {"code": "invalid_training_file", "message": f"{said}.", "param": "training_file"}
    failed = JOB.model_copy(update={"error": Job.model_validate({"id": "x", "error": error}).error})
    pane = DetailPane()
    app = Stage(pane)
    async with app.run_test(size=(72, 40)) as pilot:
        pane.show(detail_model(ROW._replace(status="failed", reason=said), now=NOW, job=failed))
        await pilot.pause()
        lines = picture(app)
        assert sum(said in line for line in lines) == 1
        at = lines.index(f" Reason       ✗ {said}")
        assert lines[at + 1] == "              code invalid_training_file  param training_file"
        pane.show(detail_model(ROW._replace(status="failed", reason="it stopped"), now=NOW, job=failed))
        await pilot.pause()
        assert f" Error        {said}." in picture(app), "the API says something else"


async def test_facts_that_do_not_fit_go_on_below_and_stay_whole() -> None:
    pane = DetailPane()
    app = Stage(pane)
    async with app.run_test(size=(50, 40)) as pilot:
        pane.show(model())  # type: ignore[arg-type]
        await pilot.pause()
        lines = picture(app)
        at = lines.index(" Settings     epochs auto  batch 8  lr ×1.8")
        assert lines[at + 1] == "              seed 42"


async def test_detail_scrolls_and_equal_facts_are_not_painted_again() -> None:
    pane = DetailPane()
    app = Stage(pane)
    async with app.run_test(size=(50, 6)) as pilot:
        pane.show(model())  # type: ignore[arg-type]
        await pilot.press("G")
        assert any("Created" in line for line in picture(app))
        repaints = Repaints(pane)
        pane.show(model())  # type: ignore[arg-type]
        assert not repaints.regions
        pane.show(model(eta_s=120.0))  # type: ignore[arg-type]
        assert len(repaints.lines) <= 1
        await pilot.press("g")
        assert any("Job  " in line for line in picture(app))


async def test_on_a_tiny_screen_four_facts_stand_for_all() -> None:
    pane = DetailPane()
    app = Stage(pane)
    async with app.run_test(size=(60, 5)) as pilot:
        pane.show(model(valid_loss=0.611))  # type: ignore[arg-type]
        pane.four_facts = True
        await pilot.pause()
        lines = picture(app)
        assert lines[1] == " Job      ftjob-1  openai"
        assert lines[2] == " Model    tiny-bytes-1  sft, epoch 2 of 3"
        assert lines[3] == " Valid    0.611  ◊ best 0.571 at 120  perhaps rising since"
        assert lines[4].startswith(" Time     waited 50 m, training 10 m")


@pytest.mark.parametrize(
    ("status", "rewards", "fact"),
    [
        ("running", {}, ("Loss", "not measured yet")),
        ("failed", {}, ("Loss", "not measured")),
        ("running", {"train_reward": Series((1, 2), (0.25, 0.5))}, ("Reward", "0.500")),
    ],
)
def test_what_a_tiny_screen_tells_without_losses(
    status: str, rewards: dict[str, Series], fact: tuple[str, str]
) -> None:
    row = ROW._replace(status=status, train_loss=None, valid_loss=None)
    told = detail_model(row, now=NOW, beside=Beside(curves=Curves(key=ROW.key, more=rewards))).facts[2]
    assert (told.label, "".join(words for words, _ in told.runs)) == fact


def test_a_job_known_only_by_its_row_has_facts_too() -> None:
    known = detail_model(ROW._replace(intent="unsure", reason="why not", status="failed"), now=NOW)
    labels = [entry.label for entry in known.overview]
    assert labels[:4] == ["Job", "Request", "Reason", "Model"]


# --- curves ----------------------------------------------------------------------------------------------


async def test_curves_show_the_best_point_the_lines_and_how_far_the_job_is() -> None:
    pane = CurvesPane()
    app = Stage(pane)
    async with app.run_test(size=(63, 13)) as pilot:
        pane.show(CURVES, ROW)
        await pilot.pause()
        lines = picture(app)
        assert lines[0].endswith(" step 186 of 300, epoch 2 ━")
        assert lines[1].strip() == "◊ best 0.571 at 120   perhaps rising since, unsure"
        assert any("train 0.450" in line for line in lines)
        assert lines[-1].endswith("200 step")
        await pilot.press("right_square_bracket")
        assert any("train 0.930" in line for line in picture(app))
        await pilot.press("right_square_bracket")
        assert "No learning rates yet." in picture(app)[1]


async def test_one_new_point_repaints_a_few_cells() -> None:
    pane = CurvesPane()
    app = Stage(pane)
    async with app.run_test(size=(63, 13)) as pilot:
        pane.show(CURVES, ROW)
        await pilot.pause()
        repaints = Repaints(pane)
        pane.show(CURVES, ROW)
        assert not repaints.regions
        more = Series((*STEPS, 187), (*CURVES.train_loss.values, 0.46))
        pane.show(replace(CURVES, train_loss=more, seq=2), ROW)
        assert repaints.whole == 0
        assert 0 < len(repaints.lines) <= 5


async def test_the_crosshair_reads_values_and_goes_away() -> None:
    pane = CurvesPane()
    app = Stage(pane)
    async with app.run_test(size=(80, 16)) as pilot:
        pane.show(CURVES, ROW)
        await pilot.press("b")
        assert picture(app)[1].strip().startswith("step 120    train 1.000   valid 0.571   at 120")
        await pilot.press("l", "l", "H", "h")
        assert picture(app)[1].strip().startswith("step 111 ")
        assert "111" in picture(app)[-1]
        await pilot.press("escape")
        assert "best valid" in picture(app)[1]
        await pilot.press("s")
        assert "smoothing high" in picture(app)[1]


async def test_a_job_that_earns_rewards_shows_them_first() -> None:
    """It has no loss to show; the tab chosen for other jobs is theirs again afterwards."""
    pane = CurvesPane()
    app = Stage(pane)
    earned = Series((1, 2, 3), (0.1, 0.3, 0.5))
    part, full = Series((2, 3), (0.2, 0.4)), Series((3,), (0.9,))
    async with app.run_test(size=(60, 14)) as pilot:
        pane.show(CURVES, ROW)
        assert (pane.tabs, pane.tab) == (("Loss", "Accuracy", "Rate"), "Loss")
        for rewards, best in (
            ({"train_reward": earned, "valid_reward": part, "full_valid_reward": full}, "0.400 at step 3"),
            ({"train_reward": earned, "full_valid_reward": full}, "0.900 at step 3"),
        ):
            pane.show(Curves(key=ROW.key, seq=len(rewards), more=rewards), ROW)
            await pilot.pause()
            seen = "\n".join(picture(app))
            assert (pane.tabs, pane.tab) == (("Reward", "Rate"), "Reward")
            assert "reward 0.500" in seen
            assert f"best valid {best}" in seen
        pane.show(replace(CURVES, more=rewards), ROW)
        assert (pane.tabs, pane.tab) == (("Loss", "Accuracy", "Reward", "Rate"), "Loss")
        pane.show(CURVES, ROW)
        assert pane.tab == "Loss"


async def test_a_job_without_measurements_says_so() -> None:
    pane = CurvesPane(glyphs=ASCII)
    app = Stage(pane)
    async with app.run_test(size=(63, 13)) as pilot:
        for row, words in (
            (None, "No job yet."),
            (ROW, "No losses yet."),
            (job(2), "This job sent no losses."),
        ):
            pane.show(None if row is None else Curves(key=row.key), row)
            await pilot.press("h", "b")
            assert words in picture(app)[1]


# --- hostile strings -------------------------------------------------------------------------------------


WIRE = HOSTILE.rstrip("\ud800")
"""pydantic refuses what is no Unicode text, so a lone surrogate never gets this far."""


def hostile_job() -> Job:
    return Job.model_validate(
        {
            "object": WIRE,
            "id": WIRE,
            "status": WIRE,
            "model": WIRE,
            "fine_tuned_model": WIRE,
            "training_file": {"id": WIRE, "filename": WIRE},
            "validation_file": WIRE,
            "result_files": [WIRE],
            "hyperparameters": {WIRE: WIRE},
            "method": {
                "type": WIRE,
                WIRE: {"grader": {"type": WIRE, WIRE: WIRE}, "response_format": {WIRE: WIRE}},
            },
            "organization_id": WIRE,
            "eval_id": WIRE,
            "usage_metrics": {WIRE: WIRE},
            "user_provided_suffix": WIRE,
            "updated_at": 1_700_000_000,
            "metadata": {WIRE: WIRE},
            "integrations": [
                {"type": WIRE, WIRE: {WIRE: WIRE}},
                {"type": "wandb", "settings": {"project": WIRE}},
            ],
            "error": {"code": WIRE, "message": WIRE * 9, "param": WIRE},
        }
    )


EVERY_LABEL = [
    "Job", "Settings", "Grader", "Answer form", "Time", "Permissions", "Metadata", "Weights & B.", "Usage",
    "Created", "Step 1",
]  # fmt: skip


@pytest.mark.parametrize("tab", DetailPane.TABS)
@pytest.mark.parametrize("width", [60, 120])
async def test_detail_cleans_every_string(tab: str, width: int) -> None:
    pane = DetailPane()
    app = Stage(pane)
    row = job(
        1,
        "unknown",
        key=JobKey(1, WIRE),
        profile=WIRE,
        model=WIRE,
        raw_status=WIRE,
        reason=WIRE,
        intent=WIRE,
        fine_tuned_model=WIRE,
    )
    checkpoint = Checkpoint(id=WIRE, step_number=1, metrics={WIRE: 1.0}, fine_tuned_model_checkpoint=WIRE)
    async with app.run_test(size=(width, 50)) as pilot:
        pane.show(
            detail_model(
                row,
                now=NOW,
                job=hostile_job(),
                beside=Beside(
                    files={WIRE: File(id=WIRE, filename=WIRE)},
                    kept={WIRE: WIRE},
                    checkpoints=[checkpoint],
                    seen=[Seen(NOW - 60, None, "running", WIRE), Seen(NOW - 50, None, "running", WIRE + "!")],
                    logged=3,
                    sharing=Sharing([Permission(id=WIRE, project_id=WIRE)]),
                ),
                raw=json.dumps({WIRE: [WIRE]}).encode(),
            )
        )
        pane.restore(Part({"unfolded": EVERY_LABEL}))
        pane.show_tab(tab)
        await pilot.pause()
        assert not strange("".join(picture(app)))
        assert "\x1b]" not in written(app)
        assert any("red" in line for line in picture(app))
