"""Checks for a newer model against a real store, with all that can go wrong made to happen."""

from __future__ import annotations

import datetime
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from cameratokeyboard.config import Settings
from cameratokeyboard.registry.local import LocalModels, models_folder, newest_verified
from cameratokeyboard.registry.store import open_store
from cameratokeyboard.registry.update import (
    Check,
    Outcome,
    Ticket,
    UpdateResult,
    check_in_background,
    check_now,
)
from tests.registry import builders
from tests.registry.faultproxy import Fault, FaultProxy
from tests.registry.swiftserver import SwiftServer, free_ports

resource: Any = pytest.importorskip("resource", reason="the faults are made by Unix's means")
NOT_LINUX = not sys.platform.startswith("linux")


class World:
    """A publisher's bucket in Swift, and an app with a model of it, which a proxy lies between."""

    def __init__(self, swift: SwiftServer, bucket: str, folder: Path) -> None:
        self.root = folder / "data"
        self.shipped = builders.shipped_model(folder)
        self.folder = folder
        self.direct = builders.settings(endpoint_url=swift.endpoint_url, bucket=bucket)
        self.store = open_store(self.direct.registry)
        self.proxy = FaultProxy(swift.endpoint_url)
        self.bucket = bucket
        self.hour = 0

    def settings(self, **changes: object) -> Settings:
        changes = {"timeout_s": 5.0, "limit_s": 30.0, **changes}
        return builders.settings(
            endpoint_url=self.proxy.endpoint_url, bucket=self.bucket, **changes
        )

    def publish(self, text: str, *, recall: float = 0.9, padding: int = 0) -> str:
        self.hour += 1
        model = builders.write_model(self.folder / f"{text}.onnx", text, padding=padding)
        at = builders.NOW + datetime.timedelta(hours=self.hour)
        manifest = builders.publisher(self.store, at=at).publish(
            model,
            dataset=builders.DATASET_1,
            evaluation=builders.evaluation(recall),
            margin=0.01,
        )
        return manifest.current

    def check(self, settings: Settings | None = None) -> UpdateResult:
        return check_now(
            settings or self.settings(), now=builders.NOW, root=self.root, shipped=self.shipped
        )

    def runs(self, settings: Settings | None = None) -> str:
        """Which model an app that starts now would run: the graph's name in it."""
        path = newest_verified(settings or self.settings(), root=self.root, shipped=self.shipped)
        import onnx

        return str(onnx.load(path).graph.name)

    @property
    def models(self) -> LocalModels:
        return models_folder(self.settings().registry, self.root)

    def leftovers(self) -> list[str]:
        return [p.name for p in self.models.folder.glob("*.part")]


@pytest.fixture
def world(swift: SwiftServer, bucket: str, tmp_path: Path) -> Any:
    world = World(swift, bucket, tmp_path)
    with world.proxy:
        yield world


@pytest.fixture
def app_with_one(world: World) -> World:
    """The app runs model "one"; "two" has just been published."""
    world.publish("one", padding=200_000)
    assert world.check().outcome is Outcome.TAKEN
    assert world.runs() == "one"
    world.publish("two", padding=300_000)
    return world


def assert_kept(world: World, result: UpdateResult, *words: str, runs: str = "one") -> None:
    assert result.outcome is Outcome.KEPT
    assert "\n" not in result.line
    for word in words:
        assert word in result.line, result.line
    assert world.runs() == runs
    assert world.leftovers() == []


class TestHealthyStore:
    def test_newer_model_is_taken_and_runs_at_next_start(self, app_with_one: World) -> None:
        result = app_with_one.check()
        assert result.outcome is Outcome.TAKEN
        assert app_with_one.runs() == "two"

    def test_second_check_downloads_nothing(self, app_with_one: World) -> None:
        app_with_one.check()
        app_with_one.proxy.requests.clear()
        assert app_with_one.check().outcome is Outcome.CURRENT
        assert not [line for line in app_with_one.proxy.requests if "/models/" in line]

    def test_old_versions_are_kept_to_the_limit(self, world: World) -> None:
        for text in ("one", "two", "three", "four"):
            world.publish(text)
            assert world.check(world.settings(keep_versions=2)).outcome is Outcome.TAKEN
        assert len(list(world.models.folder.glob("*.onnx"))) == 2
        assert world.runs() == "four"

    def test_model_deleted_here_is_fetched_again(self, app_with_one: World) -> None:
        result = app_with_one.check()
        assert result.path is not None
        result.path.unlink()
        assert app_with_one.runs() == "one"
        assert app_with_one.check().outcome is Outcome.TAKEN
        assert app_with_one.runs() == "two"

    def test_store_that_names_the_shipped_model_costs_no_download(self, world: World) -> None:
        world.shipped = builders.write_model(world.folder / "one.onnx", "one")
        world.publish("one")
        assert world.check().outcome is Outcome.TAKEN
        assert not [line for line in world.proxy.requests if "/models/" in line]
        assert world.runs() == "one"


