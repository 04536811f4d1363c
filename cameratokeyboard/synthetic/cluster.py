"""The same shards on a Dask cluster: for sets too large for one machine."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cameratokeyboard.errors import MissingExtraError, SettingsError
from cameratokeyboard.synthetic.still import Picture, StillSettings
from cameratokeyboard.synthetic.synthesize import Shards, render_shard

#: A shard whose worker died is tried this often elsewhere.
_RETRIES = 5


def cluster_shards(address: str, timeout_s: float = 15.0) -> Shards:
    """Render on the workers of a Dask scheduler, such as ``tcp://host:8786``.

    The workers need this package with the extra ``synthetic``. A worker that dies costs time only:
    its shards go to another one, and picture N is the same whoever renders it.
    Raises MissingExtraError without dask.distributed, SettingsError when nobody answers.
    """
    try:
        import distributed
    except ImportError:
        raise MissingExtraError("--cluster", "cluster") from None

    # Typed loosely: the package declares no types.
    connect: Any = distributed.Client
    completed: Any = distributed.as_completed

    def run(settings: StillSettings, shards: list[list[int]]) -> Iterator[list[Picture]]:
        try:
            client = connect(address, timeout=timeout_s)
        except (OSError, ValueError) as error:
            raise SettingsError(
                f"--cluster: expected the address of a Dask scheduler, got '{address}': {error}"
            ) from error
        with client:
            futures = [
                client.submit(render_shard, settings, shard, pure=False, retries=_RETRIES)
                for shard in shards
            ]
            for future in completed(futures):
                yield future.result()
                future.release()

    return run
