"""The tiny network learns by the right gradient, and the same from the same."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from finetop.server.trainers import CannotTrainError
from finetop.server.trainers.data import Message
from finetop.server.trainers.tiny.adam import Adam
from finetop.server.trainers.tiny.batches import LARGEST_PIECE, Corpus, order_of_epoch, small_part
from finetop.server.trainers.tiny.encode import (
    ASSISTANT,
    CONTEXT,
    END,
    PAD,
    SYSTEM,
    USER,
    answers,
    context,
    prompt_bag,
)
from finetop.server.trainers.tiny.network import Gradient, Network
from finetop.server.trainers.tiny.plan import BASE_RATE, Plan
from finetop.server.trainers.tiny.sample import Reply, reply
from finetop.server.trainers.tiny.weights import load_network, save_arrays

if TYPE_CHECKING:
    from pathlib import Path

LAKE = (Message("user", "How long is the lake?"), Message("assistant", "Nine miles.", trained=True))
BOAT = (
    Message("system", "Answer in one word."),
    Message("user", "What floats on it?"),
    Message("assistant", "Boats.", trained=True),
    Message("user", "And how many of them?"),
    Message("assistant", "Twelve.", trained=True),
)
RIVER = (
    Message("user", "Which river?"),
    Message("assistant", "The old one.", trained=False),
    Message("user", "Which river leaves the lake in the north?"),
    Message("assistant", "The Tarn, past the mill.", trained=True),
)
EXAMPLES = [LAKE, BOAT, RIVER]


def loss_of(network: Network, corpus: Corpus, examples: list[int]) -> float:
    measured = [network.measure(piece) for piece in corpus.pieces(examples)]
    return sum(piece.loss for piece in measured) / sum(piece.rows for piece in measured)


def gradient_of(network: Network, corpus: Corpus, examples: list[int]) -> Gradient:
    gradient = Gradient(network.dense.dtype)
    for piece in corpus.pieces(examples):
        network.learn_from(piece, corpus.rows(examples), gradient)
    return gradient


def train(corpus: Corpus, steps: int, *, seed: int = 1, rate: float = 5e-3) -> Network:
    network = Network.random(seed)
    adam, gradient = Adam(network), Gradient(network.dense.dtype)
    for step in range(1, steps + 1):
        gradient.clear()
        batch = list(range(len(corpus)))
        for piece in corpus.pieces(batch):
            network.learn_from(piece, corpus.rows(batch), gradient)
        adam.step(network, gradient, step, rate)
    return network


@pytest.mark.parametrize("places", [8, pytest.param(100, marks=pytest.mark.engine)])
def test_the_gradient_is_that_of_finite_differences(places: int) -> None:
    """A long answer is among them, so that cutting a batch in pieces is covered."""
    long = (Message("user", "Tell me all"), Message("assistant", "abc " * (LARGEST_PIECE // 3), trained=True))
    corpus = Corpus.of([*EXAMPLES, long], np.float64)
    batch = [0, 1, 2, 3]
    assert len(list(corpus.pieces(batch))) == 2
    network = Network.random(7, np.float64)
    network.bag[:] = np.random.default_rng(7).normal(0, 0.3, network.bag.shape)
    gradient = gradient_of(network, corpus, batch)
    buckets, rows = gradient.bag()
    bag = np.zeros_like(network.bag)
    bag[buckets] = rows
    rng = np.random.default_rng(3)
    checked = 0
    for name, weights in network.arrays().items():
        slopes = (bag if name == "bag" else getattr(gradient, name)).ravel()
        flat = weights.reshape(-1)
        assert np.shares_memory(flat, weights)
        for place in rng.choice(np.flatnonzero(np.abs(slopes) > 1e-4), places):
            old = flat[place]
            flat[place] = old + 1e-5
            above = loss_of(network, corpus, batch)
            flat[place] = old - 1e-5
            below = loss_of(network, corpus, batch)
            flat[place] = old
            measured = (above - below) / 2e-5
            assert abs(measured - slopes[place]) <= 1e-4 * abs(measured), (name, place)
            checked += 1
    assert checked == 8 * places


def test_random_weights_know_nothing() -> None:
    network = Network.random(5)
    assert sum(part.size for part in network.arrays().values()) == 358_984
    assert loss_of(network, Corpus.of(EXAMPLES), [0, 1, 2]) == pytest.approx(np.log(264), abs=0.1)


def test_what_was_learned_is_said_again() -> None:
    network = train(Corpus.of(EXAMPLES), 300)
    assert reply(network, LAKE[:1], max_tokens=50).text == "Nine miles."
    assert reply(network, BOAT[:4], max_tokens=50).text == "Twelve."
    whole = reply(network, RIVER[:3], max_tokens=50)
    assert whole == Reply("The Tarn, past the mill.", "stop", whole.prompt_tokens, 24)


def test_same_seed_same_weights() -> None:
    corpus = Corpus.of(EXAMPLES)
    one, two, other = (train(corpus, 20, seed=seed) for seed in (1, 1, 2))
    assert one.dense.tobytes() == two.dense.tobytes()
    assert one.bag.tobytes() == two.bag.tobytes()
    assert one.dense.tobytes() != other.dense.tobytes()


def test_untouched_words_stand_still() -> None:
    network, fresh = train(Corpus.of([LAKE]), 5), Network.random(1)
    moved = set(np.flatnonzero((network.bag != fresh.bag).any(axis=1)).tolist())
    assert moved == set(prompt_bag(LAKE[:1]).buckets)


def test_only_answers_with_weight_are_learned() -> None:
    [answer] = answers(RIVER)
    assert bytes(list(answer.symbols[CONTEXT:-1])) == b"The Tarn, past the mill."
    assert answer.symbols[-1] == END
    corpus = Corpus.of(EXAMPLES)
    assert corpus.trained_bytes == len("Nine miles." + "Boats." + "Twelve." + "The Tarn, past the mill.")
    assert corpus.rows([0, 1, 2]) == corpus.trained_bytes + 4


def test_the_context_is_the_end_of_what_was_said() -> None:
    assert list(context([])) == [*[PAD] * 15, ASSISTANT]
    assert list(context([Message("user", "hé")])) == [*[PAD] * 11, USER, *"hé".encode(), ASSISTANT]
    assert list(context(BOAT[:4])) == [*b"w many of them?", ASSISTANT]
    short = [Message("system", "S"), Message("user", "u"), Message("assistant", "a"), Message("user", "v")]
    assert list(context(short))[-10:] == [SYSTEM, 83, USER, 117, ASSISTANT, 97, END, USER, 118, ASSISTANT]


def test_the_last_question_is_heard_loudest() -> None:
    alone = prompt_bag([Message("user", "lake")])
    after = prompt_bag([Message("system", "boat"), Message("user", "lake")])
    quiet = dict(zip(after.buckets, after.weights, strict=True))
    assert all(quiet[bucket] == weight for bucket, weight in zip(alone.buckets, alone.weights, strict=True))
    assert min(quiet.values()) == pytest.approx(min(alone.weights) / 2)
    assert not prompt_bag([]).buckets


def test_pieces_cover_every_row_once() -> None:
    long = (Message("user", "?"), Message("assistant", "x" * (LARGEST_PIECE * 2 + 100), trained=True))
    corpus = Corpus.of([LAKE, long, BOAT])
    pieces = list(corpus.pieces([2, 1, 0]))
    assert [len(piece.targets) for piece in pieces[:-1]] == [LARGEST_PIECE] * (len(pieces) - 1)
    said = np.concatenate([piece.targets for piece in pieces])
    assert len(said) == corpus.rows([0, 1, 2])
    middle = b"x" * (LARGEST_PIECE * 2 + 100)
    assert bytes(said[said != END].astype(np.uint8)) == b"Boats.Twelve." + middle + b"Nine miles."


def test_orders_follow_from_seed_and_epoch() -> None:
    assert sorted(order_of_epoch(4, 0, 30)) == list(range(30))
    assert list(order_of_epoch(4, 0, 30)) == list(order_of_epoch(4, 0, 30))
    assert list(order_of_epoch(4, 0, 30)) != list(order_of_epoch(4, 1, 30))
    assert list(order_of_epoch(4, 0, 30)) != list(order_of_epoch(5, 0, 30))
    assert small_part(4, 3, 16) == [0, 1, 2]
    assert len(small_part(4, 300, 16)) == 16


def test_the_plan_is_a_rule_of_the_step() -> None:
    plan = Plan(examples=25, n_epochs=200, batch_size=2, multiplier=2.0)
    assert (plan.steps_per_epoch, plan.total_steps) == (13, 2600)
    assert plan.batch(13) == slice(24, 26)
    assert plan.batch(14) == slice(0, 2)
    assert [plan.epoch(step) for step in (1, 13, 14, 2600)] == [1, 1, 2, 200]
    told = [step for step in range(1, 2601) if plan.reports(step, validation=False)]
    assert told[:8] == [1, 3, 6, 9, 12, 13, 15, 18]
    assert told[-1] == 2600
    assert [step for step in range(1, 2601) if plan.validates(step)] == list(range(52, 2601, 52))
    assert [step for step in range(1, 2601) if plan.keeps(step)] == [2574, 2587, 2600]
    rates = [plan.rate(step) for step in range(1, 2601)]
    assert max(rates) == rates[49] == pytest.approx(2 * BASE_RATE)
    assert 0 < rates[-1] < 1e-5


@pytest.mark.parametrize("examples", [1, 9])
def test_the_shortest_plan_holds(examples: int) -> None:
    plan = Plan(examples, n_epochs=1, batch_size=9, multiplier=1.0)
    assert plan.total_steps == 1
    assert plan.rate(1) > 0
    assert plan.keeps(1)
    assert plan.reports(1, validation=True)


def test_the_same_weights_make_the_same_file(tmp_path: Path) -> None:
    network = Network.random(1)
    first, second = io.BytesIO(), io.BytesIO()
    save_arrays(first, network.arrays())
    save_arrays(second, network.arrays())
    assert first.getvalue() == second.getvalue()
    path = tmp_path / "weights.npz"
    path.write_bytes(first.getvalue())
    assert load_network(path).dense.tobytes() == network.dense.tobytes()


def damaged(parts: dict[str, Any]) -> bytes:
    file = io.BytesIO()
    save_arrays(file, parts)
    return file.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"PK\x03\x04 not really",
        b"\x80\x04]q\x00.",
        damaged({"embedding": np.zeros((2, 2), np.float32)}),
        damaged({**Network.random(1).arrays(), "out": np.full((128, 264), np.nan, np.float32)}),
        damaged(Network.random(1).arrays())[:-5000],
    ],
)
def test_weights_that_are_none_are_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "weights.npz"
    path.write_bytes(content)
    with pytest.raises(CannotTrainError) as caught:
        load_network(path)
    assert caught.value.code == "bad_weights"
    assert str(path) in caught.value.message


def test_weights_with_another_hash_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "weights.npz"
    path.write_bytes(damaged(Network.random(1).arrays()))
    with pytest.raises(CannotTrainError, match="not the weights that were expected"):
        load_network(path, "0" * 64)


def test_sampling_follows_the_seed_and_stops() -> None:
    network = Network.random(1)
    drawn = [reply(network, LAKE[:1], max_tokens=40, temperature=1.0, seed=seed).text for seed in (1, 1, 2)]
    assert drawn[0] == drawn[1] != drawn[2]
    learned = train(Corpus.of(EXAMPLES), 300)
    cut = reply(learned, RIVER[:3], max_tokens=50, stop=[",", "mill"])
    assert (cut.text, cut.finish_reason) == ("The Tarn", "stop")
    short = reply(learned, RIVER[:3], max_tokens=5)
    assert (short.text, short.finish_reason) == ("The T", "length")


def test_a_character_cut_in_two_is_left_out() -> None:
    snow = (Message("user", "Snow?"), Message("assistant", "Ja, süß!", trained=True))
    network = train(Corpus.of([snow]), 200)
    assert reply(network, snow[:1], max_tokens=50).text == "Ja, süß!"
    assert reply(network, snow[:1], max_tokens=6).text == "Ja, s"
