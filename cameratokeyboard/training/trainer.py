"""A training run from a dataset folder to an ONNX file with figures."""

from __future__ import annotations

import dataclasses
import importlib.util
import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cameratokeyboard.datatypes import CLASS_NAMES
from cameratokeyboard.detect.modelinfo import (
    KEY_DATASET,
    KEY_FIGURES,
    KEY_THRESHOLDS,
    KEY_VERSION,
)
from cameratokeyboard.detect.yolo import load_yolo
from cameratokeyboard.errors import (
    C2KError,
    DatasetError,
    MissingExtraError,
    ModelError,
    OutputError,
    SettingsError,
)
from cameratokeyboard.files import write_text
from cameratokeyboard.training.config import TrainConfig, load_config, save_config
from cameratokeyboard.training.evaluate import DetectorFigures, evaluate_items, look_at
from cameratokeyboard.training.export import export_onnx, save_portable, set_properties
from cameratokeyboard.training.figures import best_threshold
from cameratokeyboard.training.folder import Item, Progress, folder_version, load_folder
from cameratokeyboard.training.partition import Split, partition
from cameratokeyboard.training.quiet import quiet_ultralytics

MODEL_FILE = "model.onnx"
CHECKPOINT_FILE = "checkpoint.pt"
_RUN_FILE, _DATA_FILE, _CLOCK_FILE, _NETWORK_FOLDER = "run.json", "data.json", "clock.json", "yolo"

Report = Callable[[str], None]


@dataclass(frozen=True)
class TrainResult:
    """What a run leaves. model: the ONNX file. checkpoint: weights to train on from. version: of
    the dataset, and so of the model. figures: on the validation pictures."""

    model: Path
    checkpoint: Path
    version: str
    figures: DetectorFigures


