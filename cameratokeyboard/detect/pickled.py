"""A ``.pt`` checkpoint through ultralytics, for people who train; needs the extra 'train'."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path
from typing import Any

import numpy as np

from cameratokeyboard.detect.engines import Blob, check_model_file
from cameratokeyboard.errors import MissingExtraError, ModelError


class PickledEngine:
    """Runs an ultralytics YOLOv8 checkpoint with torch on the processor."""

    name = "torch"
    fixed_wh: tuple[int, int] | None = None

    def __init__(self, path: Path, threads: int) -> None:
        check_model_file(path)
        if importlib.util.find_spec("ultralytics") is None:
            raise MissingExtraError(f"{path}: a .pt model", "train")
        # Neither may ultralytics install packages nor call home because a file was opened.
        os.environ.setdefault("YOLO_AUTOINSTALL", "false")
        os.environ.setdefault("YOLO_OFFLINE", "true")
        import torch
        from ultralytics.nn import tasks

        self._torch = torch
        torch.set_num_threads(threads)
        try:
            load: Any = tasks.load_checkpoint
            network, _ = load(str(path))
            self._network = network.float().fuse().eval()
            head = self._network.model[-1]
        except Exception as error:
            raise ModelError(
                f"{path}: expected an ultralytics YOLOv8 checkpoint, and it cannot be loaded "
                f"({str(error).splitlines()[0][:120] if str(error) else type(error).__name__})"
            ) from error
        self.properties = {"names": str(dict(self._network.names))}
        if hasattr(head, "kpt_shape"):
            self.properties["kpt_shape"] = str(list(head.kpt_shape))
        size = getattr(self._network, "args", {}).get("imgsz", 640)
        self.properties["imgsz"] = str([size, size] if isinstance(size, int) else list(size))

    def run(self, blob: Blob) -> Blob:
        """Map (1, 3, H, W) RGB 0..1 to the raw output (1, C, N)."""
        with self._torch.inference_mode():
            output = self._network(self._torch.from_numpy(blob))
        table = output[0] if isinstance(output, tuple | list) else output
        return np.asarray(table.numpy(), np.float32)
