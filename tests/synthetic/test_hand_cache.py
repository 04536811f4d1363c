from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from cameratokeyboard.synthetic.datatypes import HandShape
from cameratokeyboard.synthetic.hand_cache import cache_file, load_rig, save_rig
from cameratokeyboard.synthetic.hand_rig import HandRig, build_rig
from tests.synthetic.hand_builders import toy_source


@pytest.fixture(scope="module")
def rig() -> HandRig:
    return build_rig(toy_source(), HandShape())


class TestCacheFile:
    @pytest.mark.parametrize(
        ("kind", "version", "shape"),
        [
            ("webxr", "1", HandShape()),
            ("anny", "2", HandShape()),
            ("anny", "1", HandShape(nail_mm=1.0)),
            ("anny", "1", HandShape(finger_scale=(1, 1, 1, 1, 1.01))),
        ],
    )
    def test_any_difference_gives_another_file(
        self, tmp_path: Path, kind: str, version: str, shape: HandShape
    ) -> None:
        assert cache_file(tmp_path, kind, version, shape) != cache_file(
            tmp_path, "anny", "1", HandShape()
        )


class TestSaveAndLoad:
    def test_round_trip_keeps_every_array(self, tmp_path: Path, rig: HandRig) -> None:
        path = tmp_path / "deep" / "hand.npz"
        save_rig(path, rig)

        found = load_rig(path)

        assert found is not None
        for field in dataclasses.fields(HandRig):
            if field.name != "mesh":
                np.testing.assert_array_equal(getattr(found, field.name), getattr(rig, field.name))
        for field in dataclasses.fields(rig.mesh):
            np.testing.assert_array_equal(
                getattr(found.mesh, field.name), getattr(rig.mesh, field.name)
            )

    def test_no_temporary_file_stays(self, tmp_path: Path, rig: HandRig) -> None:
        save_rig(tmp_path / "hand.npz", rig)

        assert [path.name for path in tmp_path.iterdir()] == ["hand.npz"]

    def test_absent_file_is_none(self, tmp_path: Path) -> None:
        assert load_rig(tmp_path / "none.npz") is None

    @pytest.mark.parametrize("keep", [0, 100, 5000])
    def test_damaged_file_is_none(self, tmp_path: Path, rig: HandRig, keep: int) -> None:
        path = tmp_path / "hand.npz"
        save_rig(path, rig)
        path.write_bytes(path.read_bytes()[:keep])

        assert load_rig(path) is None
