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
from finetop.providers import DIALECTS, Page, Provider, provider_class

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
    assert [job.status for job in broken] == [JobStatus.UNKNOWN] * 2
    assert len({job.id for job in broken}) == 2
    assert [file.id for file in jobs["ftjob-Odd03"].training_files] == ["no id"]


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


@pytest.mark.parametrize("dialect", sorted(DIALECTS.keys() - {"archive"}))  # a disk has no routes
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


ORDERS = [
    (Provider.cancel_job, "POST", "/v1/fine_tuning/jobs/j%2F1/cancel"),
    (Provider.pause_job, "POST", "/v1/fine_tuning/jobs/j%2F1/pause"),
    (Provider.resume_job, "POST", "/v1/fine_tuning/jobs/j%2F1/resume"),
    (Provider.delete_job, "DELETE", "/v1/fine_tuning/jobs/j%2F1"),
]


@pytest.mark.parametrize(("order", "method", "path"), ORDERS)
@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(204),
        httpx.Response(202, content=b" "),
        httpx.Response(200, json={"status": "success"}),
        httpx.Response(200, json={"id": "j/1", "object": "fine_tuning.job", "deleted": True}),
        httpx.Response(200, json={"id": "another", "status": "paused"}),
        httpx.Response(200, json=["done"]),
    ],
    ids=["204", "blank", "a word", "deleted", "another job", "a list"],
)
async def test_an_order_may_be_agreed_to_without_telling_the_job(
    order: Callable[[Provider, str], Any], method: str, path: str, answer: httpx.Response
) -> None:
    there, arrived = provider(lambda request: answer)
    assert await order(there, "j/1") is None
    assert (arrived[0].method, arrived[0].url.raw_path.decode()) == (method, path)
    assert arrived[0].content == b""


@pytest.mark.parametrize("order", [order for order, _, _ in ORDERS])
async def test_an_order_may_be_answered_with_the_job(order: Callable[[Provider, str], Any]) -> None:
    there, _ = provider(lambda request: httpx.Response(201, json={"id": "j", "status": "paused"}))
    job, raw = await order(there, "j")
    assert (job.status, json.loads(raw)["id"]) == (JobStatus.PAUSED, "j")


@pytest.mark.parametrize(
    ("ask", "path"),
    [
        (lambda there: there.delete_file("f/1"), "/v1/files/f%2F1"),
        (lambda there: there.delete_model("ft:m:o::x/1"), "/v1/models/ft%3Am%3Ao%3A%3Ax%2F1"),
        (
            lambda there: there.forbid("ft:m/1", "cp 1"),
            "/v1/fine_tuning/checkpoints/ft%3Am%2F1/permissions/cp%201",
        ),
    ],
)
async def test_a_deletion_is_believed_unless_it_is_denied(ask: Callable[[Provider], Any], path: str) -> None:
    there, arrived = provider(lambda request: httpx.Response(204))
    await ask(there)
    assert (arrived[0].method, arrived[0].url.raw_path.decode()) == ("DELETE", path)
    there, _ = provider(saying({"id": "x", "deleted": False}))
    with pytest.raises(BadReply, match="not deleted"):
        await ask(there)


class TestUploadsInParts:
    async def test_each_step_has_its_route_and_its_words(self, tmp_path: Path) -> None:
        file = tmp_path / "long.jsonl"
        file.write_bytes(b"0123456789")

        def answer(request: httpx.Request) -> httpx.Response:
            last = request.url.path.rpartition("/")[2]
            part = {"id": "part_1", "object": "upload.part"}
            done = {"id": "upload_1", "status": "completed", "file": {"id": "file-1", "bytes": 10}}
            begun = {"id": "upload_1", "status": "pending", "file": None}
            return httpx.Response(201, json={"parts": part, "complete": done}.get(last, begun))

        there, arrived = provider(answer)
        assert (await there.start_upload("long.jsonl", 10)).id == "upload_1"
        sent: list[tuple[int, int]] = []
        progress = lambda done, total: sent.append((done, total))  # noqa: E731 - the fixture of one line
        assert await there.add_part("upload_1", file, 3, 4, progress=progress) == "part_1"
        done = await there.complete_upload("upload_1", ["part_1"], md5="abc")
        await there.cancel_upload("upload_1")
        assert done.file is not None
        assert (done.file.id, sent) == ("file-1", [(4, 4)])
        assert [request.url.path for request in arrived] == [
            "/v1/uploads",
            "/v1/uploads/upload_1/parts",
            "/v1/uploads/upload_1/complete",
            "/v1/uploads/upload_1/cancel",
        ]
        assert json.loads(arrived[0].content) == {
            "filename": "long.jsonl",
            "purpose": "fine-tune",
            "bytes": 10,
            "mime_type": "text/jsonl",
        }
        assert b'name="data"' in arrived[1].content
        assert b"\r\n\r\n3456\r\n" in arrived[1].content
        assert json.loads(arrived[2].content) == {"part_ids": ["part_1"], "md5": "abc"}

    @pytest.mark.parametrize("answer", [None, {}, [], {"id": ""}, {"id": 5}])
    async def test_what_is_no_upload_and_no_part_is_a_bad_reply(self, tmp_path: Path, answer: Any) -> None:
        file = tmp_path / "f"
        file.write_bytes(b"0")
        there, _ = provider(saying(answer))
        with pytest.raises(BadReply, match="not an upload"):
            await there.start_upload("f", 1)
        with pytest.raises(BadReply, match="not a part"):
            await there.add_part("u", file, 0, 1)


