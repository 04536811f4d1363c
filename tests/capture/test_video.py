from __future__ import annotations

import json
import logging
import os
import sys
from pathlib import Path

import pytest

from cameratokeyboard.capture.video import VideoSource, recorded_times
from cameratokeyboard.errors import SourceError
from tests.capture import builders as b


def read_all(path: Path) -> list:
    with VideoSource(path) as source:
        frames = []
        while (frame := source.read()) is not None:
            frames.append(frame)
    return frames


class TestVideoSource:
    @pytest.mark.parametrize("suffix", [".mp4", ".avi", ".mkv"])
    def test_every_frame_comes_in_order(self, tmp_path: Path, suffix: str) -> None:
        frames = read_all(b.video(tmp_path / f"clip{suffix}", 20))
        assert [b.level(frame.image) for frame in frames] == list(range(20))
        assert [frame.index for frame in frames] == list(range(20))

    @pytest.mark.parametrize("fps", [10.0, 29.97, 60.0])
    def test_times_follow_the_rate_of_the_clip(self, tmp_path: Path, fps: float) -> None:
        frames = read_all(b.video(tmp_path / "clip.mp4", 9, fps))
        for index, frame in enumerate(frames):
            assert frame.t_s == pytest.approx(index / fps, abs=0.001)

    def test_uneven_times_of_the_container_are_kept(self, tmp_path: Path) -> None:
        times_ms = [0, 33, 67, 200, 233, 500, 533]
        frames = read_all(b.uneven_video(tmp_path / "clip.mkv", times_ms))
        assert [round(frame.t_s * 1000) for frame in frames] == times_ms

    def test_times_beside_a_recorded_clip_win(self, tmp_path: Path) -> None:
        path = b.video(tmp_path / "clip.mp4", 4)
        times = [0.0, 0.05, 0.07, 0.2]
        path.with_suffix(".json").write_text(json.dumps({"frame_times_s": times}))
        assert [frame.t_s for frame in read_all(path)] == times

    def test_frames_beyond_the_recorded_times_still_have_growing_times(
        self, tmp_path: Path
    ) -> None:
        path = b.video(tmp_path / "clip.mp4", 4)
        path.with_suffix(".json").write_text(json.dumps({"frame_times_s": [0.0, 5.0]}))
        times = [frame.t_s for frame in read_all(path)]
        assert times == pytest.approx([0.0, 5.0, 5 + 1 / 30, 5 + 2 / 30])

    def test_two_readings_are_the_same(self, tmp_path: Path) -> None:
        path = b.video(tmp_path / "clip.mp4", 8)
        first, second = read_all(path), read_all(path)
        assert [f.t_s for f in first] == [f.t_s for f in second]
        assert all((x.image == y.image).all() for x, y in zip(first, second, strict=True))

    def test_a_clip_filmed_on_its_side_is_turned_upright(self, tmp_path: Path) -> None:
        path = b.turn_upright(b.video(tmp_path / "clip.mp4", 2, width=64, height=48))
        assert read_all(path)[0].size_wh == (48, 64)

    @pytest.mark.parametrize("size", [(2, 2), (48, 64), (3840, 2160)])
    def test_odd_sizes_are_read(self, tmp_path: Path, size: tuple[int, int]) -> None:
        path = b.video(tmp_path / "clip.avi", 2, width=size[0], height=size[1])
        assert read_all(path)[0].size_wh == size

    def test_rate_and_count_are_told_once_open(self, tmp_path: Path) -> None:
        with VideoSource(b.video(tmp_path / "clip.mp4", 7, 25)) as source:
            assert source.fps == pytest.approx(25)
            assert source.frame_count == 7

    def test_a_name_with_other_letters_is_no_obstacle(self, tmp_path: Path) -> None:
        source = b.video(tmp_path / "clip.mp4", 3)
        path = source.rename(tmp_path / "Tastatur äöü 键盘.mp4")
        assert len(read_all(path)) == 3


class TestVideoThatCannotBeRead:
    def test_a_missing_file_is_named(self, tmp_path: Path) -> None:
        with pytest.raises(SourceError, match=r"gone\.mp4: there is no such file"):
            VideoSource(tmp_path / "gone.mp4").__enter__()

    def test_an_empty_file_is_named(self, tmp_path: Path) -> None:
        (tmp_path / "zero.mp4").touch()
        with pytest.raises(SourceError, match=r"zero\.mp4: .*the file is empty"):
            VideoSource(tmp_path / "zero.mp4").__enter__()

    def test_a_text_file_is_no_video(self, tmp_path: Path) -> None:
        path = tmp_path / "notes.mp4"
        path.write_text("not a video at all\n" * 50)
        with pytest.raises(SourceError, match="expected a video"):
            VideoSource(path).__enter__()

    def test_an_mp4_without_its_end_is_told_to_be_cut_off(self, tmp_path: Path) -> None:
        path = b.video(tmp_path / "clip.mp4", 30)
        path.write_bytes(path.read_bytes()[:-700])
        with pytest.raises(SourceError, match="cut-off mp4"):
            VideoSource(path).__enter__()

    def test_a_clip_cut_in_the_middle_gives_what_there_is_and_a_warning(
        self, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        path = b.video(tmp_path / "clip.avi", 40)
        content = path.read_bytes()
        path.write_bytes(content[: len(content) // 2])
        with caplog.at_level(logging.WARNING):
            frames = read_all(path)
        assert 5 < len(frames) < 35
        assert "cut short" in caplog.text

    def test_a_whole_clip_brings_no_warning(
        self, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        read_all(b.video(tmp_path / "clip.avi", 40))
        assert caplog.text == ""

    @pytest.mark.skipif(sys.platform == "win32", reason="no named pipes in the file system")
    def test_a_pipe_is_refused_rather_than_waited_for(self, tmp_path: Path) -> None:
        os.mkfifo(tmp_path / "pipe.mp4")
        with pytest.raises(SourceError, match="not a regular file"):
            VideoSource(tmp_path / "pipe.mp4").__enter__()

    def test_messages_are_one_line_and_ffmpeg_adds_none(
        self, tmp_path: Path, capfd: pytest.CaptureFixture[str]
    ) -> None:
        path = tmp_path / "noise.mp4"
        path.write_bytes(bytes(range(256)) * 20)
        with pytest.raises(SourceError) as caught:
            VideoSource(path).__enter__()
        assert "\n" not in str(caught.value)
        assert capfd.readouterr().err == ""


class TestRecordedTimes:
    @pytest.mark.parametrize(
        "content",
        ["", "[1, 2]", "{}", '{"frame_times_s": 3}', '{"frame_times_s": [0, 2, 1]}', "\x00\x01"],
    )
    def test_what_is_no_list_of_growing_times_is_not_used(
        self, tmp_path: Path, content: str
    ) -> None:
        path = tmp_path / "clip.json"
        path.write_text(content)
        assert recorded_times(path) == []

    def test_a_list_of_growing_times_is_used(self, tmp_path: Path) -> None:
        path = tmp_path / "clip.json"
        path.write_text('{"frame_times_s": [0, 0.04, 0.1]}')
        assert recorded_times(path) == [0.0, 0.04, 0.1]

    def test_without_a_file_there_are_none(self, tmp_path: Path) -> None:
        assert recorded_times(tmp_path / "none.json") == []