class TestFaultyStore:
    def test_offline_keeps_the_model(self, app_with_one: World) -> None:
        [port] = free_ports(1)
        gone = builders.settings(
            endpoint_url=f"http://127.0.0.1:{port}", bucket=app_with_one.bucket, timeout_s=2.0
        )
        result = app_with_one.check(gone)
        assert_kept(app_with_one, result, "cannot be reached")

    def test_silent_store_keeps_the_model(self, app_with_one: World) -> None:
        app_with_one.proxy.fault = Fault(silent_s=30)
        result = app_with_one.check(app_with_one.settings(timeout_s=0.3))
        assert_kept(app_with_one, result, "did not answer within 0.3 s")

    @pytest.mark.parametrize(
        ("status", "words"),
        [(403, "refused (403"), (404, "no manifest"), (500, "fault of its own (500)")],
    )
    def test_refused_manifest_keeps_the_model(
        self, app_with_one: World, status: int, words: str
    ) -> None:
        app_with_one.proxy.fault = Fault(status=status)
        assert_kept(app_with_one, app_with_one.check(), words)

    @pytest.mark.parametrize(
        ("status", "words"), [(403, "(403"), (404, "(404)"), (500, "fault of its own (500)")]
    )
    def test_refused_model_keeps_the_model(
        self, app_with_one: World, status: int, words: str
    ) -> None:
        app_with_one.proxy.fault = Fault(path="/models/", status=status)
        assert_kept(app_with_one, app_with_one.check(), words)

    def test_missing_bucket_keeps_the_model(self, app_with_one: World) -> None:
        wrong = builders.settings(
            endpoint_url=app_with_one.direct.registry.endpoint_url, bucket="not-there"
        )
        result = app_with_one.check(wrong)
        assert_kept(app_with_one, result, "no such bucket")

    def test_wrong_credentials_keep_the_model(
        self, app_with_one: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wrong")
        assert_kept(app_with_one, app_with_one.check(), "refused (403")

    def test_no_credentials_keep_the_model(
        self, app_with_one: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delenv("AWS_ACCESS_KEY_ID")
        monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
        assert_kept(app_with_one, app_with_one.check(), "no credentials", "unsigned")

    def test_truncated_model_keeps_the_model(self, app_with_one: World) -> None:
        app_with_one.proxy.fault = Fault(path="/models/", cut_after=100_000)
        assert_kept(app_with_one, app_with_one.check(), "/models/"[1:])

    def test_shorter_model_with_a_true_length_keeps_the_model(self, app_with_one: World) -> None:
        app_with_one.proxy.fault = Fault(path="/models/", body=b"x" * 1000)
        assert_kept(app_with_one, app_with_one.check(), "cut short: 1000 of")

    def test_longer_model_keeps_the_model(self, app_with_one: World) -> None:
        app_with_one.proxy.fault = Fault(path="/models/", body=b"x" * 400_000)
        assert_kept(app_with_one, app_with_one.check(), "larger than the")

    def test_truncated_manifest_keeps_the_model(self, app_with_one: World) -> None:
        app_with_one.proxy.fault = Fault(path="manifest.json", cut_after=100)
        assert app_with_one.check().outcome is Outcome.KEPT
        assert app_with_one.runs() == "one"

    def test_flipped_bit_keeps_the_model(self, app_with_one: World) -> None:
        app_with_one.proxy.fault = Fault(path="/models/", flip=True)
        assert_kept(app_with_one, app_with_one.check(), "not what was published")

    def test_tampered_manifest_keeps_the_model(self, app_with_one: World, s3_client: Any) -> None:
        stored = s3_client.get_object(Bucket=app_with_one.bucket, Key="manifest.json")[
            "Body"
        ].read()
        changed = stored.replace(b"median_px", b"median_py")
        assert changed != stored
        s3_client.put_object(Bucket=app_with_one.bucket, Key="manifest.json", Body=changed)
        assert_kept(app_with_one, app_with_one.check(), "signature")

    def test_manifest_by_another_key_keeps_the_model(self, app_with_one: World) -> None:
        other = app_with_one.settings(public_key=builders.signing_key(2).public_text)
        assert_kept(app_with_one, app_with_one.check(other), "signature")

    def test_older_manifest_keeps_the_model(self, app_with_one: World, s3_client: Any) -> None:
        bucket = app_with_one.bucket
        first = s3_client.get_object(Bucket=bucket, Key="manifests/00000001.json")["Body"].read()
        assert app_with_one.check().outcome is Outcome.TAKEN
        s3_client.delete_object(Bucket=bucket, Key="manifests/00000002.json")
        s3_client.put_object(Bucket=bucket, Key="manifest.json", Body=first)
        assert_kept(app_with_one, app_with_one.check(), "older state", runs="two")

    def test_model_older_than_the_shipped_one_is_not_taken(self, world: World) -> None:
        world.shipped = builders.write_model(
            world.folder / "new.onnx", "shipped", date="2030-01-01T00:00:00"
        )
        world.publish("one")
        assert_kept(world, world.check(), "older than the shipped one", runs="shipped")

    def test_too_large_model_is_not_even_asked_for(self, app_with_one: World) -> None:
        app_with_one.proxy.requests.clear()
        result = app_with_one.check(app_with_one.settings(max_bytes=250_000))
        assert_kept(app_with_one, result, "too large", "registry.max_bytes")
        assert not [line for line in app_with_one.proxy.requests if "/models/" in line]

    def test_signed_model_that_cannot_run_is_not_taken(self, app_with_one: World) -> None:
        broken = app_with_one.folder / "broken.onnx"
        broken.write_bytes(builders.model_bytes("broken", names="{0: 'cat'}"))
        builders.publisher(app_with_one.store).publish(
            broken,
            dataset=builders.DATASET_1,
            evaluation=builders.evaluation(),
            margin=0.01,
            check=lambda path: None,
        )
        assert_kept(app_with_one, app_with_one.check(), "cat")

    def test_store_that_heals_is_used_again(self, app_with_one: World) -> None:
        app_with_one.proxy.fault = Fault(status=500)
        assert app_with_one.check().outcome is Outcome.KEPT
        app_with_one.proxy.fault = None
        assert app_with_one.check().outcome is Outcome.TAKEN
        assert app_with_one.runs() == "two"


class TestFaultyDisk:
    def test_file_in_place_of_the_folder_keeps_the_shipped_model(self, world: World) -> None:
        world.publish("one")
        world.root.mkdir()
        (world.root / "models").write_text("in the way")
        result = world.check()
        assert result.outcome is Outcome.KEPT
        assert "cannot be written to" in result.line
        assert world.runs() == "shipped"

    def test_read_only_folder_keeps_the_model(self, app_with_one: World) -> None:
        world = app_with_one
        with mounted(world.root / "models", "ro", world.root / "models"):
            result = world.check()
            assert_kept(world, result, "cannot be written to", "ead-only")
        assert world.check().outcome is Outcome.TAKEN

    def test_full_disk_keeps_the_model(self, world: World) -> None:
        world.root.mkdir()
        with mounted(world.root, "size=300k", None):
            world.publish("one", padding=100_000)
            assert world.check().outcome is Outcome.TAKEN
            world.publish("two", padding=300_000)
            assert_kept(world, world.check(), "disk is full")

    @pytest.mark.skipif(NOT_LINUX, reason="limits of file size are Linux's here")
    def test_file_size_limit_keeps_the_model(self, app_with_one: World) -> None:
        old = resource.getrlimit(resource.RLIMIT_FSIZE)
        handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, old[1]))
        try:
            result = app_with_one.check()
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, old)
            signal.signal(signal.SIGXFSZ, handler)
        assert_kept(app_with_one, result, "disk is full")

    def test_damaged_model_is_passed_over_at_start(
        self, app_with_one: World, caplog: pytest.LogCaptureFixture
    ) -> None:
        result = app_with_one.check()
        assert result.path is not None
        result.path.write_bytes(builders.flip_a_bit(result.path.read_bytes()))
        assert app_with_one.runs() == "one"
        assert "damaged" in caplog.text


