from __future__ import annotations

import numpy as np
import pytest

from cameratokeyboard.datatypes import FINGER, MARKER, Detections, FloatArray, Frame, MatPose
from cameratokeyboard.detect.focus import LOST_AFTER_S, WHOLE_EVERY_S, FocusDetector, join
from tests.detect.builders import make_detections, make_frame

HANDS = [(FINGER, 300 + 20 * i, 200) for i in range(8)] + [(MARKER, 270, 160), (MARKER, 470, 160)]


class Scene:
    """A detector that sees what of a scene lies in the region, and remembers the regions."""

    def __init__(self, rows: list[tuple[int, float, float]]) -> None:
        self.rows = rows
        self.regions: list[FloatArray | None] = []

    def detect(
        self, frame: Frame, region_px: FloatArray | None = None, mat: MatPose | None = None
    ) -> Detections:
        self.regions.append(region_px)
        rows = self.rows
        if region_px is not None:
            x0, y0, x1, y1 = region_px
            rows = [(c, x, y) for c, x, y in rows if x0 < x < x1 and y0 < y < y1]
        return make_detections(rows, frame.size_wh)


def watch(detector: FocusDetector, start_s: float, frames: int) -> list[Detections]:
    return [detector.detect(make_frame(t_s=start_s + i / 30)) for i in range(frames)]


class TestFocusDetector:
    def test_first_frame_looks_whole_then_near(self) -> None:
        scene = Scene(HANDS)
        found = FocusDetector(scene).detect(make_frame())
        assert scene.regions[0] is None
        assert scene.regions[1] is not None
        assert len(found) == len(HANDS)

    def test_whole_frames_are_looked_at_by_the_detector_for_them(self) -> None:
        near, wide = Scene(HANDS), Scene(HANDS)
        detector = FocusDetector(near, wide)
        watch(detector, 0, round(WHOLE_EVERY_S * 30) + 3)
        assert wide.regions == [None, None]
        assert not any(region is None for region in near.regions)

    def test_later_frames_look_once_at_a_region_that_stands_still(self) -> None:
        scene = Scene(HANDS)
        detector = FocusDetector(scene)
        watch(detector, 0, 20)
        region = detector.region_px
        scene.regions.clear()
        scene.rows = [(c, x + 2, y - 2) for c, x, y in HANDS]
        watch(detector, 20 / 30, 20)
        assert len(scene.regions) == 20
        assert np.array_equal(np.array(scene.regions), np.tile(region, (20, 1)))

    def test_region_follows_a_hand_that_leaves_it(self) -> None:
        scene = Scene(HANDS)
        detector = FocusDetector(scene)
        watch(detector, 0, 5)
        for step in range(40):
            scene.rows = [*HANDS, (FINGER, 460 + 3 * step, 200)]
            found = detector.detect(make_frame(t_s=0.2 + step / 30))
            assert len(found) == len(HANDS) + 1

    def test_what_comes_in_far_away_is_seen_by_the_next_whole_look(self) -> None:
        scene = Scene(HANDS)
        detector = FocusDetector(scene)
        watch(detector, 0, 5)
        scene.rows = [*HANDS, (MARKER, 30, 340)]
        found = watch(detector, 0.2, round(WHOLE_EVERY_S * 30) + 2)
        assert len(found[0]) == len(HANDS)
        assert len(found[-1]) == len(HANDS) + 1

    def test_lost_hands_bring_the_whole_look_back(self) -> None:
        scene = Scene(HANDS)
        detector = FocusDetector(scene)
        watch(detector, 0, 5)
        scene.rows = []
        watch(detector, 0.2, round(LOST_AFTER_S * 30) + 3)
        assert detector.region_px is None
        scene.regions.clear()
        detector.detect(make_frame(t_s=1.5))
        assert scene.regions == [None]

    def test_region_shrinks_once_a_stray_find_is_forgotten(self) -> None:
        scene = Scene([*HANDS, (MARKER, 30, 340)])
        detector = FocusDetector(scene)
        watch(detector, 0, 5)
        wide = detector.region_px
        scene.rows = HANDS
        watch(detector, 0.2, 150)
        narrow = detector.region_px
        assert wide is not None
        assert narrow is not None
        assert np.prod(narrow[2:] - narrow[:2]) < 0.6 * np.prod(wide[2:] - wide[:2])

    @pytest.mark.parametrize("later", [make_frame(320, 180, t_s=1.0), make_frame(t_s=-1.0)])
    def test_another_size_or_time_going_back_starts_anew(self, later: Frame) -> None:
        scene = Scene(HANDS)
        detector = FocusDetector(scene)
        watch(detector, 0, 5)
        scene.regions.clear()
        detector.detect(later)
        assert scene.regions[0] is None

    def test_an_asked_for_region_is_passed_on_and_not_remembered(self) -> None:
        scene = Scene(HANDS)
        detector = FocusDetector(scene)
        region = np.array([0.0, 0, 100, 100])
        detector.detect(make_frame(), region)
        assert scene.regions[0] is region
        assert detector.region_px is None


class TestJoin:
    def test_near_view_wins_inside_the_region(self) -> None:
        near = make_detections([(FINGER, 101, 100)])
        wide = make_detections([(FINGER, 100, 100), (MARKER, 400, 300)])
        both = join(near, wide, np.array([50.0, 50, 200, 200]))
        assert both.class_id.tolist() == [FINGER, MARKER]
        assert both.xyxy[0] == pytest.approx(near.xyxy[0])
