"""What reward an answer gets, and which graders are refused."""

from __future__ import annotations

import math
from difflib import SequenceMatcher
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finetop.server.graders import GraderError, judged
from finetop.server.graders.formulas import Formula, FormulaError
from finetop.server.graders.similarity import MEASURES, longest_common

ITEM = {"label": "Paris", "deep": {"list": ["a", 7]}, "none": None}


def check(
    operation: str = "eq", text: str = "{{sample.output_text}}", reference: str = "{{item.label}}"
) -> Any:
    """A string_check grader as the API describes it."""
    return {
        "type": "string_check",
        "name": "exact",
        "input": text,
        "reference": reference,
        "operation": operation,
    }


def alike(metric: str = "fuzzy_match") -> Any:
    """A text_similarity grader as the API describes it."""
    return {
        "type": "text_similarity",
        "name": "close",
        "input": "{{sample.output_text}}",
        "reference": "{{item.label}}",
        "evaluation_metric": metric,
    }


def multi(formula: str, graders: Any = None) -> Any:
    """A multi grader over one of each kind."""
    parts = {"exact": check(), "close": alike()} if graders is None else graders
    return {"type": "multi", "name": "both", "graders": parts, "calculate_output": formula}


@pytest.mark.parametrize(
    ("operation", "answer", "reward"),
    [
        ("eq", "Paris", 1),
        ("eq", "paris", 0),
        ("ne", "Paris", 0),
        ("ne", "London", 1),
        ("like", "It is Paris.", 1),
        ("like", "It is PARIS.", 0),
        ("ilike", "It is PARIS.", 1),
        ("ilike", "Par", 0),
    ],
)
def test_a_string_check_compares(operation: str, answer: str, reward: float) -> None:
    """Exactly, or by what the answer holds."""
    assert judged(check(operation)).score(answer, ITEM) == reward


@pytest.mark.parametrize(
    ("template", "answer", "filled"),
    [
        ("{{item.label}}", "", "Paris"),
        ("<{{ item.label }}|{{ sample.output_text }}>", "x", "<Paris|x>"),
        ("{{item.deep.list.1}}", "", "7"),
        ("{{item.deep}}", "", '{"list": ["a", 7]}'),
        ("{{item.none}}", "", "null"),
        ("{{sample.output_json.a.b}}", '{"a": {"b": "c"}}', "c"),
        ("{{sample.output_json}}", " [1]", "[1]"),
        ("no {place}", "", "no {place}"),
        ("{{item.label}}{{item.label}}", "", "ParisParis"),
    ],
)
def test_a_template_is_filled_in(template: str, answer: str, filled: str) -> None:
    """From the item and from the answer, which may hold braces of its own."""
    assert judged(check("eq", template, "x")).graded(answer, ITEM).errors == frozenset()
    item = {**ITEM, "wanted": filled}
    assert judged(check("eq", template, "{{item.wanted}}")).score(answer, item) == 1


@pytest.mark.parametrize(
    ("template", "answer", "flag"),
    [
        ("{{item.nothing}}", "", "invalid_variable_error"),
        ("{{item.deep.list.2}}", "", "invalid_variable_error"),
        ("{{item.label.x}}", "", "invalid_variable_error"),
        ("{{sample.output_json.x}}", "{}", "invalid_variable_error"),
        ("{{sample.output_json.x}}", "no JSON", "sample_parse_error"),
        ("{{sample.output_json.x}}", "[" * 100_000, "sample_parse_error"),
    ],
)
def test_what_cannot_be_filled_in_earns_nothing(template: str, answer: str, flag: str) -> None:
    """And says why; it is the answer's fault, not the grader's."""
    graded = judged(check("ne", template, "x")).graded(answer, ITEM)
    assert (graded.reward, graded.errors) == (0, frozenset({flag}))


