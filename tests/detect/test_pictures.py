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

    def test_finds_all_over_the_picture_need_no_second_look(self) -> None:
        engine = FakeEngine(
            raw_output(
                candidate(MARKER, 10, 10),
                candidate(MARKER, 560, 305),
                candidate(FINGER, 200, 90),
            )
        )
        found = PictureDetector(YoloDetector(engine, make_info())).detect(make_frame(1280, 720))
        assert len(found) == 3
        assert len(engine.shown) == 1
