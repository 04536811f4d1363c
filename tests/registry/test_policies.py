"""The policies in docs/policies against what the code really calls."""

from __future__ import annotations

import fnmatch
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import botocore.handlers
import pytest

from cameratokeyboard.registry.base import ObjectStore
from cameratokeyboard.registry.checkpoints import checkpoint_key, fetch_run
from cameratokeyboard.registry.offer import read_newest
from cameratokeyboard.registry.signing import PublicKeys
from cameratokeyboard.registry.store import open_store
from cameratokeyboard.registry.update import check_now
from tests.registry import builders

POLICIES = Path(__file__).parents[2] / "docs" / "policies"
PREFIX = "keyboards"
KEYS = PublicKeys((builders.signing_key().public,))

#: The permission that each S3 operation needs (AWS: actions defined by Amazon S3).
PERMISSIONS = {
    "GetObject": "s3:GetObject",
    "PutObject": "s3:PutObject",
    "ListObjectsV2": "s3:ListBucket",
}
#: Not called, but without it S3 answers 403 instead of 404 for a key that is not there.
UNCALLED = {"s3:ListBucket"}

Call = tuple[str, str, bool]  # permission, resource, is it a create-once


def load(name: str) -> dict[str, Any]:
    text = (POLICIES / name).read_text(encoding="utf-8")
    policy: dict[str, Any] = json.loads(text.replace("PREFIX", PREFIX))
    assert policy["Version"] == "2012-10-17"
    return policy


def words(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def statements(policy: dict[str, Any], effect: str, call: Call) -> list[dict[str, Any]]:
    """The statements of a policy that speak of a call."""
    permission, resource, creates = call
    return [
        s
        for s in policy["Statement"]
        if s["Effect"] == effect
        and permission in words(s["Action"])
        and any(fnmatch.fnmatchcase(resource, r) for r in words(s["Resource"]))
        and not (creates and "Null" in s.get("Condition", {}))
    ]


def allows(policy: dict[str, Any], call: Call) -> bool:
    return bool(statements(policy, "Allow", call)) and not statements(policy, "Deny", call)


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch, moto_bucket: str) -> list[Call]:
    """Every call to S3 from here on."""
    seen: list[Call] = []

    def note(params: dict[str, Any], model: Any, **_: Any) -> None:
        key = params.get("Key")
        arn = "arn:aws:s3:::BUCKET" + (f"/{key}" if key else "")
        seen.append((PERMISSIONS[model.name], arn, params.get("IfNoneMatch") == "*"))

    handlers = [*botocore.handlers.BUILTIN_HANDLERS, ("before-parameter-build.s3", note)]
    monkeypatch.setattr(botocore.handlers, "BUILTIN_HANDLERS", handlers)
    return seen


@pytest.fixture
def store(calls: list[Call], moto_url: str, moto_bucket: str) -> ObjectStore:
    return open_store(
        builders.settings(endpoint_url=moto_url, bucket=moto_bucket, prefix=PREFIX).registry
    )


def publish(store: ObjectStore, folder: Path, text: str) -> str:
    manifest = builders.publisher(store).publish(
        builders.write_model(folder / f"{text}.onnx", text),
        dataset=builders.DATASET_1,
        evaluation=builders.evaluation(),
        margin=0.01,
        evaluate=lambda path: builders.evaluation(),
    )
    return manifest.current


def publisher_work(store: ObjectStore, folder: Path) -> None:
    first = publish(store, folder, "one")
    publish(store, folder, "two")
    builders.publisher(store).rollback(first)


def trainer_work(store: ObjectStore, folder: Path) -> None:
    read_newest(store, KEYS)
    store.replace(checkpoint_key(builders.DATASET_1), b"run")
    fetch_run(store, builders.DATASET_1)


@pytest.mark.parametrize(
    ("name", "work"),
    [
        ("publisher-role-policy.json", publisher_work),
        ("trainer-role-policy.json", trainer_work),
    ],
)
def test_role_may_do_what_its_code_calls_and_nothing_else(
    name: str,
    work: Callable[[ObjectStore, Path], None],
    store: ObjectStore,
    calls: list[Call],
    tmp_path: Path,
) -> None:
    if work is trainer_work:
        publish(store, tmp_path, "zero")
        calls.clear()
    work(store, tmp_path)
    policy = load(name)
    assert calls
    assert [call for call in calls if not allows(policy, call)] == []
    for statement in policy["Statement"]:
        for permission in set(words(statement["Action"])) - UNCALLED:
            for resource in words(statement["Resource"]):
                assert any(
                    p == permission and fnmatch.fnmatchcase(arn, resource) for p, arn, _ in calls
                ), f"{permission} on {resource} is allowed and never used"


def test_anyone_may_read_what_an_app_asks_for_and_nothing_else(
    store: ObjectStore, calls: list[Call], moto_url: str, moto_bucket: str, tmp_path: Path
) -> None:
    publish(store, tmp_path, "one")
    calls.clear()
    settings = builders.settings(endpoint_url=moto_url, bucket=moto_bucket, prefix=PREFIX)
    result = check_now(
        settings, now=builders.NOW, root=tmp_path, shipped=builders.shipped_model(tmp_path)
    )
    assert "runs from the next start on" in result.line
    policy = load("public-read-bucket-policy.json")
    assert {permission for permission, _, _ in calls} == {"s3:GetObject"}
    assert [call for call in calls if not allows(policy, call)] == []
    private = f"arn:aws:s3:::BUCKET/{PREFIX}/{checkpoint_key(builders.DATASET_1)}"
    assert not allows(policy, ("s3:GetObject", private, False))
    assert not allows(policy, ("s3:PutObject", f"arn:aws:s3:::BUCKET/{PREFIX}/models/x", True))


def test_bucket_refuses_overwriting_even_the_publisher(
    store: ObjectStore, calls: list[Call], tmp_path: Path
) -> None:
    publisher_work(store, tmp_path)
    policy = load("public-read-bucket-policy.json")
    assert [call for call in calls if statements(policy, "Deny", call)] == []
    for key in ("models/x.onnx", "manifests/00000001.json"):
        overwrite = ("s3:PutObject", f"arn:aws:s3:::BUCKET/{PREFIX}/{key}", False)
        assert statements(policy, "Deny", overwrite)


def test_no_policy_lets_anyone_delete() -> None:
    for path in POLICIES.glob("*.json"):
        allowed = [s for s in load(path.name)["Statement"] if s["Effect"] == "Allow"]
        actions = {action for s in allowed for action in words(s["Action"])}
        assert not any("Delete" in action or "*" in action for action in actions), path.name


def test_roles_are_only_for_one_environment_of_one_repository() -> None:
    [statement] = load("github-role-trust-policy.json")["Statement"]
    conditions = statement["Condition"]["StringEquals"]
    subject = conditions["token.actions.githubusercontent.com:sub"]
    assert subject == "repo:OWNER/REPOSITORY:environment:ENVIRONMENT"
    assert conditions["token.actions.githubusercontent.com:aud"] == "sts.amazonaws.com"


def test_plain_bucket_needs_listing_too(store: ObjectStore, calls: list[Call]) -> None:
    store.create("m.onnx", b"x")
    store.list()
    store.download("m.onnx", io.BytesIO(), limit=9, progress=lambda done: None)
    assert {permission for permission, _, _ in calls} == set(PERMISSIONS.values())
