from __future__ import annotations

import numpy as np

from cameratokeyboard.datatypes import FINGER, MARKER
from cameratokeyboard.detect.pictures import PictureDetector
from cameratokeyboard.detect.yolo import YoloDetector
from tests.detect.builders import FakeEngine, candidate, make_frame, make_info, raw_output


def painted(places: list[tuple[int, int]]) -> np.ndarray:
    """A dark picture with a bright dot for each finger."""
    image = np.zeros((720, 1280, 3), np.uint8)
    for x, y in places:
        image[y - 12 : y + 12, x - 12 : x + 12] = 255
    return image


def sees_dots(least_px: int) -> FakeEngine:
    """An engine that finds bright dots of at least ``least_px`` input pixels."""

    def answer(blob: np.ndarray) -> np.ndarray:
        import cv2

        count, _, stats, centres = cv2.connectedComponentsWithStats(
            (blob[0, 0] > 0.6).astype(np.uint8)
        )
        columns = []
        for index in range(1, count):
            area, side = stats[index][4], stats[index][2]
            score = 0.9 if area >= least_px else 0.25
            x, y = centres[index] + 0.5
            columns.append(candidate(FINGER, x, y, side, side, score))
        return raw_output(*columns)

    return FakeEngine(answer)


class TestPictureDetector:
    def test_weak_finds_of_the_first_look_are_confirmed_from_near(self) -> None:
        engine = sees_dots(least_px=150)
        frame = make_frame(image=painted([(600, 300), (700, 320)]))
        plain = YoloDetector(engine, make_info())
        assert len(plain.detect(frame)) == 0
        found = PictureDetector(plain).detect(frame)
        assert len(found) == 2
        middles = (found.xyxy[:, :2] + found.xyxy[:, 2:]) / 2
        assert np.sort(middles[:, 0]).round(-1).tolist() == [600, 700]

    def test_nothing_in_view_is_one_look(self) -> None:
        engine = sees_dots(150)
        found = PictureDetector(YoloDetector(engine, make_info())).detect(
            make_frame(image=painted([]))
        )
        assert len(found) == 0
        assert len(engine.shown) == 1

    def test_the_second_look_shows_fingertips_at_the_scale_that_suits_best(self) -> None:
        for side in (24, 60):
            engine = sees_dots(least_px=1)
            image = np.zeros((720, 1280, 3), np.uint8)
            for x in range(200, 1100, 100):
                image[300 : 300 + side, x : x + side] = 255
            found = PictureDetector(YoloDetector(engine, make_info())).detect(
                make_frame(image=image)
            )
            assert len(found) == 9
            wide, near = engine.shown
            dots = [np.count_nonzero(shown[0, 0] > 0.6) / 9 for shown in (wide, near)]
            assert 15 < np.sqrt(dots[1]) < 20

    def test_finds_outside_the_second_look_stay(self) -> None:
        answers = [
            raw_output(
                candidate(FINGER, 200, 90, score=0.9), candidate(MARKER, 300, 20, score=0.9)
            ),
            raw_output(candidate(FINGER, 20, 20, score=0.9)),
        ]
        engine = FakeEngine(lambda blob: answers[min(len(engine.shown), 2) - 1])
        found = PictureDetector(YoloDetector(engine, make_info())).detect(make_frame(1280, 720))
        assert MARKER in found.class_id

    def test_a_measurement_with_lower_thresholds_looks_at_the_same_parts(self) -> None:
        image = painted([(600, 300), (700, 320)])
        image[100:124, 100:124] = 200  # too weak for a hint, strong enough for a curve
        shown = []
        for weakest in (None, (0.01, 0.01, 0.01)):
            engine = sees_dots(least_px=1)
            frame = make_frame(image=image)
            PictureDetector(YoloDetector(engine, make_info()), weakest).detect(frame)
            shown.append([blob.shape for blob in engine.shown])
        assert shown[0] == shown[1]