@pytest.mark.parametrize(
    ("metric", "answer", "reference", "reward"),
    [
        ("fuzzy_match", "abcd", "abxd", 0.75),
        ("fuzzy_match", "", "", 1),
        ("fuzzy_match", "", "a", 0),
        ("bleu", "the cat sat on the mat", "the cat sat on the mat", 1),
        ("bleu", "the cat", "the cat sat on", math.exp(1 - 4 / 2)),
        ("bleu", "dog", "the cat", 0),
        ("gleu", "the cat sat", "the cat ran", 3 / 6),
        ("gleu", "", "x", 0),
        ("meteor", "the cat sat", "the cat sat", 1),
        ("meteor", "sat cat the", "the cat sat", 0.5),
        ("meteor", "dog", "cat", 0),
        ("rouge_1", "The cat sat", "the dog sat", 2 / 3),
        ("rouge_2", "a b c d", "a b x d", 1 / 3),
        ("rouge_5", "a b c", "a b c", 0),
        ("rouge_l", "a x b y c", "a b c", 2 * 3 / 8),
    ],
)
def test_a_measure_says_how_alike_two_texts_are(
    metric: str, answer: str, reference: str, reward: float
) -> None:
    """Worked out by hand."""
    grader = judged(alike(metric))
    assert grader.score(answer, {"label": reference}) == pytest.approx(reward)


@given(st.sampled_from(sorted(MEASURES)), st.text(max_size=30), st.text(max_size=30))
def test_every_measure_stays_between_0_and_1(metric: str, one: str, other: str) -> None:
    """Whatever the texts, and nothing is less like itself than like another text."""
    score = MEASURES[metric](one, other)
    assert 0 <= score <= 1
    assert MEASURES[metric](one, one) >= score - 1e-9


@given(st.text("abc", max_size=12), st.text("abc", max_size=12))
def test_the_longest_common_sequence_is_at_least_what_difflib_finds(one: str, other: str) -> None:
    """And never longer than the shorter text, and the same from both sides."""
    length = longest_common(one, other)
    blocks = SequenceMatcher(None, one, other, autojunk=False).get_matching_blocks()
    assert sum(block.size for block in blocks) <= length <= min(len(one), len(other))
    assert length == longest_common(other, one)


def test_a_text_without_end_is_compared_by_its_beginning() -> None:
    """And the answer says that it was cut."""
    for metric in MEASURES:
        graded = judged(alike(metric)).graded("a " * 100_000, {"label": "a " * 100_000})
        assert graded.errors == {"truncated_observation_error"}
        assert graded.reward > 0.9


@pytest.mark.parametrize(
    ("formula", "reward"),
    [
        ("exact", 0.0),
        ("close", 0.8),
        ("0.5 * exact + 0.5 * close", 0.4),
        ("0.5 * text_similarity_score - string_check_score", 0.4),
        ("max(exact, close, 0.9)", 0.9),
        ("floor(close) + ceil(close) + abs(-2)", 3.0),
        ("exp(exact) + log(1) + sqrt(4)", 3.0),
        ("-close / 2", -0.4),
    ],
)
def test_a_multi_grader_reckons(formula: str, reward: float) -> None:
    """With names, numbers and a few functions; each part's reward is told too."""
    graded = judged(multi(formula)).graded("Parix", ITEM)
    assert graded.reward == pytest.approx(reward)
    assert graded.sub_rewards == {"exact": 0.0, "close": pytest.approx(0.8)}


def test_the_parts_of_a_multi_grader_may_come_in_three_shapes() -> None:
    """A map of names, a list, or the single one of the published schema."""
    assert judged(multi("a_b", {"a b": check()})).score("Paris", ITEM) == 1
    assert judged(multi("exact + close", [check(), alike()])).score("Paris", ITEM) == 2
    assert judged(multi("2 * exact", check())).score("Paris", ITEM) == 2


