"""Clips with truth."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from cameratokeyboard.errors import C2KError, OutputError, SimulationError
from cameratokeyboard.synthetic import clip
from cameratokeyboard.synthetic.camera import View
from cameratokeyboard.synthetic.clip import ClipWish, build_clip, paint_frames, perform
from cameratokeyboard.synthetic.clipfile import ClipFile
from cameratokeyboard.synthetic.simulate import simulate, truth_path
from tests.synthetic.scene_builders import renderer, use_toy_hands


@pytest.fixture(autouse=True)
def _plain_hands(monkeypatch: pytest.MonkeyPatch) -> None:
    use_toy_hands(monkeypatch)
    clip._painter.cache_clear()


WISH = ClipWish("a", wpm=60, seed=2, size_wh=(160, 96), fps=2)


class TestPerform:
    @pytest.mark.parametrize(
        "wish",
        [
            ClipWish(""),
            ClipWish("漢"),
            ClipWish("a", wpm=0),
            ClipWish("a", wpm=1000),
            ClipWish("a", layout="nothing"),
            ClipWish("a", style="juggling"),
        ],
    )
    def test_what_cannot_be_typed_is_refused(self, wish: ClipWish) -> None:
        with pytest.raises(C2KError):
            perform(wish)


class TestClipWish:
    @pytest.mark.parametrize(
        ("size", "fps", "told"),
        [((33, 200), 30.0, "--size"), ((101, 100), 30.0, "even"), ((320, 192), 0.0, "--fps")],
    )
    def test_impossible_pictures_name_the_flag(
        self, size: tuple[int, int], fps: float, told: str
    ) -> None:
        with pytest.raises(SimulationError, match=told):
            ClipWish("a", size_wh=size, fps=fps)


class TestSimulate:
    def test_clip_truth_and_labels_fit_together(self, tmp_path: Path) -> None:
        renderer()
        output = tmp_path / "clip.mp4"
        count = simulate(WISH, output, tmp_path / "labels")
        video = cv2.VideoCapture(str(output))
        frames = 0
        while video.read()[0]:
            frames += 1
        assert frames == count
        assert len(list((tmp_path / "labels").glob("clip_*.txt"))) == count
        truth = json.loads(truth_path(output).read_text())
        assert truth["text"] == "a"
        assert truth["events"][-1]["key"] == "a"
        assert truth["events"][-1]["t_up"] < count / WISH.fps
        assert truth["camera"]["size"] == [160, 96]
        assert not list(tmp_path.glob(".*"))

    def test_a_folder_that_is_missing_is_told_before_any_work(self, tmp_path: Path) -> None:
        with pytest.raises(OutputError, match="existing folder"):
            simulate(WISH, tmp_path / "no" / "clip.mp4")

    def test_frames_depend_on_the_seed_only(self) -> None:
        renderer()
        images = []
        for _ in range(2):
            clip._painter.cache_clear()
            images.append(next(paint_frames(WISH, 1, workers=1)).image)
        assert np.array_equal(*images)


class TestBuildClip:
    @pytest.mark.parametrize("view", list(View))
    def test_all_markers_lie_in_the_picture(self, view: View) -> None:
        built = build_clip(ClipWish("a", seed=5, size_wh=(320, 192), view=view))
        centres = np.concatenate([built.stage.mat.markers_mm[:, :2], np.zeros((4, 1))], axis=1)
        points, _ = built.stage.camera.project(centres)
        assert (points > 0).all()
        assert (points < [320, 192]).all()


class TestClipFile:
    def test_nothing_stays_after_an_error(self, tmp_path: Path) -> None:
        def stops() -> None:
            with ClipFile(tmp_path / "a.mp4", (64, 48), 10.0) as file:
                file.write(np.zeros((48, 64, 3), np.uint8))
                raise RuntimeError("stop")

        with pytest.raises(RuntimeError):
            stops()
        assert list(tmp_path.iterdir()) == []

    def test_other_endings_are_refused(self, tmp_path: Path) -> None:
        with pytest.raises(OutputError, match=r"\.mp4"):
            ClipFile(tmp_path / "a.gif", (64, 48), 10.0)

    def test_without_ffmpeg_opencv_writes(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("PATH", "")
        with ClipFile(tmp_path / "a.mp4", (64, 48), 10.0) as file:
            for shade in (0, 100, 200):
                file.write(np.full((48, 64, 3), shade, np.uint8))
        video = cv2.VideoCapture(str(tmp_path / "a.mp4"))
        assert int(video.get(cv2.CAP_PROP_FRAME_COUNT)) == 3
