"""The ultralytics side of a training run: dataset, loss, checkpoints, time.

Only this module and ``export`` touch ultralytics and torch. It is imported by the processes that
ultralytics starts for several GPUs, too, so everything that a run needs comes from ``data.json``.
``quiet_ultralytics`` has to be called before the first import.
"""

from __future__ import annotations

import json
import random
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch
from ultralytics.data.dataset import YOLODataset
from ultralytics.models.yolo.pose import PoseTrainer
from ultralytics.nn.tasks import PoseModel
from ultralytics.utils import RANK
from ultralytics.utils.loss import v8PoseLoss
from ultralytics.utils.torch_utils import strip_optimizer, unwrap_model

from cameratokeyboard.datatypes import CLASS_NAMES
from cameratokeyboard.errors import OutputError
from cameratokeyboard.files import replacing, write_text
from cameratokeyboard.training.config import Augmentation
from cameratokeyboard.training.degrade import degrade
from cameratokeyboard.training.folder import Item
from cameratokeyboard.training.labels import read_labels
from cameratokeyboard.training.network import KEYPOINT_SIGMAS, network
from cameratokeyboard.training.precision import computes_in_16_bits
from cameratokeyboard.training.views import plain_view, random_view, sample_targets, take

#: Greys with which the outside of a picture is filled: the padding of the running program, and the
#: black bars of photos that were made square.
_FILLS = (114, 114, 0)
#: Below this share of an object's size the loss of a keypoint's error turns from a cone to a bowl.
_ROUNDING = 0.01


class SampleDataset(torch.utils.data.Dataset):  # type: ignore[misc]
    """Samples in the form ultralytics trains with."""

    collate_fn = staticmethod(YOLODataset.collate_fn)

    def __init__(
        self, items: list[Item], input_wh: tuple[int, int], augmentation: Augmentation | None
    ) -> None:
        self.items = items
        self.input_wh = input_wh
        self.augmentation = augmentation
        self.im_files = [str(item.image) for item in items]
        self.labels = [
            {"cls": item.labels.class_id[:, None].astype(np.float32), "bboxes": item.labels.xywh}
            for item in items
        ]

    def __len__(self) -> int:
        return len(self.items)

    def __getitem__(self, index: int) -> dict[str, Any]:
        item = self.items[index]
        if self.augmentation is None:
            sample = take(item, plain_view(item, self.input_wh), self.input_wh)
            image = sample.image
        else:
            rng = np.random.default_rng(random.getrandbits(64))
            view = random_view(item, self.input_wh, self.augmentation, rng)
            sample = take(item, view, self.input_wh, _FILLS[int(rng.integers(len(_FILLS)))])
            image = degrade(sample.image, self.augmentation, rng)
        xywh, points = sample_targets(sample)
        height, width = image.shape[:2]
        rgb = np.ascontiguousarray(image[:, :, ::-1].transpose(2, 0, 1))
        return {
            "img": torch.from_numpy(rgb),
            "cls": torch.from_numpy(sample.class_id[:, None].astype(np.float32)),
            "bboxes": torch.from_numpy(xywh),
            "keypoints": torch.from_numpy(points),
            "batch_idx": torch.zeros(len(xywh)),
            "im_file": str(item.image),
            "ori_shape": (height, width),
            "resized_shape": (height, width),
            "ratio_pad": ((1.0, 1.0), (0.0, 0.0)),
        }


