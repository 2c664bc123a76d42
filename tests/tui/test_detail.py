"""The detail pane in depth: values unfold, lead somewhere, are found and copied whole."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from finetop.autos import left_to_provider
from finetop.models import Checkpoint, File, Job, Permission
from finetop.overfit import judge_curves
from finetop.stays import Seen
from finetop.store.rows import Curves, Series
from finetop.text import UNICODE
from finetop.tui.messages import FileWanted, ModelWanted
from finetop.tui.panes.checkpoints import best_of
from finetop.tui.panes.detail import Beside, DetailModel, DetailPane, detail_model
from finetop.tui.panes.detail_page import DetailPage
from finetop.tui.panes.entry import Entry, Fact
from finetop.tui.panes.json_text import Document, json_rows
from finetop.tui.panes.laying import rows_of
from finetop.tui.panes.sharing_facts import Sharing
from finetop.tui.remembered import Part
from finetop.tui.widgets.finding import LineText, matches_in, pattern_of
from finetop.tui.widgets.runs import plain
from stage import NOW, Stage, job, picture

if TYPE_CHECKING:
    from textual.message import Message

RAW: dict[str, Any] = {
    "object": "fine_tuning.job",
    "id": "ftjob-1",
    "status": "succeeded",
    "model": "gpt-4o-mini",
    "fine_tuned_model": "ft:gpt-4o-mini:acme:bot:9aXb",
    "created_at": NOW - 3600,
    "finished_at": NOW - 60,
    "training_file": "file-1",
    "result_files": ["file-9"],
    "method": {"type": "reinforcement", "reinforcement": {
        "hyperparameters": {"n_epochs": 3, "batch_size": "auto", "learning_rate_multiplier": 1.8},
        "grader": {"type": "multi", "name": "all", "graders": {"exact": {"type": "same", "name": "a"}}},
    }},
    "seed": 42,
    "metadata": {"team": "support", "ticket": "FT-112"},
    "integrations": [{"type": "wandb", "wandb": {"project": "bot", "entity": "acme labs", "run_id": "w7"}}],
}  # fmt: skip
ROW = job(
    1, "succeeded", fine_tuned_model=RAW["fine_tuned_model"], started_at=NOW - 3000, ended_at=NOW - 60,
    created_at=NOW - 3600,
)  # fmt: skip
POINTS = [
    Checkpoint(id=f"c-{step}", step_number=step, created_at=NOW, metrics=metrics,
               fine_tuned_model_checkpoint=f"ft:gpt-4o-mini:acme:bot:9aXb:ckpt-step-{step}")
    for step, metrics in ((100, {"train_loss": 0.9, "full_valid_loss": 0.61}),
                          (200, {"train_loss": 0.5, "full_valid_loss": 0.57, "odd_one": 3.0}),
                          (300, {"train_loss": 0.1, "full_valid_loss": 0.70}))
]  # fmt: skip
BESIDE = Beside(
    files={"file-1": File(id="file-1", filename="train.jsonl", size_bytes=1_900_000, purpose="fine-tune")},
    kept={"file-9": "file-9-results.csv"},
    checkpoints=POINTS,
    said=[(NOW - 3600, "Validating training file: file-1"), (NOW - 3500, "moving job to queued state")],
    seen=[Seen(NOW - 3600, None, "checking", "validating_files")],
    autos=frozenset({"n_epochs", "batch_size"}),
    sharing=Sharing(),
)


CHECKED_TWICE = Curves(valid_loss=Series((100, 200), (0.5, 0.6)))


def known(**changes: Any) -> DetailModel:
    given: dict[str, Any] = {
        "job": Job.model_validate(RAW),
        "beside": BESIDE,
        "raw": json.dumps(RAW).encode(),
    }
    return detail_model(ROW, now=NOW, **{**given, **changes})


def page(tab: str = "Overview", *unfolded: str, model: DetailModel | None = None) -> DetailPage:
    made = DetailPage(UNICODE)
    made.model = model or known()
    made.tab = tab
    made.unfolded = set(unfolded)
    return made


def lines(shown: DetailPage, width: int = 90) -> list[str]:
    return [plain(row.runs).rstrip() for row in shown.rows(width)]


def at(shown: DetailPage, words: str) -> int:
    return next(place for place, line in enumerate(lines(shown)) if words in line)


# --- what stands there -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("label", "values"),
    [
        ("Job", ["   name     job-1", "   id       ftjob-1", "   profile  openai"]),
        ("Settings", [
            " Settings     epochs 3 auto  batch auto  lr ×1.8  seed 42",
            "   n_epochs                   3  chosen by the provider, it was left to auto",
            "   batch_size                 auto  what it became was not told",
            "   learning_rate_multiplier   1.8",
        ]),
        ("Grader", ["   graders.exact.type  same", "   graders.exact.name  a"]),
        ("Metadata", [" Metadata     team support   ticket FT-112", "   ticket  FT-112"]),
        ("Weights & B.", ["   link     https://wandb.ai/acme%20labs/bot/runs/w7"]),
        ("Time", [" Time         checked 1 m 40 s, queued 8 m 20 s, trained 49 m", "   checking  "]),
        ("Created", ["   Unix  1795258991"]),
    ],
)  # fmt: skip
def test_an_entry_unfolds_into_its_values(label: str, values: list[str]) -> None:
    folded = lines(page())
    whole = lines(page("Overview", label))
    assert len(whole) > len(folded)
    squeezed = [" ".join(line.split()) for line in whole]
    for line in values:
        assert any(shown.startswith(" ".join(line.split())) for shown in squeezed), line


def test_checkpoints_are_a_table_and_the_best_is_marked() -> None:
    shown = page("Checkpoints")
    assert plain(known().checkpoint_head) == "    STEP    LOSS  FULL VALID"
    assert lines(shown) == [
        "     300   0.100       0.700  ft:gpt-4o-mini:acme:bot:9aXb:ckpt-step-300",
        " ◊   200   0.500       0.570  ft:gpt-4o-mini:acme:bot:9aXb:ckpt-step-200",
        "     100   0.900       0.610  ft:gpt-4o-mini:acme:bot:9aXb:ckpt-step-100",
    ]
    assert "ft:gpt-4o-mi…kpt-step-200" in lines(shown, 56)[1]
    assert "ckpt" not in lines(shown, 40)[1]
    assert lines(shown, 24)[1] == " ◊   200   0.500", "a column that has no room is left out whole"
    assert shown.copied(1) == ("the model of step 200", POINTS[1].fine_tuned_model_checkpoint)
    assert "! the tuned model is that of step 300, not the best" in "\n".join(lines(page()))
    good = "\n".join(lines(page(model=known(beside=Beside(checkpoints=POINTS[:2])))))
    assert "not the best" not in good, "the last one is the best"
    whole = "\n".join(lines(page("Checkpoints", "Step 200"), 60))
    for words in ("odd one          3.000", "not the last", "c-200", "ckpt-step-200"):
        assert words in whole


@pytest.mark.parametrize(
    ("measured", "best"),
    [
        ([{"valid_loss": 0.5}, {"valid_loss": 0.4}], 1),
        ([{"train_reward": 0.5}, {"train_reward": 0.4}], 0),
        ([{"train_loss": 0.1}, {"valid_loss": 0.4}], None),
        ([{"valid_loss": float("nan")}, {"valid_loss": 0.4}, {"valid_loss": 0.6}], 1),
        ([{"valid_loss": 0.4}], None),
        ([], None),
    ],
)
def test_the_best_is_told_only_among_those_measured_alike(
    measured: list[dict[str, float]], best: int | None
) -> None:
    points = [Checkpoint(id=str(place), metrics=metrics) for place, metrics in enumerate(measured)]
    found, _ = best_of(points)
    assert found is (None if best is None else points[best])


def test_the_overfit_watch_names_the_model_to_use() -> None:
    """One line, whose value is the model's name; it says so in place of the line below checkpoints."""
    losses = (2.1, 1.0, 0.62, 0.55, 0.58, 0.66, 0.75, 0.85, 0.97, 1.1)
    turned = Curves(valid_loss=Series(tuple(range(50, 501, 50)), losses), epoch_steps=(250, 500))
    verdict = judge_curves(turned, POINTS)
    model = known(beside=replace(BESIDE, verdict=verdict))
    shown = page("Overview", "Validation", model=model)
    squeezed = [" ".join(line.split()) for line in lines(shown)[at(shown, "Validation") :]]
    assert squeezed[:5] == [
        "Validation ! rising since step 200, sure; use checkpoint 200",
        "model ft:gpt-4o-mini:acme:bot:9aXb:ckpt-step-200",
        "why sure: validation loss rose from 0.550 to 1.100 in 6 checks",
        "best 0.550 at step 200, in epoch 1",
        "now 1.100",
    ]
    assert shown.copied(at(shown, "Validation")) == (
        "the best checkpoint",
        "ft:gpt-4o-mini:acme:bot:9aXb:ckpt-step-200",
    )
    assert not any("not the best" in line for line in lines(shown))
    assert any("not the best" in line for line in lines(page()))
    doubtful = known(beside=replace(BESIDE, verdict=judge_curves(CHECKED_TWICE, POINTS)))
    assert "perhaps rising since step 100, unsure" in "\n".join(lines(page(model=doubtful)))


