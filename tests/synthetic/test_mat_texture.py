"""Pictures of mats."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from cameratokeyboard.errors import SourceError
from cameratokeyboard.synthetic.mat_pens import PX_PER_MM
from cameratokeyboard.synthetic.mat_texture import draw_mat, mat_from_file, own_mat
from tests.synthetic.scene_builders import layout


class TestOwnMat:
    def test_its_codes_are_read_where_the_labels_say(self) -> None:
        mat = own_mat(layout())
        detector = cv2.aruco.ArucoDetector(cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_4X4_50))
        corners, ids, _ = detector.detectMarkers(cv2.cvtColor(mat.image, cv2.COLOR_RGB2GRAY))
        found = {
            int(i): np.asarray(c).reshape(4, 2).mean(axis=0)
            for i, c in zip(np.asarray(ids).reshape(-1), corners, strict=True)
        }
        half = np.array(mat.paper_mm) / 2
        for number, place in enumerate(layout().markers):
            x, y = mat.markers_mm[number, :2]
            expected = np.array([x + half[0], half[1] - y]) * PX_PER_MM
            assert place.code in found
            assert found[place.code] == pytest.approx(expected, abs=2)


class TestDrawnMats:
    def test_same_seed_same_picture(self) -> None:
        one, two = (draw_mat(np.random.default_rng(5), layout()) for _ in range(2))
        assert np.array_equal(one.image, two.image)
        assert np.array_equal(one.markers_mm, two.markers_mm)

    @pytest.mark.parametrize("seed", range(12))
    def test_markers_lie_on_the_sheet_and_are_drawn(self, seed: int) -> None:
        mat = draw_mat(np.random.default_rng(seed), layout())
        half = np.array(mat.paper_mm) / 2
        for x, y, hx, hy in mat.markers_mm:
            if hx == 0:
                continue
            assert abs(x) + hx <= half[0] + 0.1
            assert abs(y) + hy <= half[1] + 0.1
            low = (np.array([x - hx + half[0], half[1] - y - hy]) * PX_PER_MM).astype(int)
            size = int(2 * hx * PX_PER_MM)
            patch = mat.image[max(low[1], 0) :, max(low[0], 0) :][:size, :size]
            assert int(np.ptp(patch.astype(int))) > 60


class TestMatFromFile:
    def test_a_missing_file_is_named(self, tmp_path: Path) -> None:
        with pytest.raises(SourceError, match=r"nothing\.png"):
            mat_from_file(tmp_path / "nothing.png", layout())

    def test_colours_are_kept(self, tmp_path: Path) -> None:
        path = tmp_path / "mat.png"
        cv2.imwrite(str(path), np.full((10, 14, 3), (255, 0, 0), np.uint8))
        assert mat_from_file(path, layout()).image[0, 0].tolist() == [0, 0, 255]
