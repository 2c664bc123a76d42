"""The words that jobs know, for whoever completes a query or chooses a column."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from finetop.models import Job
from finetop.store import Store


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    store = Store(Path(tmp_path_factory.mktemp("words")) / "finetop.db")
    bodies: list[dict[str, Any]] = [
        {"metadata": {"team": "support", "finetop": "x", "nr": "1"}, "hyperparameters": {"n_epochs": 3}},
        {"metadata": {"team": "sales"}, "hyperparameters": {"n_epochs": "auto", "beta": 0.1}, "model": "big"},
        {"metadata": {"team": "support", "long": "x" * 100}},
        {"fine_tuned_model": "ft:tiny:acme:bot:1"},
    ]
    jobs = [
        Job.model_validate(
            {"id": f"ftjob-{place}", "model": "tiny", "status": "succeeded", "created_at": 1, **body}
        )
        for place, body in enumerate(bodies)
    ]
    store.jobs.save(1, [(job, b"{}") for job in jobs], store.ask())
    store.jobs.save(2, [(jobs[0].model_copy(update={"metadata": {"other": "x"}}), b"{}")], store.ask())
    return store


@pytest.mark.parametrize(
    ("field", "words"),
    [
        ("metadata", ["team", "long", "nr"]),
        ("setting", ["n_epochs", "beta"]),
        ("metadata.team", ["support", "sales"]),
        ("metadata.long", []),
        ("setting.n_epochs", ["3", "auto"]),
        ("model", ["tiny", "big"]),
        ("tuned", ["ft:tiny:acme:bot:1"]),
        ("name", ["bot", "ftjob-0", "ftjob-1", "ftjob-2"]),
        ("age", []),
    ],
)
def test_the_words_of_an_account_the_most_frequent_first(store: Store, field: str, words: list[str]) -> None:
    assert store.vocabulary.values(field, [1]) == words


def test_every_account_has_its_own(store: Store) -> None:
    assert store.vocabulary.values("metadata", [2]) == ["other"]
    assert set(store.vocabulary.values("metadata", [1, 2])) == {"team", "long", "nr", "other"}
    assert store.vocabulary.values("metadata", []) == []