def test_files_tell_everything_and_where_they_are_kept() -> None:
    whole = "\n".join(lines(page("Files")))
    for words in (
        " Training     train.jsonl  1.9 MB",
        "bytes      1,900,000",
        "purpose    fine-tune",
        "file-9-results.csv",
    ):
        assert words in whole


def test_a_failed_job_tells_its_likely_cause_and_what_to_do() -> None:
    row = ROW._replace(status="failed", reason="line 3 has no assistant message")
    told = detail_model(row, now=NOW).overview
    cause = next(entry for entry in told if entry.label == "Likely cause")
    assert cause.value.startswith("An example ends without an answer to learn from. Each conversation needs")
    dull = detail_model(row._replace(reason="The job failed."), now=NOW).overview
    assert not any(entry.label == "Likely cause" for entry in dull), "nothing is made up"


@pytest.mark.parametrize(
    ("sharing", "words", "means"),
    [
        (Sharing(), "enter asks who may use it", "follow"),
        (Sharing(is_asked=True), "asking the provider", ""),
        (Sharing(problem="the key may not."), "the key may not.", "follow"),
        (Sharing([]), "no other project may use it", "follow"),
        (Sharing([Permission(id="cp_1", project_id="proj_2")]), "proj_2", "unfold"),
    ],
)
def test_who_may_use_the_model_is_asked_when_somebody_wants_to_know(
    sharing: Sharing, words: str, means: str
) -> None:
    shown = page(model=known(beside=Beside(sharing=sharing)))
    place = at(shown, "Permissions")
    assert words in lines(shown)[place]
    assert shown.enter_means(place) == means


