from __future__ import annotations

import sys
import time

import cv2
import numpy as np
import pytest

from cameratokeyboard.capture.opencv import Mode, OpenCVCapture, to_bgr
from cameratokeyboard.errors import SourceError
from tests.capture import builders as b


class TestToBgr:
    @pytest.mark.parametrize(
        "image",
        [
            np.full((4, 6), 128, np.uint8),
            np.full((4, 6, 1), 128, np.uint8),
            np.full((4, 6, 2), 128, np.uint8),
            np.full((4, 6, 3), 128, np.uint8),
            np.full((4, 6, 4), 128, np.uint8),
            np.full((4, 6), 128 << 8, np.uint16),
            np.full((4, 6, 3), 0.502, np.float32),
        ],
    )
    def test_every_kind_becomes_three_channels_of_bytes(self, image: np.ndarray) -> None:
        result = to_bgr(image)
        assert result.shape == (4, 6, 3)
        assert result.dtype == np.uint8
        assert result.flags.c_contiguous
        assert (result == 128).all()

    @pytest.mark.parametrize("shape", [(0, 4, 3), (4,), (4, 6, 5), (1, 2, 3, 4)])
    def test_what_is_no_picture_is_refused(self, shape: tuple[int, ...]) -> None:
        with pytest.raises(SourceError, match="expected a picture"):
            to_bgr(np.zeros(shape, np.uint8))


class TestMode:
    def test_is_written_as_people_write_it(self) -> None:
        assert str(Mode(640, 480, 29.97)) == "640x480 at 29.97 fps"
        assert str(Mode(640, 480, 0.0)) == "640x480"


class TestOpenCVCapture:
    def test_a_few_damaged_pictures_are_passed_over(self) -> None:
        video = b.FakeVideo()
        for entry in ("damaged", "damaged", b.picture(70)):
            video.pictures.put(entry)
        taken = OpenCVCapture(video).read()
        assert taken is not None
        assert b.level(taken[0]) == 7

    def test_nothing_but_damaged_pictures_is_a_loss(self) -> None:
        video = b.FakeVideo()
        for _ in range(50):
            video.pictures.put("damaged")
        assert OpenCVCapture(video).read() is None

    def test_no_more_pictures_is_a_loss(self) -> None:
        assert OpenCVCapture(b.FakeVideo()).read() is None

    def test_the_time_is_that_of_arrival_where_the_driver_gives_none(self) -> None:
        video = b.FakeVideo()
        video.pictures.put(b.picture())
        taken = OpenCVCapture(video, clock=lambda: 123.5).read()
        assert taken is not None
        assert taken[1] == 123.5

    @pytest.mark.skipif(sys.platform != "linux", reason="V4L2 stamps on the monotonic clock")
    @pytest.mark.parametrize(("age_s", "believed"), [(0.03, True), (30.0, False), (-1.0, False)])
    def test_a_fresh_stamp_of_the_driver_is_believed(self, age_s: float, believed: bool) -> None:
        class Stamped(b.FakeVideo):
            def get(self, prop: int) -> float:
                return (
                    (100.0 - age_s) * 1000 if prop == cv2.CAP_PROP_POS_MSEC else super().get(prop)
                )

        video = Stamped()
        video.pictures.put(b.picture())
        taken = OpenCVCapture(video, clock=lambda: 100.0).read()
        assert taken is not None
        assert taken[1] == pytest.approx(100.0 - age_s if believed else 100.0)

    def test_the_default_clock_is_the_monotonic_one(self) -> None:
        video = b.FakeVideo()
        video.pictures.put(b.picture())
        taken = OpenCVCapture(video).read()
        assert taken is not None
        assert abs(taken[1] - time.monotonic()) < 5
