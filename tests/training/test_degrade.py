from __future__ import annotations

import numpy as np
import pytest

from cameratokeyboard.training.config import Augmentation
from cameratokeyboard.training.degrade import degrade
from tests.training.builders import draw_picture

NAMES = (
    *("brightness", "contrast", "tint", "saturation", "grey", "dark", "shadow", "finger_shadow"),
    *("occlusion", "blur", "soft", "noise", "compression"),
)
OFF = Augmentation(**dict.fromkeys(NAMES, 0.0))


class TestDegrade:
    @pytest.mark.parametrize("name", [*NAMES[4:]])
    def test_each_kind_alone_changes_the_picture(self, name: str) -> None:
        image = draw_picture(1)[0]
        settings = Augmentation(**{**vars(OFF), name: 1.0})
        changed = degrade(image, settings, np.random.default_rng(0))
        assert changed.shape == image.shape
        assert changed.dtype == np.uint8
        assert np.mean(np.abs(changed.astype(float) - image)) > 0.3

    def test_dark_is_darker_and_grey_is_grey(self) -> None:
        image = draw_picture(1)[0]
        rng = np.random.default_rng(0)
        dark = degrade(image, Augmentation(**{**vars(OFF), "dark": 1.0}), rng)
        assert dark.mean() < 0.65 * image.mean()
        grey = degrade(image, Augmentation(**{**vars(OFF), "grey": 1.0}), rng)
        assert np.ptp(grey.astype(int), axis=2).max() <= 1

    def test_a_soft_picture_has_less_detail(self) -> None:
        image = np.random.default_rng(1).integers(0, 255, (60, 90, 3)).astype(np.uint8)
        settings = Augmentation(**{**vars(OFF), "soft": 1.0})
        rng = np.random.default_rng(0)
        for _ in range(20):
            soft = degrade(image, settings, rng).astype(float)
            assert np.abs(np.diff(soft, axis=1)).mean() < np.abs(np.diff(image, axis=1)).mean()

    def test_same_generator_same_picture(self) -> None:
        image = draw_picture(1)[0]
        first, second = (degrade(image, Augmentation(), np.random.default_rng(9)) for _ in "ab")
        assert np.array_equal(first, second)
