"""Tuned models are removed, lent to projects, and answers are graded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from server.running_server import RunningServer, examples

if TYPE_CHECKING:
    import httpx

MODEL = "tiny-bytes-1"
GRADERS = "/fine_tuning/alpha/graders"
CHECK = {
    "type": "string_check",
    "name": "exact",
    "input": "{{sample.output_text}}",
    "reference": "{{item.label}}",
    "operation": "eq",
}


def code(answer: httpx.Response) -> tuple[int, str]:
    """The status of a refusal and its code."""
    return answer.status_code, answer.json()["error"]["code"]


@pytest.fixture(scope="module")
def tuned(server: RunningServer) -> dict[str, Any]:
    """A job that has succeeded."""
    job_id = server.create(server.upload(examples(12)), suffix="gone")["id"]
    server.wait(job_id)
    return server.job(job_id)


def test_permissions_are_given_listed_and_taken_back(server: RunningServer, tuned: dict[str, Any]) -> None:
    """Newest first; a project has one permission, however often it is asked for."""
    path = f"/fine_tuning/checkpoints/{tuned['fine_tuned_model']}/permissions"
    first = server.http.post(path, json={"project_ids": ["proj_a", "proj_b", "proj_a"]}).json()
    assert [item["project_id"] for item in first["data"]] == ["proj_a", "proj_b"]
    again = server.http.post(path, json={"project_ids": ["proj_b", "proj_c"]}).json()
    assert again["data"][0] == first["data"][1]
    listed = server.get(path)
    assert [item["project_id"] for item in listed["data"]] == ["proj_c", "proj_b", "proj_a"]
    assert (listed["first_id"], listed["has_more"]) == (listed["data"][0]["id"], False)
    page = server.get(path, limit=1, order="ascending")
    assert ([item["project_id"] for item in page["data"]], page["has_more"]) == (["proj_a"], True)
    rest = server.get(path, after=page["last_id"], order="ascending")
    assert [item["project_id"] for item in rest["data"]] == ["proj_b", "proj_c"]
    assert len(server.get(path, project_id="proj_b")["data"]) == 1
    one = f"{path}/{first['data'][0]['id']}"
    deleted = server.http.delete(one).json()
    assert deleted == {"id": first["data"][0]["id"], "object": "checkpoint.permission", "deleted": True}
    assert code(server.http.delete(one)) == (404, "permission_not_found")
    assert code(server.http.get(path, params={"after": first["data"][0]["id"]})) == (400, "invalid_cursor")
    assert code(server.http.get(path, params={"order": "up"})) == (400, "invalid_value")


@pytest.mark.parametrize(
    "body",
    [{}, {"project_ids": []}, {"project_ids": "p"}, {"project_ids": [""]}, {"project_ids": [1]}, {"p": []}],
)
def test_permissions_need_projects(server: RunningServer, tuned: dict[str, Any], body: Any) -> None:
    """Of a checkpoint that exists."""
    path = f"/fine_tuning/checkpoints/{tuned['fine_tuned_model']}/permissions"
    assert server.http.post(path, json=body).status_code == 400
    assert server.http.post(path, json={"project_ids": ["p"] * 101}).status_code == 400


def test_permissions_belong_to_checkpoints(server: RunningServer, tuned: dict[str, Any]) -> None:
    """Every checkpoint has its own, also one that is not the last; a base model has none."""
    name = server.get(f"/fine_tuning/jobs/{tuned['id']}/checkpoints")["data"][-1][
        "fine_tuned_model_checkpoint"
    ]
    assert ":ckpt-step-" in name
    path = f"/fine_tuning/checkpoints/{name}/permissions"
    assert server.get(path)["data"] == []
    assert len(server.http.post(path, json={"project_ids": ["p"]}).json()["data"]) == 1
    for name, wanted in (("ft:x:y::z", "model_not_found"), (MODEL, "checkpoint_not_found")):
        path = f"/fine_tuning/checkpoints/{name}/permissions"
        for answer in (
            server.http.get(path),
            server.http.post(path, json={"project_ids": ["p"]}),
            server.http.delete(f"{path}/cp_x"),
        ):
            assert code(answer) == (404, wanted)


def test_a_tuned_model_is_removed_and_its_job_remembers_it(server: RunningServer) -> None:
    """It is listed and answers no more; the job that starts from it keeps it until it has ended."""
    job_id = server.create(server.upload(examples(12)))["id"]
    server.wait(job_id)
    name = server.job(job_id)["fine_tuned_model"]
    permissions = f"/fine_tuning/checkpoints/{name}/permissions"
    server.http.post(permissions, json={"project_ids": ["p"]})
    child = server.create_long(model=name)["id"]
    server.http.post(f"/fine_tuning/jobs/{child}/pause")
    assert code(server.http.delete(f"/models/{name}")) == (400, "model_in_use")
    server.http.post(f"/fine_tuning/jobs/{child}/cancel")
    server.wait(child, "cancelled")
    answer = server.http.delete(f"/models/{name.replace(':', '%3A')}")
    assert answer.json() == {"id": name, "object": "model", "deleted": True}
    assert name not in [model["id"] for model in server.get("/models")["data"]]
    chat = {"model": name, "messages": [{"role": "user", "content": "hi"}]}
    for gone in (
        server.http.get(f"/models/{name}"),
        server.http.delete(f"/models/{name}"),
        server.http.post("/chat/completions", json=chat),
        server.http.get(permissions),
    ):
        assert code(gone) == (404, "model_not_found")
    assert server.job(job_id)["fine_tuned_model"] == name
    left = list((server.data_dir / "jobs" / job_id).rglob("*.npz"))
    assert len(left) == len(server.get(f"/fine_tuning/jobs/{job_id}/checkpoints")["data"]) - 1


def test_a_base_model_stays(server: RunningServer) -> None:
    """It belongs to the program."""
    assert code(server.http.delete(f"/models/{MODEL}")) == (403, "cannot_delete_model")
    assert code(server.http.delete("/models/other")) == (404, "model_not_found")


def test_a_grader_is_run_on_one_answer(server: RunningServer) -> None:
    """With all that the API tells of it."""
    body = {"grader": CHECK, "model_sample": "Paris", "item": {"label": "Paris"}}
    answer = server.http.post(f"{GRADERS}/run", json=body).json()
    assert answer["reward"] == 1
    metadata = answer["metadata"]
    assert (metadata["name"], metadata["type"], metadata["scores"]) == (
        "exact",
        "string_check",
        {"exact": 1.0},
    )
    assert len(metadata["errors"]) == 14
    assert not any(metadata["errors"].values())
    assert metadata["execution_time"] >= 0
    both = {
        "type": "multi",
        "name": "m",
        "graders": {"a": CHECK, "b": CHECK},
        "calculate_output": "a - 2 * b",
    }
    answer = server.http.post(f"{GRADERS}/run", json={**body, "grader": both}).json()
    assert (answer["reward"], answer["sub_rewards"]) == (-1, {"a": 1, "b": 1})
    missing = server.http.post(f"{GRADERS}/run", json={"grader": CHECK, "model_sample": "x"}).json()
    assert (missing["reward"], missing["metadata"]["errors"]["invalid_variable_error"]) == (0, True)


def test_a_grader_is_validated(server: RunningServer) -> None:
    """One that can be used is given back."""
    assert server.http.post(f"{GRADERS}/validate", json={"grader": CHECK}).json() == {"grader": CHECK}


@pytest.mark.parametrize(
    ("body", "param", "wanted"),
    [
        ({}, "grader", "missing_required_parameter"),
        ({"grader": {"type": "python", "name": "p", "source": "1"}}, "grader.type", "unsupported_grader"),
        ({"grader": {"type": "score_model", "name": "s"}}, "grader.type", "unsupported_grader"),
        ({"grader": {**CHECK, "operation": "is"}}, "grader.operation", "invalid_grader"),
        ({"grader": CHECK, "other": 1}, "other", "unknown_parameter"),
    ],
)
def test_a_grader_that_cannot_be_used_is_refused(
    server: RunningServer, body: dict[str, Any], param: str, wanted: str
) -> None:
    """Python and models are refused in words of their own, both ways."""
    for path, extra in (("validate", {}), ("run", {"model_sample": "x"})):
        answer = server.http.post(f"{GRADERS}/{path}", json={**body, **extra})
        assert code(answer) == (400, wanted)
        assert answer.json()["error"]["param"] == param


def test_a_run_needs_a_sample_and_an_item_that_is_an_object(server: RunningServer) -> None:
    """Numbers beyond JSON are none."""
    for change in ({}, {"model_sample": 1}, {"model_sample": "x", "item": []}):
        assert server.http.post(f"{GRADERS}/run", json={"grader": CHECK, **change}).status_code == 400
    beyond = b'{"grader": {"type": "string_check", "more": 1e999}, "model_sample": "x"}'
    headers = {"Content-Type": "application/json"}
    assert server.http.post(f"{GRADERS}/validate", content=beyond, headers=headers).status_code == 400
