from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def no_thread_outlives_its_source() -> Iterator[None]:
    """Every source must have joined its threads when its context ends."""
    yield
    left = [t.name for t in threading.enumerate() if t.name.startswith("c2k-")]
    assert left == []
