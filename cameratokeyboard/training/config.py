"""Everything a training run can be told."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cameratokeyboard.errors import DatasetError, SettingsError
from cameratokeyboard.files import write_text


@dataclass(frozen=True)
class Augmentation:
    """How samples differ from the pictures; probabilities are 0..1.

    whole, close: share of samples that show the whole picture, or a single object closely; the rest
    shows mat and hands. scale: zoom in and out, share. translate: shift, share of the sample.
    degrees, shear: turn and shear, degrees. stretch: logarithm of the greatest change of aspect.
    perspective: tilt across the sample. flip_x, flip_y: mirror left-right, top-bottom.
    brightness, contrast, tint: logarithm of the greatest factor. saturation: greatest loss, share.
    grey, dark, shadow, finger_shadow, occlusion, blur, soft, noise, compression: probabilities.
    """

    whole: float = 0.25
    close: float = 0.2
    scale: float = 0.3
    translate: float = 0.1
    degrees: float = 8.0
    shear: float = 4.0
    stretch: float = 0.15
    perspective: float = 0.15
    flip_x: float = 0.5
    flip_y: float = 0.0
    brightness: float = 0.5
    contrast: float = 0.35
    tint: float = 0.12
    saturation: float = 0.6
    grey: float = 0.04
    dark: float = 0.12
    shadow: float = 0.3
    finger_shadow: float = 0.3
    occlusion: float = 0.15
    blur: float = 0.25
    soft: float = 0.35
    noise: float = 0.4
    compression: float = 0.4


@dataclass(frozen=True)
class TrainConfig:
    """A training run.

    dataset: folder with images/ and labels/. epochs: passes over the training pictures. image_size:
    longest side of a sample, px. aspect: width over height of a sample. batch: samples a step.
    device: "cpu", "0", "0,1". checkpoint: weights to start from, None for random ones. resume: go
    on with the run in the target folder. hours: the run is planned to end after this time, counted
    over all resumptions; None leaves it to ``epochs``. patience: stop after so many epochs without
    a better validation figure. scale: width of the network, one of the scales in its YAML file.
    fine_level: add the stride-4 level for very small objects. final_rate: the learning rate at the
    end, as a share of the first one. ratios: shares of train, validation
    and test. threads: processor threads, 0 for all. workers:
    processes that prepare samples (one at most without a GPU).
    """

    dataset: Path
    epochs: int = 60
    image_size: int = 416
    aspect: float = 1.625
    batch: int = 16
    device: str = "cpu"
    checkpoint: Path | None = None
    resume: bool = False
    hours: float | None = None
    patience: int = 30
    scale: str = "n"
    fine_level: bool = False
    optimizer: str = "AdamW"
    learning_rate: float = 0.0015
    final_rate: float = 0.01
    warmup_epochs: float = 1.0
    ratios: tuple[float, float, float] = (0.9, 0.1, 0.0)
    seed: int = 0
    workers: int = 4
    threads: int = 0
    plots: bool = True
    augmentation: Augmentation = field(default_factory=Augmentation)

    def __post_init__(self) -> None:
        limits: tuple[tuple[str, float, float], ...] = (
            ("epochs", 1, 100_000),
            ("image_size", 32, 2048),
            ("aspect", 0.25, 4),
            ("batch", 1, 4096),
            ("learning_rate", 1e-7, 1),
            ("workers", 0, 256),
        )
        for name, low, high in limits:
            value = getattr(self, name)
            if not low <= value <= high:
                raise SettingsError(f"{name} = {value}: expected a number from {low} to {high:g}")
        if self.hours is not None and not self.hours > 0:
            raise SettingsError(f"hours = {self.hours}: expected more than 0")

    @property
    def input_wh(self) -> tuple[int, int]:
        """Size of a sample in px, multiples of 32."""
        width = max(32, round(self.image_size / 32) * 32)
        height = max(32, round(self.image_size / self.aspect / 32) * 32)
        return (width, height) if self.aspect >= 1 else (height, width)


def save_config(path: Path, config: TrainConfig) -> None:
    """Write a run's settings as JSON, so that it can be resumed."""
    tree = dataclasses.asdict(config)
    text = json.dumps(tree, indent=1, default=str)
    write_text(path, text + "\n")


def load_config(path: Path) -> TrainConfig:
    """Read a run's settings. Raises DatasetError when the file is damaged."""
    try:
        tree: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        tree["augmentation"] = Augmentation(**tree["augmentation"])
        tree["ratios"] = tuple(tree["ratios"])
        for name in ("dataset", "checkpoint"):
            tree[name] = None if tree[name] is None else Path(tree[name])
        return TrainConfig(**tree)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DatasetError(
            f"{path}: expected the settings of a training run: {error}; start again without "
            "--resume, into another --output"
        ) from error