class mounted:  # noqa: N801  (reads like a verb where it is used)
    """A small file system over ``target`` for a while; skips where this user may not mount."""

    def __init__(self, target: Path, options: str, bind: Path | None) -> None:
        self._target, self._options, self._bind = target, options, bind

    def __enter__(self) -> None:
        if NOT_LINUX or os.geteuid() != 0:
            pytest.skip("mounting a file system for this test needs root on Linux")
        if self._bind:
            commands = [
                ["mount", "--bind", str(self._bind), str(self._target)],
                ["mount", "-o", f"remount,bind,{self._options}", str(self._target)],
            ]
        else:
            commands = [["mount", "-t", "tmpfs", "-o", self._options, "tmpfs", str(self._target)]]
        for command in commands:
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            if done.returncode:
                subprocess.run(["umount", str(self._target)], capture_output=True, check=False)
                pytest.skip(f"mounting is not allowed here: {done.stderr.strip()}")

    def __exit__(self, *_: object) -> None:
        subprocess.run(["umount", str(self._target)], check=True)


PULL = """
import datetime, sys
from pathlib import Path
from cameratokeyboard.config import load_settings
from cameratokeyboard.registry.update import check_now
root, shipped = map(Path, sys.argv[1:])
now = datetime.datetime(2026, 3, 1, tzinfo=datetime.UTC)
print(check_now(load_settings(), now=now, root=root, shipped=shipped).line)
"""


