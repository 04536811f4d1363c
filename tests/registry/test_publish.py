"""Publishing and going back, alone and against 23 others."""

from __future__ import annotations

import dataclasses
import itertools
import threading
from pathlib import Path
from typing import Any

import pytest

from cameratokeyboard.config import RegistrySettings
from cameratokeyboard.errors import ModelError, RegistryError
from cameratokeyboard.registry.base import ExistsError, ObjectStore
from cameratokeyboard.registry.gate import Evaluation
from cameratokeyboard.registry.manifest import Manifest, numbered_key
from cameratokeyboard.registry.offer import read_newest
from cameratokeyboard.registry.publish import Publisher
from cameratokeyboard.registry.signing import PublicKeys
from cameratokeyboard.registry.store import open_store
from cameratokeyboard.registry.versions import make_version, short
from tests.registry import builders
from tests.registry.builders import MemoryStore
from tests.registry.faultproxy import FaultProxy
from tests.registry.swiftserver import SwiftServer

PUBLISHERS = 24


def publish(
    store: ObjectStore, path: Path, *, dataset: str = builders.DATASET_1, **options: Any
) -> Manifest:
    options.setdefault("evaluation", builders.evaluation())
    options.setdefault("margin", 0.01)
    return builders.publisher(store).publish(path, dataset=dataset, **options)


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


@pytest.fixture
def one(tmp_path: Path) -> Path:
    return builders.write_model(tmp_path / "one.onnx", "one")


@pytest.fixture
def two(tmp_path: Path) -> Path:
    return builders.write_model(tmp_path / "two.onnx", "two")


class TestPublish:
    def test_first_model_becomes_current(self, store: MemoryStore, one: Path) -> None:
        manifest = publish(store, one, note="the first")
        assert manifest.serial == 1
        assert manifest.current_entry.figures == {"recall": 0.9, "contact.median_px": 1.0}
        assert manifest.history[0].note == "the first"
        assert store.objects[manifest.current_entry.key] == one.read_bytes()
        assert store.objects["manifest.json"] == store.objects["manifests/00000001.json"]

    def test_second_model_keeps_the_first_in_the_history(
        self, store: MemoryStore, one: Path, two: Path
    ) -> None:
        first = publish(store, one)
        second = publish(store, two, dataset=builders.DATASET_2)
        assert [m.version for m in second.models] == [first.current, second.current]
        assert [h.action for h in second.history] == ["publish", "publish"]
        assert second.current != first.current

    def test_same_version_twice_is_refused(self, store: MemoryStore, one: Path) -> None:
        publish(store, one)
        before = dict(store.objects)
        with pytest.raises(ExistsError, match="published already"):
            publish(store, one, force=True)
        assert store.objects == before

    def test_foreign_object_under_the_key_is_never_overwritten(
        self, store: MemoryStore, one: Path
    ) -> None:
        sha256 = builders.hashlib_sha256(one)
        key = f"models/{make_version(builders.DATASET_1, sha256)}.onnx"
        store.objects[key] = b"something else"
        with pytest.raises(RegistryError, match="not what its name says"):
            publish(store, one)
        assert store.objects == {key: b"something else"}

    def test_upload_that_died_half_way_is_completed(self, store: MemoryStore, one: Path) -> None:
        manifest = publish(store, one)
        for key in [k for k in store.objects if "manifest" in k]:
            del store.objects[key]
        assert publish(store, one).current == manifest.current

    def test_copy_of_the_manifest_that_was_never_made_costs_nothing(
        self, store: MemoryStore, one: Path, two: Path
    ) -> None:
        publish(store, one)
        lagging = store.objects["manifest.json"]
        publish(store, two)
        store.objects["manifest.json"] = lagging
        keys = PublicKeys((builders.signing_key().public,))
        found = read_newest(store, keys)
        assert found is not None
        assert found[0].serial == 2

    def test_model_that_cannot_run_is_refused(self, store: MemoryStore, tmp_path: Path) -> None:
        path = tmp_path / "bad.onnx"
        path.write_bytes(b"PK\x03\x04 a pickle of torch")
        with pytest.raises(ModelError, match="expected an ONNX model"):
            publish(store, path)
        assert store.objects == {}

    def test_key_that_readers_do_not_know_is_refused(self, store: MemoryStore) -> None:
        settings = RegistrySettings(public_key=builders.signing_key(2).public_text)
        with pytest.raises(RegistryError, match="readers would refuse"):
            Publisher.open(store, settings, builders.signing_key(1), builders.NOW)


