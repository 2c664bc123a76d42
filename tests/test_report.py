"""What a report says, and what it must never say."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finetop.dossier import Dossier
from finetop.errors import BadInput
from finetop.models import Checkpoint, File, Job
from finetop.report import html, markdown, plain
from finetop.report.assembling import report
from finetop.report.blocks import Facts, Picture, Report, Section, Table, Words
from finetop.report.leaving_out import KINDS, LeavingOut, pair, understood, without_secrets
from finetop.report.writing import FORMATS, IsThere, format_of, place, plain_name, written
from finetop.stays import stays
from finetop.store import Curves, JobKey, JobRow, Series
from stage import HOSTILE

NAMES = ("secretive-bot", "acme-corp", "our-tickets.jsonl", "prod-account")
IDS = ("ftjob-77abc", "file-77train", "ckpt-77one")
TUNED = "ft:gpt-4o-mini:acme-corp:secretive-bot:77abc"


def known(**more: Any) -> Dossier:
    """A job with everything in it that somebody may want to leave out."""
    said = f"{NAMES[2]} of {IDS[0]} by {NAMES[1]} is no good; the key sk-proj-0123456789abcdefghij was used"
    body = {
        "id": IDS[0],
        "object": "fine_tuning.job",
        "status": "failed",
        "model": "gpt-4o-mini",
        "fine_tuned_model": TUNED,
        "organization_id": NAMES[1],
        "created_at": 1000,
        "finished_at": 4600,
        "training_file": IDS[1],
        "suffix": NAMES[0],
        "error": {"code": "bad", "message": said},
        "hyperparameters": {"n_epochs": 3, "batch_size": 8},
        "metadata": {"team": "blue-team", "api_key": "whatever-it-is"},
        **more,
    }
    job = Job.model_validate(body).model_copy(update={"cost": 3.21, "currency": "EUR"})
    steps = tuple(range(1, 41))
    valid = Series(steps[4::5], (0.9, 0.8, 0.7, 0.75, 0.8, 0.9, 1.0, 1.1))
    curves = Curves(
        train_loss=Series(steps, tuple(1 / step for step in steps)), valid_loss=valid, epoch_steps=(10, 20)
    )
    row = JobRow(
        JobKey(1, IDS[0]), 1, NAMES[3], "failed", "failed", NAMES[0], "gpt-4o-mini", "sft", 1000.0, 1060.0,
        4600.0, 40, 40, fine_tuned_model=TUNED, reason=said,
    )  # fmt: skip
    point = Checkpoint.model_validate(
        {"id": IDS[2], "step_number": 15, "fine_tuned_model_checkpoint": f"{TUNED}:ckpt-step-15"}
    )
    file = File(id=IDS[1], filename=NAMES[2], size_bytes=4_668)
    states = stays("failed", created_at=1000.0, started_at=1060.0, ended_at=4600.0)
    return Dossier(
        row, job, curves, (point,), {IDS[1]: file}, {IDS[1]: "ab" * 32}, frozenset({"n_epochs"}), states
    )


@pytest.mark.parametrize("kind", FORMATS)
def test_a_report_holds_what_matters(kind: str) -> None:
    """The data by their hashes, the settings and who chose them, the checkpoint to use, price and times."""
    said = written(report([known()]), kind)
    assert said == written(report([known()]), kind), "the same bytes for the same data"
    said = " ".join(said.split())  # plain text is wrapped
    for words in (
        "secretive-bot", IDS[0], "ab" * 32, "4,668 bytes", "chosen by the provider", "3.21 EUR", "blue-team",
        "1970-01-01 00:16:40 UTC", "59 m", "As of 1970-01-01 01:16:40 UTC", f"{TUNED}:ckpt-step-15",
        "the one to use", "Nothing was left out.",
    ):  # fmt: skip
        assert words in said, words
    assert "validation loss rose from 0.700 to 1.100" in said
    for secret in ("sk-proj-0123456789abcdefghij", "whatever-it-is"):
        assert secret not in said


@pytest.mark.parametrize("kind", FORMATS)
@given(kinds=st.sets(st.sampled_from([*KINDS])))
def test_what_is_left_out_is_nowhere(kind: str, kinds: set[str]) -> None:
    """Not even in what others wrote; and all else stays."""
    said = written(report([known(), known()], kinds), kind)
    hidden = {
        "names": (*NAMES, TUNED),
        "ids": (*IDS, TUNED),
        "metadata": ("blue-team", "team"),
        "messages": ("is no good",),
        "prices": ("3.21",),
    }
    for name, words in hidden.items():
        for word in words:
            assert (re.search(rf"(?<!\w){re.escape(word)}(?!\w)", said) is None) or name not in kinds, word
    assert ("blue-team" in said) == ("metadata" not in kinds)
    assert ("is no good" in said) == ("messages" not in kinds)
    assert "ab" * 32 in said
    assert "gpt-4o-mini" in said


def test_names_of_what_can_be_left_out() -> None:
    assert understood(["names, ids", "prices"]) == {"names", "ids", "prices"}
    assert understood(["nothing"]) == understood([]) == frozenset()
    with pytest.raises(BadInput, match="cannot leave out 'price'"):
        understood(["price"])


@pytest.mark.parametrize(
    ("words", "hidden"),
    [
        ("key sk-abcdefghijklmnopqrst.", "key ***."),
        ("Authorization: Bearer abc.def.ghi.jkl", "Authorization: ***"),
        ("https://me:pass@host/v1", "https://***@host/v1"),
        ("hf_abcdefghijklmnopqrstuvwxyz", "***"),
        ("ftjob-abcdefghijklmnopqrst", "ftjob-abcdefghijklmnopqrst"),
        ("a" * 64, "a" * 64),
    ],
)
def test_what_looks_like_a_key_is_hidden(words: str, hidden: str) -> None:
    assert without_secrets(words) == hidden
    assert pair("OPENAI_API_KEY", "anything") == "***"
    assert pair("team", "blue") == "blue"


def test_a_base_model_that_was_tuned_tells_only_what_from() -> None:
    out = LeavingOut(frozenset({"names"}))
    assert out.base(TUNED) == "ft:gpt-4o-mini"
    assert out.base("curie:ft-acme-2022-10-28") == "curie"
    assert LeavingOut().base(TUNED) == TUNED


class Page(HTMLParser):
    """What a browser makes of a page: its tags, and the text between them."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def made_of(words: str) -> Report:
    """A report that holds these words wherever words can be."""
    blocks = (
        Words(words),
        Facts(((words, words),)),
        Table((words, words), ((words, words),), frozenset({1})),
        Picture(words, ("a curve",), "<svg></svg>", words),
    )
    return Report(words, (words,), (Section(words, blocks),), words)


