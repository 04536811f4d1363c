from __future__ import annotations

import cv2
import pytest

from cameratokeyboard.capture.camera import (
    CameraInfo,
    backends,
    find_camera,
    list_cameras,
    open_camera,
    probe_modes,
)
from cameratokeyboard.errors import SourceError
from tests.capture import builders as b

CAMERAS = [CameraInfo(0, "Integrated Camera"), CameraInfo(2, "Logitech C920")]


class TestFindCamera:
    @pytest.mark.parametrize("name", ["Logitech C920", "logitech", "C920"])
    def test_a_name_or_a_part_of_it_finds_the_camera(self, name: str) -> None:
        assert find_camera(name, CAMERAS).index == 2

    def test_the_whole_name_wins_over_a_part(self) -> None:
        cameras = [CameraInfo(0, "Cam HD"), CameraInfo(1, "Cam")]
        assert find_camera("cam", cameras).index == 1

    def test_a_name_that_fits_several_asks_for_the_index(self) -> None:
        with pytest.raises(SourceError, match=r"0 \(Integrated Camera\), 2 \(Logitech C920\)"):
            find_camera("c", CAMERAS)

    def test_an_unknown_name_lists_what_there_is(self) -> None:
        with pytest.raises(SourceError, match=r"cameras here are: 0 \(Integrated Camera\), 2"):
            find_camera("Sony", CAMERAS)


class TestOpenCamera:
    def test_mjpg_is_asked_for_before_size_and_size_before_rate(self) -> None:
        video = b.FakeVideo()
        open_camera(0, (1280, 720), 30.0, video_opener=lambda i, k: video, cameras=list)
        wanted = [
            cv2.CAP_PROP_FOURCC,
            cv2.CAP_PROP_FRAME_WIDTH,
            cv2.CAP_PROP_FRAME_HEIGHT,
            cv2.CAP_PROP_FPS,
        ]
        assert [prop for prop in video.asked if prop in wanted] == wanted

    def test_the_mode_is_what_the_camera_agreed_to(self) -> None:
        video = b.FakeVideo(sizes={(640, 480)})
        capture = open_camera(0, (1920, 1080), 30.0, video_opener=lambda i, k: video, cameras=list)
        assert str(capture.mode) == "640x480 at 30 fps"

    def test_every_backend_of_the_system_is_tried(self) -> None:
        tried: list[int] = []

        def opener(index: int, backend: int) -> b.FakeVideo:
            tried.append(backend)
            return b.FakeVideo(opened=False)

        with pytest.raises(SourceError):
            open_camera(0, (640, 480), 30.0, video_opener=opener, cameras=list)
        assert tuple(tried) == backends()

    @pytest.mark.parametrize(
        ("index", "cameras", "message"),
        [
            (2, CAMERAS, "it is there but cannot be opened; close other programs"),
            (7, CAMERAS, r"there is no such camera; expected one of 0 \(Integrated"),
            (0, [], "no camera was found"),
        ],
    )
    def test_missing_and_busy_are_told_apart(
        self, index: int, cameras: list[CameraInfo], message: str
    ) -> None:
        closed = b.FakeVideo(opened=False)
        with pytest.raises(SourceError, match=message):
            open_camera(
                index, (640, 480), 30.0, video_opener=lambda i, k: closed, cameras=lambda: cameras
            )
        assert closed.released


class TestProbeModes:
    def test_each_size_the_camera_agrees_to_is_listed_once(self) -> None:
        video = b.FakeVideo(sizes={(640, 480), (1280, 720)})
        modes = probe_modes(0, video_opener=lambda i, k: video)
        assert [(m.width, m.height) for m in modes] == [(640, 480), (1280, 720)]
        assert video.released

    def test_a_camera_that_does_not_open_is_an_error(self) -> None:
        with pytest.raises(SourceError, match="camera 93"):
            probe_modes(93, video_opener=lambda i, k: b.FakeVideo(opened=False))


class TestListCameras:
    def test_gives_cameras_by_index(self) -> None:
        cameras = list_cameras()
        assert [c.index for c in cameras] == sorted(c.index for c in cameras)