class KeypointAwareLoss(v8PoseLoss):  # type: ignore[misc]
    """The pose loss for small objects, some of which have no labelled keypoints.

    ultralytics scores a keypoint by a bell curve over its error: next to no gradient far away, and
    a vanishing one at the centre. Here the error itself counts, relative to the object's size, so
    that tenths of a pixel are worth as much as pixels. ultralytics also takes an unlabelled
    keypoint for an invisible one; here an object without any says nothing about visibility, and a
    hidden one (v = 1) has a place but is not visible.
    """

    def loss(
        self, preds: dict[str, Any], batch: dict[str, Any]
    ) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
        """The whole loss, in full precision also where the network computed in 16 bits."""
        with torch.autocast(self.device.type, enabled=False):
            found: tuple[torch.Tensor, dict[str, torch.Tensor]] = super().loss(
                _in_full_precision(preds), batch
            )
            return found

    def calculate_keypoints_loss(
        self,
        masks: torch.Tensor,
        target_gt_idx: torch.Tensor,
        keypoints: torch.Tensor,
        stride_tensor: torch.Tensor,
        target_bboxes: torch.Tensor,
        pred_kpts: torch.Tensor,
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Place and visibility losses of the assigned candidates."""
        true = keypoints[masks.nonzero(as_tuple=True)[0], target_gt_idx[masks]].clone()
        strides = stride_tensor.view(1, -1).expand(masks.shape[0], -1)[masks]
        true[..., :2] /= strides[:, None, None]
        sides = target_bboxes[masks] / strides[:, None]
        area = ((sides[:, 2] - sides[:, 0]) * (sides[:, 3] - sides[:, 1]))[:, None]
        guess = pred_kpts[masks]
        known = true[..., 2] > 0
        square = (guess[..., :2] - true[..., :2]).square().sum(-1) / (area + 1e-9)
        error = (square + _ROUNDING**2).sqrt() - _ROUNDING
        place = (error * known).sum() / known.sum().clamp(min=1)
        told = known.any(dim=1)
        if not bool(told.any()):
            return place, guess[..., 2].sum() * 0
        visible = (true[told][..., 2] > 1).float()
        return place, self.bce_pose(guess[told][..., 2], visible)


class FingertipTraining(PoseTrainer):  # type: ignore[misc]
    """One training run.

    The name has no "Trainer" in it, which keeps ultralytics from hooking experiment trackers in.
    """

    last: Path
    best: Path
    stop: bool
    epoch: int
    _epoch_began_s: float | None = None

    def get_dataset(self) -> dict[str, Any]:
        """What to train on, from ``data.json``, without ultralytics' own checks and downloads."""
        data: dict[str, Any] = json.loads(Path(self.args.data).read_text(encoding="utf-8"))
        return {
            **data,
            "names": dict(enumerate(CLASS_NAMES)),
            "nc": len(CLASS_NAMES),
            "channels": 3,
            "kpt_shape": [3, 3],
            "kpt_oks_sigmas": list(KEYPOINT_SIGMAS),
        }

    def get_model(
        self, cfg: Any = None, weights: torch.nn.Module | None = None, verbose: bool = True
    ) -> PoseModel:
        """The network of the run, with the weights of the checkpoint it starts from."""
        tree = cfg if isinstance(cfg, dict) else network(**self.data["network"])
        return super().get_model(tree, weights, verbose=False)

    def build_dataset(self, img_path: Any, mode: str = "train", batch: Any = None) -> SampleDataset:
        """Samples of the listed pictures, augmented for training."""
        items = [_item(entry) for entry in img_path]
        settings = Augmentation(**self.data["augmentation"]) if mode == "train" else None
        width, height = self.data["input_wh"]
        return SampleDataset(items, (width, height), settings)

    def get_dataloader(
        self, dataset_path: Any, batch_size: int = 16, rank: int = 0, mode: str = "train"
    ) -> Any:
        """The loader; on a processor, too, one process prepares samples while another trains."""
        if self.device.type == "cpu":
            self.args.workers = min(self.data.get("workers", 0), 1) if mode == "train" else 0
        return super().get_dataloader(dataset_path, batch_size, rank, mode)

    def preprocess_batch(self, batch: dict[str, Any]) -> dict[str, Any]:
        """To the device, to 0..1, and to the memory order in which convolutions are fastest.

        On processors that multiply 16-bit numbers the network computes in those, nearly twice as
        fast. ultralytics knows this for GPUs only, so it is switched on here, within the trainer's
        own autocast block, which switches it off again before the weights are changed.
        """
        batch = super().preprocess_batch(batch)
        if self.device.type == "cpu":
            batch["img"] = batch["img"].to(memory_format=torch.channels_last)
            if computes_in_16_bits():
                torch.set_autocast_dtype("cpu", torch.bfloat16)
                torch.set_autocast_enabled("cpu", True)
        return batch

    def run_callbacks(self, event: str) -> None:
        """ultralytics' hooks, and this project's at the same points."""
        super().run_callbacks(event)
        if event == "on_pretrain_routine_end":
            network_ = unwrap_model(self.model)
            network_.criterion = KeypointAwareLoss(network_)
            if self.device.type == "cpu":
                self.model.to(memory_format=torch.channels_last)
        elif event == "on_train_epoch_start":
            random.seed(self.args.seed * 1_000_003 + self.epoch)
            self._epoch_began_s = time.monotonic()
        elif event == "on_fit_epoch_end":
            self._keep_time()

    def save_model(self) -> bool:
        """Write the checkpoints; an interruption leaves the previous ones whole."""
        last, best = self.last, self.best
        parts = {path: path.with_name(path.name + ".part") for path in (last, best)}
        self.last, self.best = parts[last], parts[best]
        try:
            done = bool(super().save_model())
            for path, part in parts.items():
                if part.exists():
                    part.replace(path)
        except OSError as error:
            for part in parts.values():
                part.unlink(missing_ok=True)
            raise OutputError(
                f"{last}: the checkpoint cannot be written ({error.strerror or error}); free some "
                "space and go on with --resume"
            ) from error
        finally:
            self.last, self.best = last, best
        return done

    def final_eval(self) -> None:
        """Make the best checkpoint small; figures come from this project's own evaluation.

        The last one stays as it is, so that an interruption right here loses nothing.
        """
        if RANK in {-1, 0} and self.best.exists():
            with replacing(self.best) as part:
                strip_optimizer(self.best, s=part)

    def _keep_time(self) -> None:
        """Count the time spent, and plan the rest so that the learning rate ends where it should.

        The count survives an interruption; without a limit in hours only the count is kept.
        """
        clock = Path(self.data["clock"])
        spent, epochs = _read_clock(clock)
        began = self._epoch_began_s
        if began is None:
            return
        newest = time.monotonic() - began
        spent, epochs = spent + newest, epochs + 1
        self._epoch_began_s = None
        if RANK in {-1, 0}:
            _write_clock(clock, spent, epochs)
        hours = self.data["hours"]
        if hours is None or self.stop:
            return
        left = hours * 3600 - spent
        more = int(left / newest + 0.35)
        self.epochs = self.args.epochs = self.epoch + 1 + max(more, 0)
        self._setup_scheduler()
        self.scheduler.last_epoch = self.epoch
        if more <= 0:
            self.stop = True


def _in_full_precision(tree: Any) -> Any:
    """The same dictionaries and lists with tensors of 32-bit numbers."""
    if isinstance(tree, torch.Tensor):
        return tree.float()
    if isinstance(tree, dict):
        return {key: _in_full_precision(value) for key, value in tree.items()}
    return [_in_full_precision(value) for value in tree]


def _read_clock(path: Path) -> tuple[float, int]:
    try:
        tree = json.loads(path.read_text(encoding="utf-8"))
        return float(tree["seconds"]), int(tree["epochs"])
    except (OSError, ValueError, KeyError, TypeError):
        return 0.0, 0


def _write_clock(path: Path, seconds: float, epochs: int) -> None:
    write_text(path, json.dumps({"seconds": seconds, "epochs": epochs}))


def _item(entry: dict[str, Any]) -> Item:
    image, labels = Path(entry["image"]), Path(entry["labels"])
    width, height = entry["size_wh"]
    return Item(image, read_labels(labels), (width, height), np.zeros(4, np.uint64), None)
