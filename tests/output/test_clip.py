from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from cameratokeyboard.capture.video import VideoSource
from cameratokeyboard.datatypes import Frame
from cameratokeyboard.errors import OutputError
from cameratokeyboard.output.clip import ClipWriter, new_clip_path


@pytest.fixture(autouse=True)
def no_thread_left() -> Iterator[None]:
    yield
    assert [t.name for t in threading.enumerate() if t.name == "c2k-record"] == []


def frame(index: int, t_s: float, width: int = 64, height: int = 48) -> Frame:
    return Frame(np.full((height, width, 3), 10 * index % 250, np.uint8), t_s, index)


def record(path: Path, times: list[float], **options: object) -> ClipWriter:
    with ClipWriter(path, "qwerty", **options) as clip:
        for index, t_s in enumerate(times):
            clip.write_all(frame(index, t_s))
    return clip


def about(path: Path) -> dict:
    return json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))


TIMES = [5.0, 5.033, 5.07, 5.2, 5.233, 5.4]


class TestClipWriter:
    @pytest.mark.parametrize("suffix", [".mp4", ".mkv", ".avi"])
    def test_the_clip_plays_back_with_its_real_times(self, tmp_path: Path, suffix: str) -> None:
        path = tmp_path / f"clip{suffix}"
        record(path, TIMES)
        with VideoSource(path) as source:
            frames = [source.read() for _ in TIMES]
            assert source.read() is None
        assert [round(f.t_s, 3) for f in frames if f] == [0.0, 0.033, 0.07, 0.2, 0.233, 0.4]
        assert [round(f.image.mean() / 10) for f in frames if f] == list(range(6))

    def test_the_file_beside_it_says_what_it_is(self, tmp_path: Path) -> None:
        path = tmp_path / "clip.mp4"
        record(path, [1.0, 1.1, 1.2], prompt="grüße", source="camera 0")
        assert about(path) == {
            "prompt": "grüße",
            "layout": "qwerty",
            "source": "camera 0",
            "fps": 10.0,
            "width": 64,
            "height": 48,
            "frames": 3,
            "dropped": 0,
            "frame_times_s": [0.0, 0.1, 0.2],
        }

    def test_nothing_else_is_left_in_the_folder(self, tmp_path: Path) -> None:
        record(tmp_path / "clip.mp4", TIMES)
        assert sorted(p.name for p in tmp_path.iterdir()) == ["clip.json", "clip.mp4"]

    def test_the_name_appears_only_when_the_clip_is_complete(self, tmp_path: Path) -> None:
        with ClipWriter(tmp_path / "clip.mp4") as clip:
            for index, t_s in enumerate(np.arange(30) / 30):
                clip.write_all(frame(index, float(t_s)))
            assert not (tmp_path / "clip.mp4").exists()
        assert (tmp_path / "clip.mp4").exists()

    def test_what_was_recorded_before_a_failure_is_kept(self, tmp_path: Path) -> None:
        def interrupted() -> None:
            with ClipWriter(tmp_path / "clip.mp4") as clip:
                clip.write_all(frame(0, 0.0))
                clip.write_all(frame(1, 0.1))
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            interrupted()
        assert about(tmp_path / "clip.mp4")["frames"] == 2

    def test_without_frames_nothing_is_written(self, tmp_path: Path) -> None:
        record(tmp_path / "clip.mp4", [])
        assert list(tmp_path.iterdir()) == []

    def test_a_change_of_size_is_fitted_to_the_first(self, tmp_path: Path) -> None:
        path = tmp_path / "clip.mp4"
        with ClipWriter(path) as clip:
            clip.write_all(frame(0, 0.0))
            clip.write_all(frame(1, 0.1, 128, 96))
        with VideoSource(path) as source:
            sizes = [f.size_wh for _ in range(2) if (f := source.read())]
        assert sizes == [(64, 48), (64, 48)]

    def test_a_camera_that_is_too_fast_loses_frames_and_is_told_so(
        self, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        image = np.random.default_rng(0).integers(0, 255, (96, 128, 3), np.uint8)
        with ClipWriter(tmp_path / "clip.avi", queue_size=1) as clip:
            for index in range(60):
                clip.write(Frame(image, index / 1000, index))
        said = about(tmp_path / "clip.avi")
        assert said["dropped"] > 0
        assert said["frames"] + said["dropped"] == 60
        assert "too fast" in caplog.text


class TestWhatCannotBeWritten:
    def test_a_clip_that_is_there_is_not_overwritten(self, tmp_path: Path) -> None:
        (tmp_path / "clip.mp4").write_bytes(b"precious")
        with pytest.raises(OutputError, match=r"clip\.mp4: is there already"):
            record(tmp_path / "clip.mp4", TIMES)
        assert (tmp_path / "clip.mp4").read_bytes() == b"precious"

    def test_neither_is_the_file_beside_it(self, tmp_path: Path) -> None:
        (tmp_path / "clip.json").write_text("{}")
        with pytest.raises(OutputError, match=r"clip\.json: is there already"):
            record(tmp_path / "clip.mp4", TIMES)

    def test_unless_asked_to(self, tmp_path: Path) -> None:
        (tmp_path / "clip.mp4").write_bytes(b"old")
        record(tmp_path / "clip.mp4", TIMES, overwrite=True)
        assert about(tmp_path / "clip.mp4")["frames"] == len(TIMES)

    @pytest.mark.parametrize("name", ["clip", "clip.gif", "clip.txt"])
    def test_another_kind_of_file_is_refused(self, tmp_path: Path, name: str) -> None:
        with pytest.raises(OutputError, match=r"ends with one of \.mp4"):
            record(tmp_path / name, TIMES)

    def test_a_folder_that_is_not_there_is_named(self, tmp_path: Path) -> None:
        with pytest.raises(OutputError, match="there is no folder"):
            record(tmp_path / "no" / "clip.mp4", TIMES)

    def test_pictures_too_small_to_encode_are_told(self, tmp_path: Path) -> None:
        with (
            pytest.raises(OutputError, match=r"at least 2x2 px, got 1x1"),
            ClipWriter(tmp_path / "clip.mp4") as clip,
        ):
            clip.write_all(frame(0, 0.0, 1, 1))
        assert list(tmp_path.iterdir()) == []

    def test_a_frame_while_closed_is_an_error(self, tmp_path: Path) -> None:
        with pytest.raises(OutputError, match="while the clip is not open"):
            ClipWriter(tmp_path / "clip.mp4").write(frame(0, 0.0))


class TestNewClipPath:
    def test_takes_the_next_free_number(self, tmp_path: Path) -> None:
        assert new_clip_path(tmp_path).name == "clip-001.mp4"
        (tmp_path / "clip-001.mp4").touch()
        (tmp_path / "clip-002.json").touch()
        assert new_clip_path(tmp_path).name == "clip-003.mp4"
