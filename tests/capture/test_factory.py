from __future__ import annotations

from pathlib import Path

import cv2
import pytest

from cameratokeyboard.capture.camera import CameraInfo
from cameratokeyboard.capture.factory import open_source
from cameratokeyboard.capture.live import LiveSource
from cameratokeyboard.capture.paced import PacedSource
from cameratokeyboard.capture.pictures import PictureSource
from cameratokeyboard.capture.video import VideoSource
from cameratokeyboard.errors import SourceError
from tests.capture import builders as b

CAMERAS = [CameraInfo(0, "Integrated Camera"), CameraInfo(2, "Logitech C920")]


class FakeCameras:
    """Remembers which camera was opened, and how."""

    def __init__(self) -> None:
        self.opened: list[tuple] = []

    def __call__(self, index: int, size_wh: tuple[int, int], fps: float) -> b.FakeCamera:
        self.opened.append((index, size_wh, fps))
        return b.FakeCamera([10])


class TestCameras:
    @pytest.mark.parametrize(
        ("spec", "index"), [("0", 0), (" 2 ", 2), ("/dev/video2", 2), ("logitech", 2), ("7", 7)]
    )
    def test_index_device_and_name_mean_a_camera(self, spec: str, index: int) -> None:
        opener = FakeCameras()
        source = open_source(
            spec, size_wh=(640, 480), fps=60, cameras=lambda: CAMERAS, camera_opener=opener
        )
        assert isinstance(source, LiveSource)
        assert opener.opened == []
        with source:
            source.read()
        assert opener.opened == [(index, (640, 480), 60)]

    def test_a_camera_is_called_by_its_name(self) -> None:
        source = open_source("2", cameras=lambda: CAMERAS)
        assert source.description == "camera 2 Logitech C920"

    def test_a_camera_stays_live_without_realtime(self) -> None:
        assert open_source("0", realtime=False, cameras=lambda: CAMERAS).live


class TestFiles:
    def test_a_video_plays_at_its_rate_or_as_fast_as_it_is_read(self, tmp_path: Path) -> None:
        path = str(b.video(tmp_path / "clip.mp4", 2))
        assert isinstance(open_source(path, realtime=True), PacedSource)
        assert isinstance(open_source(path, realtime=False), VideoSource)

    def test_a_folder_and_a_picture_are_pictures(self, tmp_path: Path) -> None:
        cv2.imwrite(str(tmp_path / "a.png"), b.picture())
        for spec in (tmp_path, tmp_path / "a.png"):
            assert isinstance(open_source(str(spec), realtime=False), PictureSource)

    def test_a_file_address_is_a_file(self, tmp_path: Path) -> None:
        path = b.video(tmp_path / "my clip.mp4", 2)
        source = open_source(path.as_uri(), realtime=False)
        assert isinstance(source, VideoSource)
        with source:
            assert source.read() is not None

    def test_a_file_named_like_a_camera_is_found_by_its_path(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        b.video(tmp_path / "clip.mp4", 2).rename(tmp_path / "0")
        monkeypatch.chdir(tmp_path)
        assert isinstance(open_source("./0", realtime=False), VideoSource)

    def test_a_video_without_a_known_ending_is_tried(self, tmp_path: Path) -> None:
        path = b.video(tmp_path / "clip.mp4", 2).rename(tmp_path / "clip.dat")
        with open_source(str(path), realtime=False) as source:
            assert source.read() is not None


class TestWhatMeansNothing:
    @pytest.mark.parametrize(
        ("spec", "message"),
        [
            ("", "got nothing"),
            ("-1", "expected an index of 0 or more"),
            ("gone.mp4", "gone.mp4: there is no such file or folder"),
            ("some/where", "there is no such file or folder"),
            ("C:\\clips\\gone.avi", "there is no such file or folder"),
            ("ftp://host/clip.mp4", "expected an address that begins with one of"),
            ("Sony", r"cameras here are: 0 \(Integrated Camera\)"),
        ],
    )
    def test_is_told_in_one_line(self, spec: str, message: str) -> None:
        with pytest.raises(SourceError, match=message) as caught:
            open_source(spec, cameras=lambda: CAMERAS)
        assert "\n" not in str(caught.value)
