"""Unfinished training runs in the store, so that a job that dies is gone on with by the next.

Runs travel as plain numbers (see ``training.portable``), never as ``.pt`` files.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from types import TracebackType
from typing import Self

from cameratokeyboard.registry.base import MissingObjectError, ObjectStore
from cameratokeyboard.registry.versions import is_dataset_checksum

#: About eight times what a run of the default network takes.
LIMIT_BYTES = 500_000_000


def checkpoint_key(dataset: str) -> str:
    """Where the store holds the unfinished run on a dataset (its md5)."""
    if not is_dataset_checksum(dataset):
        raise ValueError(f"expected the md5 of a dataset, got {dataset!r}")
    return f"checkpoints/{dataset}.npz"


def fetch_run(store: ObjectStore, dataset: str) -> bytes | None:
    """The unfinished run on this dataset, None when there is none."""
    try:
        return store.get(checkpoint_key(dataset), limit=LIMIT_BYTES)
    except MissingObjectError:
        return None


class RunKeeper:
    """Copies a run to the store every so often while a ``with`` block works on it.

    pack: the run as data, None while there is nothing to keep. open_store: called for every copy,
    since credentials of a long run expire. A copy that fails is reported and does not stop the
    training; the last copy is made when the block ends, however it ends.
    """

    def __init__(
        self,
        dataset: str,
        *,
        pack: Callable[[], bytes | None],
        open_store: Callable[[], ObjectStore],
        every_s: float,
        report: Callable[[str], None],
    ) -> None:
        self._key = checkpoint_key(dataset)
        self._pack, self._open_store, self._report = pack, open_store, report
        self._every_s = every_s
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run, name="run-keeper", daemon=True)
        self._kept: int | None = None

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._end.set()
        self._thread.join()
        self._copy()

    def _run(self) -> None:
        while not self._end.wait(self._every_s):
            self._copy()

    def _copy(self) -> None:
        try:
            body = self._pack()
            if body is None or hash(body) == self._kept:
                return
            self._open_store().replace(self._key, body)
            self._kept = hash(body)
            self._report(f"kept the run so far in the store ({len(body) / 1e6:.0f} MB)")
        except Exception as error:  # hours of training must not be lost to a failed copy
            self._report(f"the run so far could not be kept in the store: {error}")
