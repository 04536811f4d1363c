"""Sets of labelled pictures: shards over all cores or a cluster, resumed, never mixed."""

from __future__ import annotations

import json
import multiprocessing
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from cameratokeyboard.errors import OutputError, SettingsError, SimulationError
from cameratokeyboard.files import write_bytes, write_text
from cameratokeyboard.synthetic.still import (
    RUN_LENGTH,
    Picture,
    StillSettings,
    picture_name,
    render_still,
)

#: Rises when the same settings give other pictures, so that sets are not mixed.
RECIPE = 13
MANIFEST = "manifest.json"
#: Seconds between two writes of the manifest.
_SAVE_EVERY_S = 10.0
#: Pools of processes that may break before a set is given up.
_POOLS = 4
Progress = Callable[[int, int, float], None]
Shards = Callable[[StillSettings, list[list[int]]], Iterator[list[Picture]]]


@dataclass(frozen=True)
class SetWish:
    """A set to make. count: pictures 0 .. count - 1 of ``settings`` in ``folder``."""

    settings: StillSettings
    count: int
    folder: Path

    def __post_init__(self) -> None:
        if self.count < 1:
            raise SettingsError(f"--count: expected 1 or more pictures, got {self.count}")
        if not 160 <= self.settings.size <= 2048:
            raise SettingsError(f"--size: expected 160 to 2048 px, got {self.settings.size}")
        if self.settings.seed < 0:
            raise SettingsError(f"--seed: expected 0 or more, got {self.settings.seed}")


def _identity(settings: StillSettings) -> dict[str, Any]:
    return {"recipe": RECIPE, **asdict(settings)}


def open_set(wish: SetWish) -> dict[str, dict[str, Any]]:
    """Make or reopen the folder; the manifest entries of pictures that are already there.

    Raises OutputError for a folder that cannot be written, that holds other things, or a set made
    with other settings.
    """
    folder = wish.folder
    try:
        manifest = folder / MANIFEST
        if manifest.is_file():
            records = _reopened(wish, json.loads(manifest.read_text("utf-8")))
        else:
            _check_empty(folder)
            records = {}
        for part in ("images", "labels"):
            (folder / part).mkdir(parents=True, exist_ok=True)
        # Written at once, so that a set that was stopped at any moment is known again.
        _save_manifest(wish, records)
        return records
    except (OSError, json.JSONDecodeError) as error:
        raise OutputError(f"{folder}: expected a folder that can be written: {error}") from error


def _check_empty(folder: Path) -> None:
    strange = next((p for p in sorted(folder.rglob("*")) if p.is_file()), None)
    if strange is not None:
        raise OutputError(
            f"{folder}: expected an empty folder or a set made by this command, found "
            f"{strange.relative_to(folder)} and no {MANIFEST}; choose another folder"
        )


def _reopened(wish: SetWish, found: dict[str, Any]) -> dict[str, dict[str, Any]]:
    want = _identity(wish.settings)
    have = found.get("settings", {})
    if have != want:
        differing = sorted(k for k in {*want, *have} if want.get(k) != have.get(k))
        told = ", ".join(f"{k} {have.get(k)} there, {want.get(k)} asked for" for k in differing)
        raise OutputError(
            f"{wish.folder}: holds a set made otherwise ({told}); choose another folder"
        )
    pictures = found.get("pictures", {})
    return {
        name: record
        for name, record in pictures.items()
        if (wish.folder / "images" / f"{name}.jpg").is_file()
        and (wish.folder / "labels" / f"{name}.txt").is_file()
    }


def _save_manifest(wish: SetWish, records: dict[str, dict[str, Any]]) -> None:
    content = {"settings": _identity(wish.settings), "pictures": dict(sorted(records.items()))}
    write_text(wish.folder / MANIFEST, json.dumps(content, indent=0))


def plan_shards(settings: StillSettings, count: int, have: Iterable[str]) -> list[list[int]]:
    """The missing picture numbers in runs that share a person."""
    done = set(have)
    missing = [n for n in range(count) if picture_name(settings, n) not in done]
    shards: dict[int, list[int]] = {}
    for number in missing:
        shards.setdefault(number // RUN_LENGTH, []).append(number)
    return list(shards.values())


def render_shard(settings: StillSettings, numbers: list[int]) -> list[Picture]:
    """Render some pictures of a set in this process; the process keeps its renderer."""
    from cameratokeyboard.synthetic.render import shared_renderer

    return [render_still(shared_renderer(), settings, number) for number in numbers]


def local_shards(workers: int) -> Shards:
    """Render on this machine with this many processes."""

    def run(settings: StillSettings, shards: list[list[int]]) -> Iterator[list[Picture]]:
        if workers == 1:
            for shard in shards:
                yield render_shard(settings, shard)
            return
        left = list(shards)
        for _ in range(_POOLS):
            pool = ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn"))
            try:
                for shard, pictures in _as_done(pool, settings, list(left), workers):
                    left.remove(shard)
                    yield pictures
                return
            except BrokenProcessPool:
                continue  # a worker died; the others' work is stored, the rest starts anew
            finally:
                pool.shutdown(wait=True, cancel_futures=True)
        raise SimulationError(
            f"synthesize: worker processes died {_POOLS} times (out of memory?); run the same "
            "command again to resume, with fewer --workers"
        )

    return run


def _as_done(
    pool: ProcessPoolExecutor, settings: StillSettings, shards: list[list[int]], workers: int
) -> Iterator[tuple[list[int], list[Picture]]]:
    """Shards with pictures as they come; few wait at a time, so that an interrupt ends soon."""
    waiting = iter(shards)
    running: dict[Future[list[Picture]], list[int]] = {}
    while True:
        while len(running) < workers + 2 and (shard := next(waiting, None)) is not None:
            running[pool.submit(render_shard, settings, shard)] = shard
        if not running:
            return
        done, _ = wait(running, return_when=FIRST_COMPLETED)
        for future in done:
            yield running.pop(future), future.result()


def synthesize(
    wish: SetWish,
    run_shards: Shards,
    progress: Progress,
    clock: Callable[[], float] = time.monotonic,
) -> int:
    """Make what is missing of a set; returns how many pictures were made now.

    run_shards: ``local_shards`` or ``cluster.cluster_shards``. progress: called with pictures done,
    pictures wanted and seconds left (NaN while unknown). An interrupted set goes on where it
    stopped. Raises OutputError when the folder cannot be used.
    """
    records = open_set(wish)
    shards = plan_shards(wish.settings, wish.count, records)
    _save_manifest(wish, records)
    already, start, saved = len(records), clock(), clock()
    made = 0
    progress(already, max(wish.count, already), float("nan"))
    try:
        for pictures in run_shards(wish.settings, shards):
            for picture in pictures:
                _store(wish.folder, picture)
                records[picture.name] = picture.record
                made += 1
            now = clock()
            left = sum(len(s) for s in shards) - made
            progress(already + made, already + made + left, (now - start) / made * left)
            if now - saved > _SAVE_EVERY_S:
                _save_manifest(wish, records)
                saved = now
    finally:
        _save_manifest(wish, records)
    return made


def _store(folder: Path, picture: Picture) -> None:
    try:
        write_text(folder / "labels" / f"{picture.name}.txt", picture.labels)
        write_bytes(folder / "images" / f"{picture.name}.jpg", picture.jpeg)
    except OSError as error:
        raise OutputError(f"{folder}: could not write {picture.name}: {error}") from error