def test_what_our_own_create_left_out_was_auto() -> None:
    request = json.dumps({"draft": {}, "request": {"hyperparameters": {"n_epochs": 3, "beta": "auto"}}})
    settings: dict[str, Any] = {"n_epochs": 3, "batch_size": 8, "beta": 0.1}
    assert left_to_provider(request, settings) == {"batch_size", "beta"}
    assert left_to_provider('{"request": null}', settings) == frozenset()
    assert left_to_provider("?", settings) == frozenset()


# --- lines -----------------------------------------------------------------------------------------------


def test_nothing_is_cut_and_what_is_wrapped_is_found_whole() -> None:
    sentence = (
        "a sentence that is far too long for so narrow a pane, and a_word_that_is_longer_than_any_line_of_it"
    )
    entry = Entry("Label", ((sentence, "text"),), facts=(Fact("name-" * 12, ((sentence, "text"),)),))
    rows = rows_of([entry], 34, UNICODE, lambda _: True)
    assert all(len(plain(row.runs)) < 34 for row in rows)
    texts = [LineText(plain(row.runs), row.begins, row.glue) for row in rows]
    for words in (sentence, "name-" * 12):
        found = matches_in(texts, pattern_of(words))
        assert found, words
        assert "".join(texts[span.line].words[span.start : span.end] for span in found[0]).replace(
            " ", ""
        ) == (words.replace(" ", ""))


def test_what_nobody_saw_is_not_counted() -> None:
    row = job(1, "paused", created_at=NOW - 9_000)
    seen = [Seen(NOW - 7_000, None, "running", "running"), Seen(NOW - 600, NOW - 5_000, "paused", "paused")]
    told = detail_model(row, now=NOW, beside=Beside(seen=seen)).overview
    time = next(entry for entry in told if entry.label == "Time")
    assert plain(time.runs).strip() == "created 2 h ago, trained at least 1 h 46 m, paused at least 10 m"
    assert [fact.label for fact in time.facts] == ["not known", "running", "paused"]
    assert [plain(fact.runs).split("m  ")[-1].split("  ")[-1] for fact in time.facts] == [
        "before it was first looked at",
        "seen here",
        "seen here, after 1 h 13 m without a look",
    ]


def test_a_program_stands_as_it_is_written() -> None:
    source = "def grade(sample, item):\n    return 1.0 if sample else 0.0\n"
    grader = {"type": "python", "name": "mine", "source": source, "image": {"type": "a", "b": [1]}}
    raw = {**RAW, "method": {"type": "reinforcement", "reinforcement": {"grader": grader}}}
    shown = page("Overview", "Grader", model=known(job=Job.model_validate(raw)))
    assert " Grader       python  mine  source def grade(sample, item):" in "\n".join(lines(shown))
    place = at(shown, "   source ")
    assert lines(shown)[place + 1].endswith("     return 1.0 if sample else 0.0")
    assert shown.copied(place) == ("the value of source", source)
    assert all(len(plain(row.runs)) < 40 for row in shown.rows(40))