@given(words=st.text() | st.sampled_from([HOSTILE, "<script>alert(1)</script>", '"><img src=x onerror=1>']))
def test_nobodys_words_become_markup(words: str) -> None:
    """A page has the tags that we wrote, whatever jobs are called, and asks for nothing elsewhere."""
    plain_page, page = Page(html.written(made_of("words"))), Page(html.written(made_of(words)))
    assert page.tags == plain_page.tags
    for _, attributes in page.tags:
        assert not {"src", "href", "onload", "onerror"} & attributes.keys()
    assert all(line.isprintable() for line in plain.written(made_of(words)).split("\n"))


def test_nobodys_names_become_markup_in_a_whole_report() -> None:
    """Jobs, files, settings, pairs and series may be called anything."""
    evil = f"<script>alert('{HOSTILE}')</script>\"&]]>"
    one = known(hyperparameters={evil: evil}, metadata={evil: evil})
    hostile = replace(
        one,
        row=one.row._replace(name=evil, model=evil, fine_tuned_model=evil),
        files={IDS[1]: File(id=IDS[1], filename=evil)},
        curves=replace(one.curves, more={evil: Series((1, 2), (1.0, 2.0))}),
    )
    page = Page(written(report([hostile, one]), "html"))
    assert {tag for tag, _ in page.tags} <= {tag for tag, _ in Page(written(report([one, one]), "html")).tags}
    assert not re.search(r"(?<!\\)<", written(report([hostile]), "md"))
    charts = re.findall(
        r"<svg xmlns.*?\n</svg>(?=\n</figure>)", written(report([hostile]), "html"), re.DOTALL
    )
    assert len(charts) == 2
    for chart in charts:
        ET.fromstring(chart)


@pytest.mark.parametrize(
    ("words", "written_as"),
    [
        ("a_b gpt_4o", "a_b gpt_4o"),
        ("_a_ *b* `c`", "\\_a\\_ \\*b\\* \\`c\\`"),
        ("<b> a|b ~~c~~", "\\<b\\> a\\|b \\~\\~c\\~\\~"),
        ("# head", "\\# head"),
        ("1. one", "1\\. one"),
        ("- point", "\\- point"),
        ("$1.84", "\\$1.84"),
        ("[a](http://b)", "\\[a\\](http://b)"),
        ("two\nlines", "two lines"),
    ],
)
def test_markdown_shows_words_as_they_are(words: str, written_as: str) -> None:
    assert markdown.escaped(words) == written_as


def test_a_fence_holds_whatever_is_in_it() -> None:
    picture = Picture("Loss", ("``` and ````",), "")
    lines = markdown.written(Report("t", (), (Section("s", (picture,)),), "e")).splitlines()
    assert lines.count("`````text") == 1
    assert lines.count("`````") == 1


def test_a_file_is_written_whole_and_never_over_another_unasked(tmp_path: Any) -> None:
    path = tmp_path / "r.md"
    assert place(path, "one", replace=False).read_text() == "one"
    with pytest.raises(IsThere, match="is there already"):
        place(path, "two", replace=False)
    assert place(path, "two", replace=True).read_text() == "two"
    assert [*tmp_path.iterdir()] == [path]
    for wrong, said in ((tmp_path, "is a folder"), (tmp_path / "no" / "r.md", "cannot be written")):
        with pytest.raises(BadInput, match=said):
            place(wrong, "x", replace=True)


def test_endings_tell_how() -> None:
    endings = ("a.md", "a.HTML", "b/c.txt", "a.markdown", "a.htm")
    assert [format_of(path) for path in endings] == ["md", "html", "txt", "md", "html"]
    for path in ("a", "a.pdf", ".md"):
        with pytest.raises(BadInput, match="does not tell how"):
            format_of(path)
    assert plain_name("../a b:c") == "a-b-c"
    assert plain_name("…") == "job"