class Trainer:
    """Trains a detector as ``config`` says and leaves everything in ``target_dir``.

    report: takes one line of news at a time. progress: takes pictures done and pictures in all.
    """

    def __init__(
        self,
        config: TrainConfig,
        target_dir: Path,
        *,
        report: Report | None = None,
        progress: Progress | None = None,
    ) -> None:
        self.config = config
        self.target_dir = target_dir
        self._report: Report = report or (lambda line: None)
        self._progress = progress

    def calc_next_version(self) -> str:
        """The version a model trained on this dataset gets: the md5 of its files' sorted md5 sums.

        Raises DatasetError when the folder or its pictures are missing.
        """
        return folder_version(self.config.dataset)

    def run(self) -> TrainResult:
        """Train, export, choose thresholds, evaluate.

        May be interrupted at any moment and gone on with by ``resume``. Raises DatasetError,
        ModelError, SettingsError, OutputError or MissingExtraError with one clear message.
        """
        _need_ultralytics()
        quiet_ultralytics()
        config = self._stored_config() if self.config.resume else self.config
        data = self._prepared(config)
        items = load_folder(config.dataset, self._progress)
        split = partition(items, config.ratios, config.seed)
        version = self.calc_next_version()
        if data is None:
            data = self._prepare(config, items, split, version)
        elif data["version"] != version:
            raise DatasetError(
                f"{config.dataset}: the dataset changed since the run in {self.target_dir} began "
                f"(version {data['version']}, now {version}); start another run with --checkpoint"
            )
        self._report(
            f"dataset {version}: {len(split.train)} pictures to train on, {len(split.val)} to "
            f"validate, {len(split.test)} to test"
        )
        self._train(config)
        return self._finish(config, [items[i] for i in split.val], version)

    def export_now(self, name: str = MODEL_FILE) -> TrainResult:
        """Export the best checkpoint so far of a run that may still be going on.

        Raises ModelError when there is no checkpoint yet.
        """
        _need_ultralytics()
        config = self._stored_config()
        items = load_folder(config.dataset, self._progress)
        split = partition(items, config.ratios, config.seed)
        version = self.calc_next_version()
        return self._finish(config, [items[i] for i in split.val], version, name)

    def _stored_config(self) -> TrainConfig:
        path = self.target_dir / _RUN_FILE
        if not path.is_file():
            raise SettingsError(
                f"{self.target_dir}: expected an unfinished training run to go on with, and there "
                "is none; name its folder with --output or leave --resume away"
            )
        stored = load_config(path)
        # The machine may be another one than when the run began.
        return dataclasses.replace(
            stored,
            resume=True,
            device=self.config.device,
            workers=self.config.workers,
            threads=self.config.threads,
        )

    def _prepared(self, config: TrainConfig) -> dict[str, Any] | None:
        """What an earlier start of this run wrote down, None for a new run."""
        path = self.target_dir / _DATA_FILE
        if not config.resume:
            if (self.target_dir / _RUN_FILE).exists():
                raise SettingsError(
                    f"{self.target_dir}: holds a training run already; go on with it with --resume "
                    "or name another folder with --output"
                )
            return None
        try:
            data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            raise DatasetError(f"{path}: expected the list of a run's pictures: {error}") from error
        return data

    def _prepare(
        self, config: TrainConfig, items: list[Item], split: Split, version: str
    ) -> dict[str, Any]:
        """Write down what the run trains on; nothing of the dataset is moved or copied."""
        data = {
            "version": version,
            "train": [_entry(items[i]) for i in split.train],
            "val": [_entry(items[i]) for i in split.val],
            "test": [_entry(items[i]) for i in split.test],
            "augmentation": dataclasses.asdict(config.augmentation),
            "network": {"scale": config.scale, "fine_level": config.fine_level},
            "input_wh": list(config.input_wh),
            "hours": config.hours,
            "workers": config.workers,
            "clock": str((self.target_dir / _CLOCK_FILE).resolve()),
        }
        try:
            self.target_dir.mkdir(parents=True, exist_ok=True)
            write_text(self.target_dir / _DATA_FILE, json.dumps(data))
            save_config(self.target_dir / _RUN_FILE, config)
        except OSError as error:
            raise OutputError(
                f"{self.target_dir}: the run cannot be set up there: {error.strerror or error}"
            ) from error
        return data

    def _train(self, config: TrainConfig) -> None:
        weights = self.target_dir / _NETWORK_FOLDER / "weights"
        last = weights / "last.pt"
        if config.resume and (weights / "finished").exists():
            self._report("training had finished; exporting")
            return
        # After an interruption before the first checkpoint the run simply begins again.
        resume = config.resume and last.is_file()
        import torch

        from cameratokeyboard.training.yolo_training import FingertipTraining

        torch.set_num_threads(config.threads or os.cpu_count() or 1)
        overrides = self._overrides(config, last if resume else None)
        try:
            training = FingertipTraining(overrides=overrides)
            training.train()
            (weights / "finished").touch()
        except C2KError:
            raise
        except OSError as error:
            raise OutputError(
                f"{self.target_dir}: training cannot write there ({error.strerror or error}); free "
                "some space and go on with --resume"
            ) from error
        except (ValueError, RuntimeError, AssertionError) as error:
            if resume and "nothing to resume" in str(error):
                (weights / "finished").touch()  # it was interrupted after its last epoch
                return
            first = next((s for s in map(str.strip, str(error).splitlines()) if s), repr(error))
            raise ModelError(f"training stopped: {first[:200]}") from error

    def _overrides(self, config: TrainConfig, resume_from: Path | None) -> dict[str, Any]:
        """The run in ultralytics' words."""
        start = resume_from or config.checkpoint
        if start is not None and not start.is_file():
            raise ModelError(f"{start}: there is no such checkpoint to start from")
        return {
            "model": str(start) if start else "fingertips.yaml",
            "resume": str(resume_from) if resume_from else False,
            "pretrained": config.checkpoint is not None,
            "data": str(self.target_dir / _DATA_FILE),
            "save_dir": str((self.target_dir / _NETWORK_FOLDER).resolve()),
            "exist_ok": True,
            "epochs": config.epochs,
            "patience": config.patience,
            "imgsz": max(config.input_wh),
            "batch": config.batch,
            "nbs": config.batch,
            "device": config.device,
            "workers": config.workers,
            "seed": config.seed,
            "deterministic": config.device != "cpu",
            "amp": config.device != "cpu",
            "optimizer": config.optimizer,
            "lr0": config.learning_rate,
            "lrf": config.final_rate,
            "cos_lr": True,
            "warmup_epochs": config.warmup_epochs,
            "warmup_bias_lr": 0.0,
            "weight_decay": 0.0005,
            "momentum": 0.9,
            "close_mosaic": 0,
            "conf": 0.01,
            "plots": config.plots,
        }

    def _finish(
        self, config: TrainConfig, val: list[Item], version: str, name: str = MODEL_FILE
    ) -> TrainResult:
        """Export the best weights, choose thresholds on the validation pictures, evaluate."""
        weights = self.target_dir / _NETWORK_FOLDER / "weights"
        best = weights / "best.pt"
        source = best if best.is_file() else weights / "last.pt"
        if not source.is_file():
            raise ModelError(f"{weights}: there is no checkpoint yet; train for longer")
        width, height = config.input_wh
        model = self.target_dir / name
        self._report(f"exporting {source.name}")
        known = {"imgsz": str([height, width]), KEY_VERSION: version, KEY_DATASET: version}
        export_onnx(source, model, known)
        detector = load_yolo(model, "onnxruntime")
        pictures, _ = look_at(detector, val, progress=self._progress)
        thresholds = {
            class_name: best_threshold(pictures, index)
            for index, class_name in enumerate(CLASS_NAMES)
        }
        set_properties(model, {KEY_THRESHOLDS: json.dumps(thresholds)})
        figures = evaluate_items(load_yolo(model, "onnxruntime"), val)
        set_properties(model, {KEY_FIGURES: json.dumps(figures.summary())})
        checkpoint = self.target_dir / CHECKPOINT_FILE
        save_portable(source, checkpoint)
        return TrainResult(model, checkpoint, version, figures)


def _entry(item: Item) -> dict[str, Any]:
    labels = item.image.parent.parent / "labels" / (item.image.stem + ".txt")
    return {
        "image": str(item.image.resolve()),
        "labels": str(labels.resolve()),
        "size_wh": list(item.size_wh),
    }


def _need_ultralytics() -> None:
    for module in ("torch", "ultralytics", "onnx"):
        if importlib.util.find_spec(module) is None:
            raise MissingExtraError("training", "train")