def start_process(world: World, code: str = PULL) -> subprocess.Popen[str]:
    """A process of its own with the world's settings in its environment."""
    registry = world.settings().registry
    environment = {
        **os.environ,
        "C2K_REGISTRY_ENDPOINT_URL": registry.endpoint_url,
        "C2K_REGISTRY_BUCKET": registry.bucket,
        "C2K_REGISTRY_PUBLIC_KEY": registry.public_key,
        "PYTHONPATH": os.pathsep.join(sys.path),
    }
    return subprocess.Popen(
        [sys.executable, "-c", code, str(world.root), str(world.shipped)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=environment,
    )


class TestProcesses:
    def test_kill_in_the_middle_of_a_download_keeps_the_model(self, app_with_one: World) -> None:
        world = app_with_one
        world.proxy.fault = Fault(path="/models/", bytes_per_s=100_000)
        world.proxy.body_begun.clear()
        with start_process(world) as process:
            try:
                assert world.proxy.body_begun.wait(30)
                time.sleep(0.3)
            finally:
                process.kill()
        assert process.returncode == -signal.SIGKILL
        assert len(world.leftovers()) == 1
        assert world.runs() == "one"
        world.proxy.fault = None
        assert world.check().outcome is Outcome.TAKEN
        assert world.runs() == "two"
        later = builders.NOW + datetime.timedelta(days=3650)
        check_now(world.settings(), now=later, root=world.root, shipped=world.shipped)
        assert world.leftovers() == []

    def test_two_processes_at_once_both_end_with_the_new_model(self, app_with_one: World) -> None:
        world = app_with_one
        world.proxy.fault = Fault(path="/models/", bytes_per_s=600_000)
        processes = [start_process(world), start_process(world)]
        lines = [process.communicate(timeout=60)[0] for process in processes]
        assert all("runs from the next start on" in line for line in lines), lines
        assert world.runs() == "two"
        assert world.leftovers() == []

    def test_exit_does_not_wait_for_a_silent_store(self, app_with_one: World) -> None:
        world = app_with_one
        world.proxy.fault = Fault(silent_s=60)
        code = (
            "import sys, time\n"
            "from pathlib import Path\n"
            "from cameratokeyboard.config import load_settings\n"
            "from cameratokeyboard.registry.update import check_in_background\n"
            "root, shipped = map(Path, sys.argv[1:])\n"
            "begin = time.monotonic()\n"
            "check = check_in_background(load_settings(), root=root, shipped=shipped)\n"
            "print(f'{time.monotonic() - begin:.3f}', flush=True)\n"
            "assert check.wait(1.0) is None\n"
            "print('end', flush=True)\n"
        )
        with start_process(world, code) as process:
            assert process.stdout is not None
            started_s = float(process.stdout.readline())
            assert process.stdout.readline() == "end\n"
            begin = time.monotonic()
            assert process.wait(20) == 0
        assert started_s < 0.5
        assert time.monotonic() - begin < 5


class TestBackground:
    def test_result_comes_by_handle_and_by_call(self, app_with_one: World) -> None:
        told: list[UpdateResult] = []
        check = check_in_background(
            app_with_one.settings(),
            root=app_with_one.root,
            shipped=app_with_one.shipped,
            on_done=told.append,
        )
        result = check.wait(20)
        assert result is not None
        assert result.outcome is Outcome.TAKEN
        assert check.result() == result
        assert app_with_one.runs() == "two"

    def test_dripping_store_is_given_up_at_the_limit(self, app_with_one: World) -> None:
        app_with_one.proxy.fault = Fault(path="/models/", bytes_per_s=20_000)
        check = check_in_background(
            app_with_one.settings(limit_s=1.5),
            root=app_with_one.root,
            shipped=app_with_one.shipped,
        )
        result = check.wait(10)
        assert result is not None
        assert result.outcome is Outcome.KEPT
        assert "longer than 1.5 s" in result.line
        assert app_with_one.runs() == "one"

    def test_without_a_store_nothing_is_asked(self, tmp_path: Path) -> None:
        result = check_in_background(Settings(), root=tmp_path).wait(5)
        assert result is not None
        assert result.outcome is Outcome.OFF
        assert list(tmp_path.iterdir()) == []

    def test_cancelled_check_changes_nothing(self) -> None:
        entered, go_on = threading.Event(), threading.Event()
        changed: list[bool] = []

        def work(ticket: Ticket) -> UpdateResult:
            entered.set()
            go_on.wait(10)
            ticket.begin()
            changed.append(True)
            return UpdateResult(Outcome.TAKEN, "taken")

        check = Check(work, limit_s=30).start()
        entered.wait(10)
        check.cancel()
        result = check.wait(10)
        go_on.set()
        assert result is not None
        assert result.outcome is Outcome.KEPT
        assert changed == []

    def test_change_that_has_begun_is_waited_for(self) -> None:
        begun, go_on = threading.Event(), threading.Event()

        def work(ticket: Ticket) -> UpdateResult:
            ticket.begin()
            begun.set()
            go_on.wait(10)
            return UpdateResult(Outcome.TAKEN, "taken")

        check = Check(work, limit_s=0.5).start()
        begun.wait(10)
        assert check.wait(1.0) is None
        go_on.set()
        assert check.wait(10) == UpdateResult(Outcome.TAKEN, "taken")


class TestPlainBucket:
    """A bucket without a manifest, as the forerunner's: the newest by ``LastModified``."""

    @pytest.fixture
    def plain(self, world: World, s3_client: Any) -> Any:
        def put(key: str, text: str) -> None:
            body = text.encode() if key.endswith(".pt") else builders.model_bytes(text)
            s3_client.put_object(Bucket=world.bucket, Key=key, Body=body)

        return put

    def test_newest_by_time_is_taken(self, world: World, plain: Any) -> None:
        settings = world.settings(public_key="")
        plain("zebra.onnx", "one")
        assert world.check(settings).outcome is Outcome.TAKEN
        assert world.runs(settings) == "one"
        time.sleep(1.1)  # the listing's times are whole seconds
        plain("apple.onnx", "two")
        plain("zoo.pt", "a pickle")
        assert world.check(settings).outcome is Outcome.TAKEN
        assert world.runs(settings) == "two"
        assert world.check(settings).outcome is Outcome.CURRENT
        assert not [line for line in world.proxy.requests if ".pt" in line]

    def test_bucket_of_pickles_gives_nothing(self, world: World, plain: Any) -> None:
        settings = world.settings(public_key="")
        plain("model.pt", "a pickle")
        assert_kept(world, world.check(settings), "no .onnx model", runs="shipped")

    def test_pickle_under_an_onnx_name_is_refused(self, world: World, s3_client: Any) -> None:
        settings = world.settings(public_key="")
        s3_client.put_object(Bucket=world.bucket, Key="m.onnx", Body=b"PK\x03\x04" + b"\0" * 500)
        assert_kept(world, world.check(settings), "expected an ONNX model", runs="shipped")

    def test_newest_one_removed_keeps_the_model(
        self, world: World, plain: Any, s3_client: Any
    ) -> None:
        settings = world.settings(public_key="")
        plain("one.onnx", "one")
        time.sleep(1.1)
        plain("two.onnx", "two")
        world.check(settings)
        s3_client.delete_object(Bucket=world.bucket, Key="two.onnx")
        result = world.check(settings)
        assert result.outcome is Outcome.KEPT
        assert "older state" in result.line
        assert world.runs(settings) == "two"

    def test_damage_on_the_way_is_noticed_by_the_etag(self, world: World, plain: Any) -> None:
        settings = world.settings(public_key="")
        plain("one.onnx", "one")
        world.proxy.fault = Fault(path="one.onnx", flip=True)
        assert_kept(world, world.check(settings), "MD5", runs="shipped")

    def test_manifest_without_a_key_in_the_settings_is_not_believed(self, world: World) -> None:
        world.publish("one")
        result = world.check(world.settings(public_key=""))
        assert_kept(world, result, "registry.public_key is not set", runs="shipped")