class TestGate:
    def test_worse_model_is_refused_and_nothing_changes(
        self, store: MemoryStore, one: Path, two: Path
    ) -> None:
        publish(store, one, evaluation=builders.evaluation(0.9))
        before = dict(store.objects)
        with pytest.raises(RegistryError, match=r"recall is 0.85, the current model's 0.9"):
            publish(store, two, evaluation=builders.evaluation(0.85))
        assert store.objects == before

    def test_worse_model_is_published_when_forced(
        self, store: MemoryStore, one: Path, two: Path
    ) -> None:
        publish(store, one, evaluation=builders.evaluation(0.9))
        manifest = publish(store, two, evaluation=builders.evaluation(0.5), force=True)
        assert manifest.serial == 2

    def test_both_models_are_measured_when_an_evaluation_is_given(
        self, store: MemoryStore, one: Path, two: Path
    ) -> None:
        publish(store, one, evaluation=builders.evaluation(0.1, on="an old set"))
        measured = {one.read_bytes(): 0.9, two.read_bytes(): 0.8}

        def evaluate(path: Path) -> Evaluation:
            return builders.evaluation(measured[path.read_bytes()], on="a new set")

        with pytest.raises(RegistryError, match=r"recall is 0.8, the current model's 0.9"):
            publish(store, two, evaluate=evaluate)

    def test_figures_of_different_sets_are_not_compared(
        self, store: MemoryStore, one: Path, two: Path
    ) -> None:
        publish(store, one, evaluation=builders.evaluation(on="an old set"))
        with pytest.raises(RegistryError, match="not measured on the same evaluation set"):
            publish(store, two, evaluation=builders.evaluation(on="a new set"))


class TestRollback:
    def test_goes_back_and_deletes_nothing(self, store: MemoryStore, one: Path, two: Path) -> None:
        first = publish(store, one)
        publish(store, two)
        before = dict(store.objects)
        manifest = builders.publisher(store).rollback(short(first.current), note="two is bad")
        assert manifest.current == first.current
        assert manifest.history[-1].action == "rollback"
        assert manifest.history[-1].note == "two is bad"
        assert len(manifest.models) == 2
        unchanged = {k: v for k, v in store.objects.items() if k in before and k != "manifest.json"}
        assert unchanged == {k: v for k, v in before.items() if k != "manifest.json"}

    def test_unknown_version_is_refused(self, store: MemoryStore, one: Path) -> None:
        publish(store, one)
        with pytest.raises(RegistryError, match="there is no version 'abc'"):
            builders.publisher(store).rollback("abc")

    def test_current_version_is_refused(self, store: MemoryStore, one: Path) -> None:
        manifest = publish(store, one)
        with pytest.raises(RegistryError, match="current one already"):
            builders.publisher(store).rollback(manifest.current)

    def test_version_whose_model_is_gone_is_refused(
        self, store: MemoryStore, one: Path, two: Path
    ) -> None:
        first = publish(store, one)
        publish(store, two)
        del store.objects[first.current_entry.key]
        with pytest.raises(RegistryError, match="there is no models/"):
            builders.publisher(store).rollback(first.current)

    def test_empty_store_is_refused(self, store: MemoryStore) -> None:
        with pytest.raises(RegistryError, match="nothing was ever published"):
            builders.publisher(store).rollback("1")


