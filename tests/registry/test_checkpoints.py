"""Copies of unfinished runs in a store."""

from __future__ import annotations

import threading

import pytest

from cameratokeyboard.errors import RegistryError
from cameratokeyboard.registry.checkpoints import RunKeeper, checkpoint_key, fetch_run
from tests.registry.builders import DATASET_1, MemoryStore

KEY = checkpoint_key(DATASET_1)


class TestRunKeeper:
    def keeper(self, store: MemoryStore, states: list[bytes | None], told: list[str]) -> RunKeeper:
        def pack() -> bytes | None:
            return states.pop(0) if len(states) > 1 else states[0]

        return RunKeeper(
            DATASET_1, pack=pack, open_store=lambda: store, every_s=0.01, report=told.append
        )

    def test_copies_while_the_work_goes_on(self) -> None:
        copied = threading.Event()

        class Watched(MemoryStore):
            def replace(self, key: str, body: bytes) -> None:
                super().replace(key, body)
                copied.set()

        store = Watched()
        with self.keeper(store, [b"state 1"], []):
            assert copied.wait(10)
        assert store.objects == {KEY: b"state 1"}

    def test_last_copy_is_made_when_the_work_fails(self) -> None:
        store = MemoryStore()
        keeper = RunKeeper(
            DATASET_1, pack=lambda: b"end", open_store=lambda: store, every_s=99, report=print
        )

        def work() -> None:
            with keeper:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            work()
        assert fetch_run(store, DATASET_1) == b"end"

    def test_unchanged_run_is_copied_once(self) -> None:
        told: list[str] = []
        with self.keeper(MemoryStore(), [b"same"], told):
            threading.Event().wait(0.2)
        assert len(told) == 1

    def test_failed_copy_is_reported_and_tried_again(self) -> None:
        class Failing(MemoryStore):
            fails = True

            def replace(self, key: str, body: bytes) -> None:
                if self.fails:
                    self.fails = False
                    raise RegistryError("offline")
                super().replace(key, body)

        store, told = Failing(), []  # type: ignore[var-annotated]
        with self.keeper(store, [b"state"], told):
            threading.Event().wait(0.2)
        assert "offline" in told[0]
        assert store.objects == {KEY: b"state"}

    def test_nothing_to_keep_is_no_copy(self) -> None:
        store = MemoryStore()
        with self.keeper(store, [None], []):
            pass
        assert store.objects == {}


def test_fetch_of_nothing_is_none() -> None:
    assert fetch_run(MemoryStore(), DATASET_1) is None


@pytest.mark.parametrize("dataset", ["", "../x", "A" * 32])
def test_key_needs_a_checksum(dataset: str) -> None:
    with pytest.raises(ValueError, match="md5"):
        checkpoint_key(dataset)
