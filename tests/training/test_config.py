from __future__ import annotations

from pathlib import Path

import pytest

from cameratokeyboard.errors import DatasetError, SettingsError
from cameratokeyboard.training.config import Augmentation, TrainConfig, load_config, save_config


class TestTrainConfig:
    def test_sample_size_is_a_multiple_of_the_stride(self) -> None:
        assert TrainConfig(Path("d")).input_wh == (416, 256)
        assert TrainConfig(Path("d"), image_size=64, aspect=1).input_wh == (64, 64)
        assert TrainConfig(Path("d"), image_size=320, aspect=0.625).input_wh == (512, 320)

    @pytest.mark.parametrize(
        "change", [{"epochs": 0}, {"image_size": 8}, {"batch": 0}, {"hours": 0.0}]
    )
    def test_wrong_values_are_told(self, change: dict[str, float]) -> None:
        with pytest.raises(SettingsError, match=next(iter(change))):
            TrainConfig(Path("d"), **change)

    def test_survives_writing_and_reading(self, tmp_path: Path) -> None:
        config = TrainConfig(
            Path("d"), checkpoint=Path("c.pt"), hours=1.5, augmentation=Augmentation(dark=0.5)
        )
        save_config(tmp_path / "run.json", config)
        assert load_config(tmp_path / "run.json") == config

    def test_damaged_file_says_what_to_do(self, tmp_path: Path) -> None:
        (tmp_path / "run.json").write_text('{"dataset": ')
        with pytest.raises(DatasetError, match="--resume"):
            load_config(tmp_path / "run.json")