class TestRace:
    """Against Swift, which lets overlapping conditional writes through: see ``SETTLE_S``."""

    def race(self, swift: SwiftServer, bucket: str, models: list[Path]) -> list[str]:
        settings = builders.settings(endpoint_url=swift.endpoint_url, bucket=bucket, timeout_s=60.0)
        # Opening a store costs more than using it, and a store may serve several threads.
        stores = [open_store(settings.registry) for _ in range(4)]
        barrier = threading.Barrier(len(models))
        told: list[str] = []

        def run(store: ObjectStore, model: Path) -> None:
            key = builders.signing_key()
            publisher = Publisher.open(store, settings.registry, key, builders.NOW)
            barrier.wait()
            try:
                manifest = publisher.publish(
                    model,
                    dataset=builders.DATASET_1,
                    evaluation=builders.evaluation(),
                    margin=0.01,
                    check=lambda path: None,
                )
                told.append(f"won {manifest.current}")
            except RegistryError as error:
                told.append(str(error))

        threads = [
            threading.Thread(target=run, args=(store, model))
            for store, model in zip(itertools.cycle(stores), models, strict=False)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(told) == len(models)
        return told

    def check(self, swift: SwiftServer, bucket: str, told: list[str]) -> None:
        winners = [line for line in told if line.startswith("won")]
        losers = [line for line in told if not line.startswith("won")]
        assert len(winners) == 1, told
        assert all("another publisher was faster" in t or "already" in t for t in losers), losers
        settings = builders.settings(endpoint_url=swift.endpoint_url, bucket=bucket)
        keys = PublicKeys.parse(settings.registry.public_key)
        found = read_newest(open_store(settings.registry), keys)
        assert found is not None
        assert found[0].serial == 1
        assert winners == [f"won {found[0].current}"]

    def test_24_publishers_of_different_models_have_one_winner(
        self, swift: SwiftServer, bucket: str, tmp_path: Path
    ) -> None:
        models = [
            builders.write_model(tmp_path / f"{i}.onnx", f"model {i}") for i in range(PUBLISHERS)
        ]
        self.check(swift, bucket, self.race(swift, bucket, models))

    def test_24_publishers_of_the_same_model_have_one_winner(
        self, swift: SwiftServer, bucket: str, one: Path
    ) -> None:
        self.check(swift, bucket, self.race(swift, bucket, [one] * PUBLISHERS))

    def test_win_whose_answer_got_lost_is_still_a_win(
        self, swift: SwiftServer, bucket: str, one: Path
    ) -> None:
        with LosingFirstAnswer(swift.endpoint_url) as proxy:
            settings = builders.settings(endpoint_url=proxy.endpoint_url, bucket=bucket)
            manifest = publish(open_store(settings.registry), one)
        puts = [line for line in proxy.requests if line.startswith("PUT") and "manifests/" in line]
        assert len(puts) == 2
        assert manifest.serial == 1


class TestOverlappingCreates:
    """A store that checks for existence only when a request begins, and keeps the last write."""

    def test_publisher_overwritten_while_it_settles_says_that_it_lost(
        self, store: MemoryStore, one: Path, two: Path
    ) -> None:
        other = MemoryStore()
        publish(other, two)

        def other_write_lands(seconds: float) -> None:
            assert seconds > 0
            store.objects.update(other.objects)

        slow = dataclasses.replace(builders.publisher(store), settle=other_write_lands)
        with pytest.raises(ExistsError, match="another publisher was faster"):
            slow.publish(
                one, dataset=builders.DATASET_1, evaluation=builders.evaluation(), margin=0.01
            )
        assert store.objects["manifest.json"] == other.objects["manifest.json"]


class LosingFirstAnswer(FaultProxy):
    """Loses the store's answer to the first creation of a numbered manifest."""

    def _pass_back(self, server: Any, client: Any, fault: Any) -> None:
        puts = [x for x in self.requests if x.startswith("PUT") and numbered_key(1) in x]
        if len(puts) == 1 and self.requests[-1] == puts[0]:
            first = server.recv(65536)
            if first.startswith(b"HTTP/1.1 100"):
                client.sendall(first)
                server.recv(65536)
            return
        super()._pass_back(server, client, fault)
