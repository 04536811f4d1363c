from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from cameratokeyboard.errors import DatasetError
from cameratokeyboard.training.config import Augmentation
from cameratokeyboard.training.folder import load_folder
from cameratokeyboard.training.views import plain_view, random_view, sample_targets, take
from tests.training.builders import make_item, write_dataset

WH = (160, 96)
STILL = Augmentation(whole=0, close=0, degrees=0, shear=0, stretch=0, perspective=0, flip_x=0)


class TestTake:
    @pytest.mark.parametrize("seed", range(6))
    def test_labels_move_with_the_pixels(self, tmp_path: Path, seed: int) -> None:
        """The bright blob's middle lies where its label says, under any random view."""
        folder = tmp_path / "d"
        (folder / "images").mkdir(parents=True)
        (folder / "labels").mkdir()
        image = np.zeros((360, 640, 3), np.uint8)
        cv2.rectangle(image, (300, 170), (319, 189), (255, 255, 255), -1)
        cv2.imwrite(str(folder / "images" / "a.png"), image)
        text = f"0 {310 / 640} 0.5 {20 / 640} {20 / 360} {310 / 640} {190 / 360} 2\n"
        (folder / "labels" / "a.txt").write_text(text)
        item = load_folder(folder)[0]
        rng = np.random.default_rng(seed)
        view = random_view(item, WH, Augmentation(close=1, whole=0), rng)
        sample = take(item, view, WH, fill=0)
        if not len(sample.class_id):
            pytest.skip("the view cuts the object off")
        ys, xs = np.nonzero(sample.image[:, :, 0] > 127)
        middle = np.array([xs.mean() + 0.5, ys.mean() + 0.5])
        box = sample.xyxy[0]
        if box[0] > 0 and box[1] > 0 and box[2] < WH[0] and box[3] < WH[1]:
            assert (box[:2] + box[2:]) / 2 == pytest.approx(middle, abs=1.0)
            assert np.ptp(xs) + 1 == pytest.approx(box[2] - box[0], rel=0.35)

    def test_an_object_that_is_mostly_cut_off_is_not_asked_for(self, tmp_path: Path) -> None:
        item = load_folder(write_dataset(tmp_path / "d", 1))[0]
        shifted = np.eye(3)
        shifted[0, 2] = -1000
        assert len(take(item, shifted, WH).class_id) == 0

    def test_flip_mirrors_boxes_and_keypoints(self, tmp_path: Path) -> None:
        item = load_folder(write_dataset(tmp_path / "d", 1))[0]
        mirror = np.array([[-1.0, 0, 96], [0, 1, 0], [0, 0, 1]])
        plain, flipped = take(item, np.eye(3), (96, 64)), take(item, mirror, (96, 64))
        assert flipped.xyxy[:, 0] == pytest.approx(96 - plain.xyxy[:, 2])
        known = plain.keypoints[..., 2] > 0
        assert flipped.keypoints[known][:, 0] == pytest.approx(96 - plain.keypoints[known][:, 0])
        assert np.array_equal(flipped.image, plain.image[:, ::-1])

    def test_a_vanished_picture_is_told(self) -> None:
        with pytest.raises(DatasetError, match=r"p000\.png"):
            take(make_item(0, Path("nowhere")), np.eye(3), WH)


class TestPlainView:
    def test_all_labels_are_in_the_sample(self, tmp_path: Path) -> None:
        item = load_folder(write_dataset(tmp_path / "d", 1))[0]
        sample = take(item, plain_view(item, WH), WH)
        assert len(sample.class_id) == len(item.labels)
        xywh, points = sample_targets(sample)
        assert xywh.min() >= 0
        assert xywh.max() <= 1
        assert points.shape == (4, 3, 3)


class TestRandomView:
    def test_same_generator_same_view(self) -> None:
        views = [
            random_view(make_item(), WH, Augmentation(), np.random.default_rng(5)) for _ in "ab"
        ]
        assert np.array_equal(*views)

    def test_without_augmentation_of_shape_the_view_is_a_similarity(self) -> None:
        view = random_view(make_item(), WH, STILL, np.random.default_rng(1))
        assert view[0, 1] == view[1, 0] == 0
        assert view[0, 0] == pytest.approx(view[1, 1])
        assert view[0, 0] > 0