@pytest.mark.parametrize(
    "formula", ["1 / exact", "log(exact)", "exp(1000)", "exp(700) * exp(700)", "sqrt(-1)"]
)
def test_a_formula_without_an_outcome_earns_nothing(formula: str) -> None:
    """The flag says that it went wrong."""
    graded = judged(multi(formula)).graded("x", ITEM)
    assert (graded.reward, graded.errors) == (0, frozenset({"other_error"}))


@pytest.mark.parametrize(
    "formula",
    [
        "",
        "exact +",
        "exact)",
        "other",
        "exact ** 2",
        "exact % 2",
        "exact if close else 1",
        "[exact]",
        "exact.real",
        "exact()",
        "open(exact)",
        "abs(exact, close)",
        "min()",
        "max(*exact)",
        "max(exact, key=close)",
        "'text'",
        "True",
        "1j",
        "1e400",
        "9" * 900,
        "(" * 500 + "exact" + ")" * 500,
        "-" * 900 + "exact",
        "exact" + "+1" * 400,
        "exact" + " " * 2000,
        "exact\0",
        "__import__('os').system('true')",
        "(lambda: 1)()",
        "(exact := 2)",
        "f'{exact}'",
        "exact\nclose",
    ],
)
def test_a_formula_is_only_arithmetic(formula: str) -> None:
    """Anything else is refused before it is looked at again."""
    with pytest.raises(GraderError) as refused:
        judged(multi(formula))
    assert (refused.value.param, refused.value.code) == ("grader.calculate_output", "invalid_formula")


@given(st.text("exact+-*/(), 0123456789.e\nmin", max_size=20))
def test_any_text_is_a_formula_or_refused(text: str) -> None:
    """And has an outcome or an arithmetic error."""
    try:
        value = Formula(text, {"exact"}).value({"exact": 0.5})
    except (FormulaError, ArithmeticError, ValueError):
        return
    assert math.isfinite(value)


@pytest.mark.parametrize(
    ("value", "param"),
    [
        (None, "g"),
        ([], "g"),
        ({}, "g.type"),
        ({"type": "other"}, "g.type"),
        ({"type": ["multi"]}, "g.type"),
        ({"type": "python", "name": "p", "source": "def grade(sample, item): return 1"}, "g.type"),
        ({"type": "score_model", "name": "s", "model": "m", "input": []}, "g.type"),
        ({"type": "label_model"}, "g.type"),
        ({**check(), "name": 5}, "g.name"),
        ({**check(), "name": ""}, "g.name"),
        ({**check(), "name": "n" * 257}, "g.name"),
        ({**check(), "operation": "is"}, "g.operation"),
        ({**check(), "operation": ["eq"]}, "g.operation"),
        ({**check(), "input": None}, "g.input"),
        (check("eq", "{{other.x}}"), "g.input"),
        (check("eq", "{{item}}"), "g.input"),
        (check("eq", "{{}}"), "g.input"),
        (check("eq", "x", "{{sample.output_tools}}"), "g.reference"),
        (alike("cosine"), "g.evaluation_metric"),
        (alike("rouge_6"), "g.evaluation_metric"),
        (multi("exact", {}), "g.graders"),
        (multi("exact", None) | {"graders": None}, "g.graders"),
        (multi("exact", [check(), check()]), "g.graders"),
        (multi("exact", {str(number): check() for number in range(17)}), "g.graders"),
        (multi("exact", {"exact": multi("exact")}), "g.graders.exact.type"),
        (multi("exact", {"exact": {"type": "label_model"}}), "g.graders.exact.type"),
        (multi("exact", [alike("bad")]), "g.graders[0].evaluation_metric"),
        (multi("exact") | {"calculate_output": None}, "g.calculate_output"),
    ],
)
def test_a_grader_that_will_not_do_names_its_place(value: Any, param: str) -> None:
    """With a sentence that says what would do."""
    with pytest.raises(GraderError) as refused:
        judged(value, "g")
    assert refused.value.param == param
    assert refused.value.message
