from __future__ import annotations

import importlib
import itertools
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("torch")


@pytest.fixture
def resumable() -> Any:
    return importlib.import_module("cameratokeyboard.training.resumable")


@dataclass(frozen=True)
class Settings:
    steps: int = 10


class Part:
    """Something with a state."""

    def __init__(self, value: int = 0) -> None:
        self.value = value

    def state_dict(self) -> dict[str, int]:
        return {"value": self.value}

    def load_state_dict(self, state: dict[str, int]) -> None:
        self.value = state["value"]


class TestCosineRate:
    def test_rises_in_the_warm_up_and_falls_to_the_floor(self, resumable: Any) -> None:
        rates = [resumable.cosine_rate(step, 4, 20, 0.1) for step in range(21)]
        assert rates[:4] == [0.25, 0.5, 0.75, 1.0]
        assert all(a >= b for a, b in itertools.pairwise(rates[4:]))
        assert rates[-1] == pytest.approx(0.1)


class TestProgress:
    def test_comes_back_for_the_same_settings(self, resumable: Any, tmp_path: Path) -> None:
        resumable.save_progress(tmp_path / "run", 7, Settings(), {"net": Part(5)})
        part = Part()
        assert resumable.resume_progress(tmp_path / "run", Settings(), {"net": part}) == 7
        assert part.value == 5

    def test_other_settings_begin_anew(self, resumable: Any, tmp_path: Path) -> None:
        resumable.save_progress(tmp_path, 7, Settings(), {"net": Part(5)})
        part = Part()
        assert resumable.resume_progress(tmp_path, Settings(steps=11), {"net": part}) == 0
        assert part.value == 0

    def test_no_earlier_run_is_a_beginning(self, resumable: Any, tmp_path: Path) -> None:
        assert resumable.resume_progress(tmp_path, Settings(), {}) == 0
