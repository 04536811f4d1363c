"""The detector: one look at a frame, or at a region of it, through an ONNX network."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np

from cameratokeyboard.datatypes import Detections, FloatArray, Frame, MatPose
from cameratokeyboard.detect.decode import Candidates, decode
from cameratokeyboard.detect.doubles import without_doubles
from cameratokeyboard.detect.engines import Engine, open_engine
from cameratokeyboard.detect.looks import STRIDE, Look, cut, plan_look
from cameratokeyboard.detect.modelinfo import ModelInfo, parse_model_info
from cameratokeyboard.errors import ModelError

#: Of an object that a region's edge cuts, less than this is left in the region (px of the input).
_EDGE_PX = 2.0
#: A look at a whole frame may spend so many times the pixels of one at mat and hands: it is rare,
#: and on 150 rendered pictures it finds 2% more of the fingers and 9% more of the thumbs.
WIDE_SHARE = 1.75


class YoloDetector:
    """YOLOv8 boxes, and keypoints where the model has them.

    engine: a loaded network. info: what it says of itself. budget_px: pixels of one look.
    """

    def __init__(self, engine: Engine, info: ModelInfo, budget_px: int | None = None) -> None:
        self.engine = engine
        self.info = info
        self.budget_px = budget_px or info.input_wh[0] * info.input_wh[1]

    def detect(
        self, frame: Frame, region_px: FloatArray | None = None, mat: MatPose | None = None
    ) -> Detections:
        """Look once at ``region_px`` (4,) xyxy of the frame, or at all of it; px of the frame."""
        look = plan_look(frame.size_wh, region_px, self.budget_px, self.engine.fixed_wh)
        raw = self.engine.run(cut(frame.image, look))
        return without_doubles(_to_frame(decode(raw, self.info), look, frame.size_wh))

    def with_budget(self, budget_px: int) -> YoloDetector:
        """The same network, spending another number of pixels on a look."""
        return YoloDetector(self.engine, self.info, budget_px)

    def wider(self) -> YoloDetector:
        """The same network for looks at whole frames, in which everything is small."""
        return self.with_budget(round(WIDE_SHARE * self.budget_px))

    def with_thresholds(self, thresholds: tuple[float, ...]) -> YoloDetector:
        """The same network with other confidence thresholds, by channel."""
        return YoloDetector(self.engine, replace(self.info, thresholds=thresholds), self.budget_px)


def load_yolo(
    path: Path, engine: str = "auto", threads: int = 2, image_size: int = 0
) -> YoloDetector:
    """Load an ``.onnx`` detector (or a ``.pt`` one, which needs the extra 'train').

    engine: "auto", "onnxruntime" or "openvino". image_size: longest side of a look at a 16:9 frame
    in px; 0 takes the size the model was trained for.
    Raises ModelError with one line when the file is not a usable fingertip detector.
    """
    if path.suffix.lower() == ".pt":
        from cameratokeyboard.detect.pickled import PickledEngine

        print(
            f"warning: {path} is a Python pickle: loading one runs whatever its author put into "
            "it; use .pt files only from people you trust",
            file=sys.stderr,
        )
        opened: Engine = PickledEngine(path, threads)
    else:
        opened = open_engine(path, engine, threads)
    info = parse_model_info(opened.properties, str(path))
    detector = YoloDetector(opened, info, _budget(info, image_size))
    _try_out(detector, path)
    return detector


def _budget(info: ModelInfo, image_size: int) -> int | None:
    if not image_size:
        return None
    width = max(STRIDE, image_size // STRIDE * STRIDE)
    return width * max(STRIDE, round(width * 9 / 16 / STRIDE) * STRIDE)


def _try_out(detector: YoloDetector, path: Path) -> None:
    """Run the network once on grey: a wrong shape is found now, and the first frame is not slow."""
    width, height = detector.engine.fixed_wh or (2 * STRIDE, 2 * STRIDE)
    grey = np.full((1, 3, height, width), 0.45, np.float32)
    try:
        decode(detector.engine.run(grey), detector.info)
    except ModelError as error:
        raise ModelError(f"{path}: {error}") from error
    except Exception as error:
        raise ModelError(
            f"{path}: the network loads and then fails on a {width}x{height} picture "
            f"({str(error).splitlines()[-1][:120]}); export it again or choose another model"
        ) from error


def _to_frame(found: Candidates, look: Look, image_wh: tuple[int, int]) -> Detections:
    """Map candidates to the frame, without those that are nothing but a region's cut edge."""
    limits = np.array(look.content_wh, float)
    inside = np.all(
        (found.xyxy[:, :2] < limits - _EDGE_PX) & (found.xyxy[:, 2:] > _EDGE_PX), axis=1
    )
    corners = np.clip(
        look.to_frame(found.xyxy[inside].reshape(-1, 2, 2)), 0, np.array(image_wh, float)
    )
    keypoints = found.keypoints[inside].copy()
    keypoints[:, :, :2] = look.to_frame(keypoints[:, :, :2])
    return Detections(
        xyxy=corners.reshape(-1, 4).astype(np.float32),
        class_id=found.class_id[inside].astype(np.int64),
        confidence=found.confidence[inside],
        keypoints=keypoints.astype(np.float32),
        image_wh=image_wh,
    )
