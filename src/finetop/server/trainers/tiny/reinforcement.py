"""Learning from rewards: answers are sampled, graded, and made likelier or not against their own group."""

from __future__ import annotations

import time
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np

from finetop.server import graders
from finetop.server.trainers import CannotTrainError
from finetop.server.trainers.data import SAMPLES, prompts, read
from finetop.server.trainers.tiny.batches import Corpus, small_part
from finetop.server.trainers.tiny.encode import Answer
from finetop.server.trainers.tiny.objective import Learned, examples_of
from finetop.server.trainers.tiny.sampling import Asked, Sample, sampled

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from finetop.server.trainers.data import Prompt
    from finetop.server.trainers.tiny.examples import Part, Split
    from finetop.server.trainers.tiny.network import Floats, Gradient, Network
    from finetop.server.trainers.tiny.objective import Wishes

BASE_RATE = 2e-3
SMALL_VALIDATION = 32
AT_ONCE = 256
"""Answers sampled together: enough to be fast, few enough to stop soon."""

MOST_REWARD = 1e9
"""A formula can give more; beyond this the groups could not be compared."""

TRAINING, VALIDATION, WHOLE_VALIDATION = 4, 5, 6
"""Streams of chance, each with the step in it."""

COLUMNS = {
    "step": "step",
    "train_reward_mean": "train_reward",
    "valid_reward_mean": "valid_reward",
    "full_valid_reward_mean": "full_valid_reward",
    "completion_tokens_mean": "completion_tokens",
}


@dataclass(frozen=True)
class Question:
    """A prompt as the network hears it."""

    asked: Asked
    item: dict[str, Any]


class Reinforcement:
    """The objective of a reinforcement job."""

    base_rate = BASE_RATE
    columns: Mapping[str, str] = COLUMNS
    note = "tokens are bytes; this model does not reason, and follows no response format"

    def __init__(self, spec: Mapping[str, Any], wishes: Wishes) -> None:
        self._wishes = wishes
        self._seed = int(spec["seed"])
        self._grader = _grader(spec["grader"])
        chosen = spec["hyperparameters"]
        self._group = max(2, round(SAMPLES * float(chosen["compute_multiplier"])))
        self._eval_samples = int(chosen["eval_samples"])
        self._questions = _questions(spec["training_file"], "training_file")
        held_out = spec.get("validation_file")
        self._held_out = _questions(held_out, "validation_file") if held_out else []
        self.examples = len(self._questions)
        self.validates = bool(self._held_out)
        self._small = small_part(self._seed, len(self._held_out), SMALL_VALIDATION)
        self.parts: dict[Split, Part] = {}  # an answer is drawn anew each time, and has no loss
        self.about = f"{self.examples} questions, {self._group} answers sampled for each"

    def learn(self, network: Network, batch: Sequence[int], step: int, gradient: Gradient) -> Learned | None:
        """Sample answers to the questions of a batch, and add the gradient that follows their rewards."""
        began = time.perf_counter()
        rng = np.random.default_rng([self._seed, TRAINING, step])
        questions = [self._questions[number] for number in batch]
        said = self._answered(network, (q for q in questions for _ in range(self._group)), rng)
        if said is None:
            return None
        answered = time.perf_counter()
        rewards = np.array([reward for _, _, reward in said]).reshape(len(batch), self._group)
        if not self._follow(network, said, advantages(rewards).ravel(), gradient):
            return None
        spoken = sum(len(sample.symbols) for _, sample, _ in said)
        return Learned(
            {"reward": float(rewards.mean()), "completion_tokens": spoken / len(said)},
            spoken,
            timing={"sampling": answered - began, "training": time.perf_counter() - answered},
        )

    def measure(self, network: Network, step: int, *, whole: bool) -> dict[str, float] | None:
        """The mean reward of sampled answers."""
        rng = np.random.default_rng([self._seed, WHOLE_VALIDATION if whole else VALIDATION, step])
        chosen = range(len(self._held_out)) if whole else self._small
        asked = (self._held_out[number] for number in chosen for _ in range(self._eval_samples))
        total, count = 0.0, 0
        while some := list(islice(asked, AT_ONCE)):
            said = self._answered(network, some, rng)
            if said is None:
                return None
            total += sum(reward for _, _, reward in said)
            count += len(said)
        return {"reward": total / count}

    def losses(self, network: Network, corpus: Corpus, chosen: Sequence[int]) -> Floats | None:
        """There are none."""
        raise NotImplementedError

    def _answered(
        self, network: Network, questions: Iterable[Question], rng: np.random.Generator
    ) -> list[tuple[Question, Sample, float]] | None:
        """One answer to each question, with its reward; None when cancelled meanwhile."""
        left, found = iter(questions), []
        while some := list(islice(left, AT_ONCE)):
            if self._wishes() == "cancel":
                return None
            samples = sampled(network, [question.asked for question in some], rng)
            for question, sample in zip(some, samples, strict=True):
                reward = self._grader.score(sample.text, question.item)
                found.append((question, sample, min(MOST_REWARD, max(-MOST_REWARD, reward))))
        return found

    def _follow(
        self,
        network: Network,
        said: list[tuple[Question, Sample, float]],
        pulls: Floats,
        gradient: Gradient,
    ) -> bool:
        """Add the gradient that makes answers likelier by their pull; False when cancelled meanwhile."""
        told = [
            (question, sample, pull) for (question, sample, _), pull in zip(said, pulls, strict=True) if pull
        ]
        if not told:
            return True
        corpus = Corpus.of_answers([_answer(question, sample)] for question, sample, _ in told)
        weights = np.array([pull for _, _, pull in told]) / corpus.rows(range(len(told)))
        for piece in corpus.pieces(range(len(told))):
            if self._wishes() == "cancel":
                return False
            network.learn_weighted(piece, np.repeat(weights[piece.answers], piece.lengths), gradient)
        return True


def advantages(rewards: Floats) -> Floats:
    """(groups, answers): how much better than its group each answer is; 0 where all are alike."""
    apart = rewards - rewards.mean(axis=1, keepdims=True)
    spread = apart.std(axis=1, keepdims=True)
    found: Floats = np.divide(apart, spread, out=np.zeros_like(apart), where=spread > 0)
    return found


def _answer(question: Question, sample: Sample) -> Answer:
    symbols = question.asked.context[:]
    symbols.extend(sample.symbols)
    return Answer(symbols, question.asked.bag)


def _grader(described: object) -> graders.Grader:
    try:
        return graders.judged(described)
    except graders.GraderError as error:
        raise CannotTrainError("invalid_grader", error.message, param="method") from None


def _questions(file: Mapping[str, Any], param: str) -> list[Question]:
    def all_in(path: Path) -> list[Question]:
        return [_question(prompt) for prompt in read(path, prompts.example)]

    found = examples_of(file, param, all_in)
    if not found:
        raise CannotTrainError("empty_file", "the file is empty", param=param)
    return found


def _question(prompt: Prompt) -> Question:
    return Question(Asked.of(prompt.messages), prompt.item)