def test_a_step_and_its_loss_stay_together() -> None:
    at_least = Entry(
        "Checkpoints", tuple((f"   {step}", "text") for step in ("60  0.682", "120  0.542", "180  0.577"))
    )
    rows = rows_of([at_least], 36, UNICODE, lambda _: False)
    assert [plain(row.runs).split() for row in rows] == [
        ["Checkpoints", "60", "0.682"],
        ["120", "0.542"],
        ["180", "0.577"],
    ]


def test_an_answer_is_laid_out_folded_and_copied() -> None:
    document = Document(json.dumps({"id": "a", "n": [1, None, {"deep": "é\n"}], "empty": {}}))
    found = document.lines()
    assert [" " * 2 * line.depth + plain(line.runs) for line in found] == [
        "{",
        '  "id": "a",',
        '  "n": [',
        "    1,",
        "    null,",
        "    {",
        '      "deep": "é\\n"',
        "    }",
        "  ],",
        '  "empty": {}',
        "}",
    ]
    assert document.at(("id",)) == "a"
    assert document.at(("n", 2)) == '{\n  "deep": "é\\n"\n}'
    roles = {role for line in found for _, role in line.runs}
    assert roles == {"faint", "muted", "text", "bright"}
    folded = document.lines({("n",)})
    assert [plain(line.runs) for line in folded] == ["{", '"id": "a",', '"n": [ 3 ],', '"empty": {}', "}"]
    narrow = json_rows(Document(json.dumps({"k": "x" * 50})).lines(), 24)
    pieces = [plain(row.runs) for row in narrow[1:-1]]
    assert pieces[:2] == ['   "k": "' + "x" * 12, "     " + "x" * 18]
    assert "".join(piece.strip() for piece in pieces) == '"k": "' + "x" * 50 + '"'


def test_a_text_without_end_is_cut_as_fast_as_a_short_one_and_not_all_that_is_found_is_counted() -> None:
    words = "é" * 300_000  # what is cut off again and again takes minutes here
    rows = json_rows(Document(json.dumps(words)).lines(), 80)
    assert "".join(plain(row.runs).strip() for row in rows) == f'"{words}"'
    fact = Fact("Words", ((words, "text"),))
    entry = Entry("Words", ((words, "text"),), words, (fact, fact._replace(lines=(words,))))
    rows = rows_of([entry], 80, UNICODE, lambda _: True)
    assert sum(plain(row.runs).count("é") for row in rows) == 3 * len(words)
    found = matches_in((LineText(plain(row.runs)) for row in rows), pattern_of("é"))
    assert len(found) == 10_000


def test_an_answer_that_holds_a_key_does_not_show_it() -> None:
    sent = {
        "integrations": [{"wandb": {"api_key": "w-1", "project": "bot"}}],
        "trained_tokens": 9,
        "secret": None,
    }
    document = Document(json.dumps(sent))
    shown = "".join(plain(line.runs) for line in document.lines()) + document.at(())
    assert "w-1" not in shown
    assert '"api_key": "***","project": "bot"' in shown
    assert '"trained_tokens": 9' in shown
    assert '"secret": null' in shown


@pytest.mark.parametrize(
    ("raw", "first"),
    [
        (b"<html>\xff\x1b[1m</html>", "<html>�</html>"),
        (b"[" * 100_000, "[" * 40),
        (b"null", "null"),
        (b"", None),
    ],
)
def test_an_answer_that_is_no_json_is_shown_as_it_is(raw: bytes, first: str | None) -> None:
    found = Document(raw).lines()
    assert (plain(found[0].runs)[:40] if found else None) == first


def test_the_cursor_goes_from_value_to_value_and_through_one_that_is_too_high() -> None:
    long = "word " * 60
    entries = (Entry("A", (("a", "text"),)), Entry("B", ((long, "text"),)), Entry("C", (("c", "text"),)))
    shown = page(model=replace(known(), overview=entries))
    assert len(shown.rows(40)) == 14
    assert [shown.beside(at, 1, 20) for at in (0, 1, 5, 13)] == [1, 13, 13, 13]
    assert [shown.beside(at, -1, 20) for at in (13, 5, 1, 0)] == [1, 0, 0, 0]
    assert [shown.beside(at, 1, 6) for at in (0, 1, 12)] == [1, 2, 13]
    assert [shown.beside(at, -1, 6) for at in (13, 5, 1)] == [12, 4, 0]


