from __future__ import annotations

import numpy as np
import pytest

from cameratokeyboard.datatypes import FloatArray
from cameratokeyboard.detect.slant import (
    SLANT,
    mirrored,
    paper_slopes,
    slant_of,
    slants,
)

FOCAL_PX, MIDDLE, DISTANCE_MM = 800.0, (640.0, 360.0), 500.0
IN_THE_MIDDLE = np.array([[*MIDDLE, 120.0]])


def seen_from(pitch_deg: float, turn_deg: float = 0.0) -> FloatArray:
    """(3, 3) mm -> px of a camera that looks down at the paper's middle so steeply, the paper being
    turned."""
    pitch, turn = np.radians([pitch_deg, turn_deg])
    # Paper: x right, y away from the camera, z up. Camera: x right, y down, z forward.
    tilt = np.array(
        [[1, 0, 0], [0, -np.sin(pitch), -np.cos(pitch)], [0, np.cos(pitch), -np.sin(pitch)]]
    )
    about = np.array([[np.cos(turn), -np.sin(turn), 0], [np.sin(turn), np.cos(turn), 0], [0, 0, 1]])
    axes = tilt @ about
    lens = np.array([[FOCAL_PX, 0, MIDDLE[0]], [0, FOCAL_PX, MIDDLE[1]], [0, 0, 1]])
    return lens @ np.column_stack([axes[:, :2], [0, 0, DISTANCE_MM]])


def project(mm_to_px: FloatArray, points_mm: FloatArray) -> FloatArray:
    lifted = np.column_stack([points_mm, np.ones(len(points_mm))]) @ mm_to_px.T
    return lifted[:, :2] / lifted[:, 2:]


class TestSlants:
    @pytest.mark.parametrize("pitch_deg", [15.0, 40.0, 70.0])
    @pytest.mark.parametrize("turn_deg", [0.0, 30.0, 180.0])
    def test_tell_how_steeply_the_camera_looks_however_the_paper_lies(
        self, pitch_deg: float, turn_deg: float
    ) -> None:
        known, size, right, down, short = slants(seen_from(pitch_deg, turn_deg), IN_THE_MIDDLE)[0]

        assert known == 1
        assert size == pytest.approx(np.log(10 * FOCAL_PX / DISTANCE_MM / 60), abs=1e-5)
        assert right == pytest.approx(0, abs=1e-5)
        assert down == pytest.approx(-np.cos(np.radians(pitch_deg)), abs=1e-5)
        assert short == pytest.approx(np.sin(np.radians(pitch_deg)), abs=1e-5)

    def test_differ_by_where_the_window_is(self) -> None:
        windows = np.array([[640.0, 250.0, 120.0], [640.0, 500.0, 120.0]])

        far, near = slants(seen_from(40), windows)

        assert near[4] > far[4]
        assert near[1] > far[1]

    def test_of_a_smaller_window_differ_in_size_alone(self) -> None:
        halved = IN_THE_MIDDLE * [1, 1, 0.5]

        first, second = (slants(seen_from(40), w)[0] for w in (IN_THE_MIDDLE, halved))

        assert second - first == pytest.approx([0, np.log(2), 0, 0, 0], abs=1e-6)

    @pytest.mark.parametrize("factor", [-3.0, 0.01])
    def test_do_not_depend_on_how_a_homography_is_scaled(self, factor: float) -> None:
        paper = seen_from(40)

        np.testing.assert_allclose(
            slants(factor * paper, IN_THE_MIDDLE), slants(paper, IN_THE_MIDDLE), atol=1e-5
        )

    def test_are_zero_without_a_mat_and_beyond_its_horizon(self) -> None:
        # At 15 degrees the horizon is 214 px above the middle.
        windows = np.array([[640.0, 360.0, 120.0], [640.0, 140.0, 120.0], [640.0, -600.0, 120.0]])

        assert not slants(None, windows).any()
        assert slants(seen_from(15), windows).any(axis=1).tolist() == [True, False, False]
        assert slants(None, windows).shape == (3, SLANT)

    def test_of_no_windows_are_none(self) -> None:
        assert slants(seen_from(40), np.zeros((0, 3))).shape == (0, SLANT)


class TestSlopes:
    def test_are_those_of_the_projection(self) -> None:
        paper, places = seen_from(35, 20), np.array([[-60.0, 20.0], [80.0, -50.0]])
        steps = [
            (
                project(paper, places + np.array(step) / 2)
                - project(paper, places - np.array(step) / 2)
            )
            for step in ([1e-3, 0], [0, 1e-3])
        ]

        found = paper_slopes(paper, project(paper, places))

        np.testing.assert_allclose(found, np.stack(steps, axis=2) / 1e-3, rtol=1e-4)


class TestMirrored:
    def test_is_the_slant_of_the_mirror_image(self) -> None:
        slopes = paper_slopes(seen_from(35, 10), np.array([[300.0, 420.0]])) / 60

        there, back = slant_of(slopes), slant_of(np.diag([-1.0, 1.0]) @ slopes)

        assert abs(there[0, 2]) > 0.1
        np.testing.assert_allclose(mirrored(there), back, atol=1e-6)
