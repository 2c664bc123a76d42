"""Providers: paths, pages that end, and items read one by one so that an odd one hides nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from finetop.client import ApiClient
from finetop.errors import BadInput, BadReply, NoFineTuning
from finetop.models import Event, JobRequest, JobStatus, Metric
from finetop.providers import DIALECTS, Page, Provider, every_page, provider_class
from finetop.providers.pages import MOST_PAGES

PAYLOADS = Path(__file__).parent / "payloads"


def payload(name: str) -> Any:
    return json.loads((PAYLOADS / name).read_text("utf-8"))


def provider(
    answer: Callable[[httpx.Request], httpx.Response], dialect: str = "openai"
) -> tuple[Provider, list[httpx.Request]]:
    """A provider whose server is a function, and what arrives there."""
    arrived: list[httpx.Request] = []

    def remember(request: httpx.Request) -> httpx.Response:
        arrived.append(request)
        return answer(request)

    client = ApiClient("https://api.example.test/v1", "k", transport=httpx.MockTransport(remember))
    return provider_class(dialect)(client), arrived


def saying(body: Any) -> Callable[[httpx.Request], httpx.Response]:
    return lambda request: httpx.Response(200, json=body)


async def test_an_odd_job_is_visible_and_hides_no_other() -> None:
    there, _ = provider(saying(payload("jobs_mixed.json")))
    page = await there.list_jobs()
    jobs = {job.id: job for job, _ in page.items}
    assert len(page.items) == 6
    paused, good, legacy = jobs["ftjob-Ruwenzori04"], jobs["ftjob-Elgon02"], jobs["ft-Virunga01"]
    assert (paused.status, paused.method, paused.error) == (JobStatus.PAUSED, "reinforcement", None)
    assert paused.hyperparameters["reasoning_effort"] == "low"
    assert (good.status, good.name, good.unreadable) == (JobStatus.SUCCEEDED, "haiku", None)
    assert (legacy.is_legacy, legacy.ended_at, legacy.training_files[0].size_bytes) == (
        True,
        1660003601,
        5120,
    )
    broken = [job for job in jobs.values() if job.unreadable]
    assert [job.status for job in broken] == [JobStatus.UNKNOWN] * 3
    assert jobs["ftjob-Broken03"] in broken
    assert len({job.id for job in broken}) == 3


async def test_the_providers_own_words_stay_beside_what_was_read() -> None:
    there, _ = provider(saying(payload("jobs_mixed.json")))
    words = [json.loads(raw) for _, raw in (await there.list_jobs()).items]
    assert words == payload("jobs_mixed.json")["data"]


async def test_an_unreadable_item_keeps_its_name_while_its_words_are_the_same() -> None:
    there, _ = provider(saying({"data": [{"model": "nameless"}], "has_more": False}))
    first, again = await there.list_jobs(), await there.list_jobs()
    assert first == again


async def test_odd_events_become_lines() -> None:
    there, _ = provider(saying(payload("events_odd.json")))
    events = (await there.list_events("j")).items
    assert len(events) == 7
    assert [event.level for event in events[:2]] == ["info", "warn"]
    metrics = [Metric.from_event(event) for event in events]
    assert metrics[2] == Metric(
        step=2,
        total_steps=4,
        values={"train_loss": 0.7512, "train_accuracy": 0.5, "full_valid_loss": 0.9},
    )
    assert metrics[3] == Metric(step=1, total_steps=4, values={"train_loss": 1.25})
    assert all("could not be read" in event.message for event in events[4:6])
    assert metrics[4:] == [None, None, None]


@given(
    item=st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(),
        lambda inner: (
            st.lists(inner)
            | st.dictionaries(
                st.sampled_from(
                    [
                        "id",
                        "status",
                        "error",
                        "method",
                        "training_file",
                        "result_files",
                        "metadata",
                        "hyperparameters",
                        "events",
                        "data",
                        "message",
                        "x",
                    ]
                ),
                inner,
            )
        ),
        max_leaves=12,
    )
)
def test_no_item_is_too_odd_to_be_shown(item: Any) -> None:
    there, _ = provider(saying(None))
    job, raw = there._job(item)
    assert job.id
    assert isinstance(there._event(item), Event)
    assert raw


@pytest.mark.parametrize("data", [None, []])
async def test_an_empty_list_is_a_list(data: Any) -> None:
    there, _ = provider(saying({"object": "list", "data": data, "has_more": True}))
    assert await there.list_jobs() == Page(())


@pytest.mark.parametrize("body", [{}, {"data": {}}, "text", 5, None, {"data": "x"}])
async def test_json_that_is_no_list_is_a_bad_reply(body: Any) -> None:
    there, _ = provider(saying(body))
    with pytest.raises(BadReply, match="no list"):
        await there.list_jobs()


class TestPages:
    """A list ends, whatever the server says."""

    async def walk(self, there: Provider) -> list[str]:
        async def ask(after: str | None) -> Page[Event]:
            return await there.list_events("j", after=after)

        return [event.id or "" async for page in every_page(ask) for event in page.items]

    async def test_it_is_walked_from_part_to_part(self) -> None:
        def answer(request: httpx.Request) -> httpx.Response:
            start = int(request.url.params.get("after", "e10")[1:])
            items = [{"id": f"e{number}"} for number in range(start - 1, max(start - 4, 0), -1)]
            return httpx.Response(200, json={"data": items, "has_more": items[-1]["id"] != "e1"})

        there, arrived = provider(answer)
        assert await self.walk(there) == [f"e{number}" for number in range(9, 0, -1)]
        assert [request.url.params.get("after") for request in arrived] == [None, "e7", "e4"]

    async def test_a_part_that_repeats_itself_is_the_last(self) -> None:
        there, arrived = provider(saying({"data": [{"id": "a"}, {"id": "b"}], "has_more": True}))
        await self.walk(there)
        assert len(arrived) == 2

    async def test_two_parts_in_a_circle_end(self) -> None:
        def answer(request: httpx.Request) -> httpx.Response:
            last = "b" if request.url.params.get("after") == "a" else "a"
            return httpx.Response(200, json={"data": [{"id": last}], "has_more": True})

        there, arrived = provider(answer)
        await self.walk(there)
        assert len(arrived) == 3

    async def test_an_endless_list_is_cut(self) -> None:
        count = iter(range(10 * MOST_PAGES))

        async def ask(after: str | None) -> Page[int]:
            number = next(count)
            return Page((number,), str(number))

        walked = [item async for page in every_page(ask) for item in page.items]
        assert len(walked) == MOST_PAGES

    @pytest.mark.parametrize("last", [{}, {"id": None}, {"id": 5}, "x"])
    async def test_a_last_item_without_an_id_is_the_end(self, last: Any) -> None:
        there, _ = provider(saying({"data": [{"id": "a"}, last], "has_more": True}))
        assert (await there.list_events("j")).next is None


@pytest.mark.parametrize(
    ("ask", "path"),
    [
        (lambda there: there.get_job("a/../b?c"), "/v1/fine_tuning/jobs/a%2F..%2Fb%3Fc"),
        (lambda there: there.get_file("f 1"), "/v1/files/f%201"),
        (lambda there: there.list_files(), "/v1/files?purpose=fine-tune"),
        (lambda there: there.list_checkpoints("j"), "/v1/fine_tuning/jobs/j/checkpoints?limit=100"),
        (
            lambda there: there.list_jobs(metadata={"finetop": "u"}),
            "/v1/fine_tuning/jobs?metadata%5Bfinetop%5D=u&limit=100",
        ),
    ],
)
async def test_names_cannot_leave_their_place_in_a_path(ask: Callable[[Provider], Any], path: str) -> None:
    there, arrived = provider(saying({"id": "x", "data": []}))
    await ask(there)
    assert arrived[0].url.raw_path.decode() == path


@pytest.mark.parametrize("dialect", DIALECTS)
async def test_a_server_without_the_route_says_so(dialect: str) -> None:
    there, _ = provider(
        lambda request: httpx.Response(404, json={"error": {"message": "x", "param": "y"}}), dialect
    )
    with pytest.raises(NoFineTuning, match="this server has no fine-tuning API"):
        await there.list_jobs()


async def test_a_create_leaves_out_what_is_not_set() -> None:
    there, arrived = provider(saying({"id": "j"}), "local")
    await there.create_job(JobRequest(model="m", training_file="f"), idempotency_key="u")
    assert json.loads(arrived[0].content) == {
        "model": "m",
        "training_file": "f",
        "method": {"type": "supervised", "supervised": {"hyperparameters": {}}},
    }
    assert arrived[0].headers["idempotency-key"] == "u"


async def test_a_cancel_may_be_answered_without_a_word() -> None:
    there, _ = provider(lambda request: httpx.Response(204))
    assert await there.cancel_job("j") is None


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ({"choices": [{"message": {"content": "four"}}]}, "four"),
        ({"choices": [{"message": {"content": None}}]}, ""),
    ],
)
async def test_a_models_answer_is_its_text(answer: Any, said: str) -> None:
    there, _ = provider(saying(answer))
    assert await there.chat("m", "two and two?") == said


@pytest.mark.parametrize("answer", [{}, {"choices": []}, [], {"choices": [{"text": "x"}]}])
async def test_an_answer_without_text_is_a_bad_reply(answer: Any) -> None:
    there, _ = provider(saying(answer))
    with pytest.raises(BadReply):
        await there.chat("m", "?")


def test_an_unknown_dialect_is_refused_with_those_that_exist() -> None:
    with pytest.raises(BadInput) as refused:
        provider_class("morse")
    assert "local" in refused.value.hint
