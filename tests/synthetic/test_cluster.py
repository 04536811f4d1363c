"""Shards on a Dask cluster of two local processes."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cameratokeyboard.errors import SettingsError
from cameratokeyboard.synthetic import cluster
from cameratokeyboard.synthetic.still import Picture, StillSettings
from cameratokeyboard.synthetic.synthesize import render_shard

SETTINGS = StillSettings(seed=1, size=160)
SHARDS = [[2 * k, 2 * k + 1] for k in range(12)]


def slow_shard(settings: StillSettings, numbers: list[int]) -> list[Picture]:
    """A stand-in for drawing that tells which process made it."""
    time.sleep(0.15)
    return [Picture(f"p{n}", b"", "", {"pid": os.getpid()}) for n in numbers]


def signed_shard(settings: StillSettings, numbers: list[int]) -> list[Picture]:
    """Pictures drawn for real, with the process that drew them."""
    drawn = render_shard(settings, numbers)
    return [replace(p, record={**p.record, "pid": os.getpid()}) for p in drawn]


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    distributed: Any = pytest.importorskip("distributed")
    with distributed.LocalCluster(
        n_workers=2,
        threads_per_worker=1,
        processes=True,
        dashboard_address=None,
        local_directory=str(tmp_path),
    ) as local:
        yield local.scheduler_address


class TestClusterShards:
    @pytest.mark.skipif(sys.platform == "win32", reason="kills a process by a POSIX signal")
    def test_all_pictures_come_although_a_worker_is_killed(
        self, address: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(cluster, "render_shard", slow_shard)
        names: list[str] = []
        workers: set[int] = set()
        for pictures in cluster.cluster_shards(address)(SETTINGS, SHARDS):
            names += [p.name for p in pictures]
            if not workers:
                os.kill(pictures[0].record["pid"], signal.SIGKILL)
            workers |= {p.record["pid"] for p in pictures}
        assert sorted(names) == sorted(f"p{n}" for shard in SHARDS for n in shard)
        assert len(workers) >= 2

    @pytest.mark.skipif(sys.platform == "win32", reason="kills a process by a POSIX signal")
    def test_pictures_drawn_on_a_cluster_that_loses_a_worker_are_those_drawn_here(
        self, address: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        pytest.importorskip("anny")
        settings = StillSettings(seed=3, size=160, hands="anny")
        shards = [[0], [6], [12], [18], [1]]
        monkeypatch.setattr(cluster, "render_shard", signed_shard)
        drawn: dict[str, tuple[bytes, str]] = {}
        workers: list[int] = []
        for (picture,) in cluster.cluster_shards(address)(settings, shards):
            drawn[picture.name] = picture.jpeg, picture.labels
            workers.append(picture.record["pid"])
            if len(workers) == 1:
                os.kill(workers[0], signal.SIGKILL)
        assert len(set(workers)) >= 2
        here = [picture for shard in shards for picture in render_shard(settings, shard)]
        assert drawn == {picture.name: (picture.jpeg, picture.labels) for picture in here}

    def test_an_address_where_nobody_answers_is_named(self) -> None:
        pytest.importorskip("distributed")
        shards = cluster.cluster_shards("tcp://127.0.0.1:9", timeout_s=0.5)
        with pytest.raises(SettingsError, match=r"127\.0\.0\.1:9"):
            list(shards(SETTINGS, SHARDS))