class TestPermissions:
    async def test_they_are_listed_in_parts_and_by_project(self) -> None:
        def answer(request: httpx.Request) -> httpx.Response:
            asked = dict(request.url.params)
            items = [{"id": "cp_2", "project_id": "proj_b"}, {"broken": True}]
            if asked.get("after"):
                items = [{"id": "cp_1", "project_id": "proj_a", "created_at": 1}]
            return httpx.Response(200, json={"data": items[:1], "has_more": not asked.get("after")})

        there, arrived = provider(answer)
        first = await there.list_permissions("ft:m")
        rest = await there.list_permissions("ft:m", after=first.next, project="proj_a")
        assert [item.project_id for item in first.items + rest.items] == ["proj_b", "proj_a"]
        assert [dict(request.url.params) for request in arrived] == [
            {"limit": "100"},
            {"limit": "100", "after": "cp_2", "project_id": "proj_a"},
        ]

    @pytest.mark.parametrize(
        ("answer", "ids"),
        [
            (httpx.Response(200, json={"data": [{"id": "cp_1"}, {"id": "cp_2"}]}), ["cp_1", "cp_2"]),
            (httpx.Response(204), []),
        ],
    )
    async def test_a_new_one_is_answered_with_a_list_or_nothing(
        self, answer: httpx.Response, ids: list[str]
    ) -> None:
        there, arrived = provider(lambda request: answer)
        made = await there.permit("ft:m", ["proj_a", "proj_b"])
        assert [item.id for item in made] == ids
        assert json.loads(arrived[0].content) == {"project_ids": ["proj_a", "proj_b"]}


class TestGraders:
    GRADER = {"type": "string_check", "name": "g", "operation": "eq"}  # noqa: RUF012 - never changed

    async def test_a_run_tells_the_reward_and_the_flags_that_are_up(self) -> None:
        verdict = {
            "reward": "0.5",
            "sub_rewards": {"a": 0.5},
            "metadata": {"name": "g", "errors": {"python_grader_server_error": True, "other_error": False}},
        }
        there, arrived = provider(saying(verdict))
        run = await there.run_grader(self.GRADER, "four", {"answer": "four"})
        assert (run.reward, run.sub_rewards, run.errors) == (0.5, {"a": 0.5}, ("python_grader_server_error",))
        assert run.metadata["name"] == "g"
        assert json.loads(arrived[0].content) == {
            "grader": self.GRADER,
            "model_sample": "four",
            "item": {"answer": "four"},
        }
        await there.run_grader(self.GRADER, "four")
        assert "item" not in json.loads(arrived[1].content)

    @pytest.mark.parametrize("verdict", [None, {}, [], {"error": "x"}])
    async def test_what_is_no_verdict_is_a_bad_reply(self, verdict: Any) -> None:
        there, _ = provider(saying(verdict))
        with pytest.raises(BadReply, match="verdict"):
            await there.run_grader(self.GRADER, "four")

    async def test_a_reward_that_is_no_number_is_missing_and_never_zero(self) -> None:
        there, _ = provider(saying({"reward": None, "metadata": {"errors": None}, "sub_rewards": []}))
        run = await there.run_grader(self.GRADER, "four")
        assert (run.reward, run.errors, run.sub_rewards) == (None, (), {})

    async def test_a_validation_gives_back_the_grader(self) -> None:
        there, _ = provider(saying({"grader": self.GRADER | {"id": "x"}}))
        assert (await there.validate_grader(self.GRADER))["id"] == "x"
        there, _ = provider(saying({}))
        with pytest.raises(BadReply, match="grader"):
            await there.validate_grader(self.GRADER)


async def test_a_model_is_asked_for_by_its_whole_name() -> None:
    there, arrived = provider(saying({"id": "ft:m:o:s:1", "shutdown_date": "2027-01-14"}))
    assert (await there.get_model("ft:m:o:s:1")).shutdown_date == "2027-01-14"
    assert arrived[0].url.raw_path.decode() == "/v1/models/ft%3Am%3Ao%3As%3A1"


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


@pytest.mark.parametrize(("dialect", "temperature"), [("local", 0), ("openai", None)])
async def test_the_small_model_says_what_is_likeliest(dialect: str, temperature: int | None) -> None:
    """Others have a temperature of their own, and some of them take no other."""
    there, arrived = provider(saying({"choices": [{"message": {"content": "four"}}]}), dialect)
    await there.chat("m", "two and two?")
    assert json.loads(arrived[0].content).get("temperature") == temperature


@pytest.mark.parametrize("answer", [{}, {"choices": []}, [], {"choices": [{"text": "x"}]}])
async def test_an_answer_without_text_is_a_bad_reply(answer: Any) -> None:
    there, _ = provider(saying(answer))
    with pytest.raises(BadReply):
        await there.chat("m", "?")


def test_an_unknown_dialect_is_refused_with_those_that_exist() -> None:
    with pytest.raises(BadInput) as refused:
        provider_class("morse")
    assert "local" in refused.value.hint