# --- the pane --------------------------------------------------------------------------------------------


class Heard(DetailPane):
    """Keeps what it says to the screen."""

    heard: list[Message]

    def post_message(self, message: Message) -> bool:
        """As it is said."""
        if isinstance(message, FileWanted | ModelWanted | DetailPane.PermissionsWanted):
            self.heard.append(message)
        return super().post_message(message)


async def test_the_keys_of_the_detail() -> None:
    pane = Heard()
    pane.heard = []
    app = Stage(pane)
    async with app.run_test(size=(90, 30)) as pilot:
        pane.show(known())

        async def go(words: str) -> None:
            pane.move_to(
                next(place for place in range(pane.cursor_count()) if words in pane.line_text(place).words)
            )
            await pilot.pause()

        def bound() -> str:
            active = app.screen.active_bindings["enter"]
            return active.binding.description if active.enabled else ""

        await go("Settings")
        assert bound() == "Unfold"
        await pilot.press("enter", "j", "j")
        assert pane.copies()[0] == ("the value of batch_size", "auto")
        assert picture(app)[1 + pane.cursor].startswith("▌  batch_size")
        pane.show(known(beside=Beside()))
        await pilot.pause()
        assert pane.copies()[0][0] == "the value of batch_size", (
            "the cursor stays on its value when lines above it go"
        )
        pane.show(known())
        assert bound() == "Fold"
        await pilot.press("enter")
        assert pane.copies()[0][0] == "the settings"
        assert bound() == "Unfold"

        await go("train.jsonl")
        assert bound() == "Open"
        await pilot.press("enter")
        await go("Tuned model")
        await pilot.press("enter")
        await go("Permissions")
        await pilot.press("enter")
        wanted = [vars(message) for message in pane.heard]
        assert wanted[0]["file"].filename == "train.jsonl"
        assert wanted[1]["model"] == wanted[2]["model"] == RAW["fine_tuned_model"]

        await go("Weights & B.")
        await pilot.press("enter")
        await go("   link")
        assert pane.links()[0].url == "https://wandb.ai/acme%20labs/bot/runs/w7"

        assert pane.find("graders.exact.type")
        assert "graders.exact.type" in picture(app)[1 + pane.cursor - pane.top], "a fold opens for it"
        await pilot.press("escape")
        assert not any("graders.exact" in line for line in picture(app))

        await go("Checkpoints")
        await pilot.press("enter")
        assert pane.tab == "Checkpoints"
        assert picture(app)[1].split() == ["STEP", "LOSS", "FULL", "VALID", "NAME"]
        await pilot.click(pane, offset=(6, 3))
        assert pane.copies()[0].text == POINTS[1].fine_tuned_model_checkpoint

        kept = pane.state()
        await pilot.press("right_square_bracket", "right_square_bracket")
        await go('"metadata"')
        assert json.loads(pane.copies()[0].text) == RAW["metadata"]
        await pilot.press("enter")
        assert '"metadata": { 2 },' in "\n".join(picture(app))
        assert pane.find("FT-112"), "also in what is folded"

        await pilot.press("escape")
        await app.run_action("fold_all", pane)
        assert [line for line in picture(app)[1:] if line.endswith(" },")] == [
            '   "method": { 2 },',
            '   "metadata": { 2 },',
        ]
        pane.show_tab("Overview")
        await app.run_action("unfold_all", pane)
        assert len(pane.state()["unfolded"]) >= 6

        pane.restore(Part({**kept, "unfolded": ["Time", 3]}))
        assert (pane.tab, pane.state()["unfolded"]) == ("Checkpoints", ["Time"])


async def test_a_long_answer_is_laid_out_without_holding_the_screen_up() -> None:
    pane = DetailPane()
    app = Stage(pane)
    async with app.run_test(size=(60, 8)) as pilot:
        raw = json.dumps({"words": ["x" * 90] * 3_000, "end": 1}).encode()
        pane.show(known(raw=raw))
        pane.show_tab("JSON")
        assert "Laying out 0.3 MB." in "\n".join(picture(app)) or pane.cursor_count()
        for _ in range(500):
            await pilot.pause(0.01)
            if pane.cursor_count():
                break
        await pilot.press("G", "k")
        assert pane.copies() == (("the value of end", "1"),)
        other = json.dumps({"words": ["z" * 90] * 3_000}).encode()
        pane.show(known(raw=other), top=True)
        assert "x" * 50 not in "\n".join(picture(app))
