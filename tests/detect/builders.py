"""Fake engines, tiny ONNX files and detections for the detector's tests."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np

from cameratokeyboard.datatypes import Detections, Frame
from cameratokeyboard.detect.modelinfo import ModelInfo, parse_model_info

PROPERTIES = {
    "names": "{0: 'finger', 1: 'thumb', 2: 'marker'}",
    "kpt_shape": "[3, 3]",
    "imgsz": "[256, 416]",
    "c2k_thresholds": '{"finger": 0.4, "thumb": 0.3, "marker": 0.5}',
    "c2k_version": "abc",
}


def make_info(**changes: str) -> ModelInfo:
    """What a model says of itself."""
    return parse_model_info({**PROPERTIES, **changes}, "model.onnx")


def candidate(
    class_id: int,
    x: float,
    y: float,
    w: float = 20,
    h: float = 24,
    score: float = 0.9,
    contact: tuple[float, float] | None = None,
) -> np.ndarray:
    """One column of a raw output with three classes and three keypoints."""
    scores = np.full(3, 0.01)
    scores[class_id] = score
    point = contact or (x, y + h / 2)
    points = [*point, 0.9, x, y + h / 2, 0.8, x, y - h / 2, 0.7]
    return np.array([x, y, w, h, *scores, *points], np.float32)


def raw_output(*columns: np.ndarray) -> np.ndarray:
    """(1, 16, N) raw output of those candidates, and one of nothing."""
    nothing = candidate(0, 5, 5, score=0.0)
    return np.stack([*columns, nothing], axis=1)[None]


class FakeEngine:
    """An engine that answers what it is told, and remembers what it was shown."""

    name = "fake"

    def __init__(
        self,
        answer: np.ndarray | Callable[[np.ndarray], np.ndarray],
        fixed_wh: tuple[int, int] | None = None,
    ) -> None:
        self._answer = answer
        self.fixed_wh = fixed_wh
        self.properties: Mapping[str, str] = PROPERTIES
        self.shown: list[np.ndarray] = []

    def run(self, blob: np.ndarray) -> np.ndarray:
        self.shown.append(blob)
        return self._answer(blob) if callable(self._answer) else self._answer


def make_frame(
    width: int = 640, height: int = 360, t_s: float = 0.0, image: np.ndarray | None = None
) -> Frame:
    """A grey frame, or one with that picture."""
    if image is None:
        image = np.full((height, width, 3), 100, np.uint8)
    return Frame(image, t_s, round(t_s * 30))


def make_detections(
    rows: list[tuple[int, float, float]],
    image_wh: tuple[int, int] = (640, 360),
    side: float = 20,
    confidence: float = 0.9,
) -> Detections:
    """Detections of (class, x, y): square boxes with the contact point at x, y + side / 2."""
    n = len(rows)
    xy = np.array([(x, y) for _, x, y in rows], np.float32).reshape(n, 2)
    keypoints = np.zeros((n, 3, 3), np.float32)
    keypoints[:, :, :2] = xy[:, None] + np.array([0, side / 2], np.float32)
    keypoints[:, 2, 1] -= side
    keypoints[:, :, 2] = 0.9
    return Detections(
        xyxy=np.concatenate([xy - side / 2, xy + side / 2], axis=1),
        class_id=np.array([c for c, _, _ in rows], np.int64),
        confidence=np.full(n, confidence, np.float32),
        keypoints=keypoints,
        image_wh=image_wh,
    )


def write_onnx(
    path: Path,
    channels: int = 16,
    properties: Mapping[str, str] = PROPERTIES,
    output_rank: int = 3,
) -> Path:
    """A real ONNX file that answers every picture with ``channels`` x 4 zeros."""
    import onnx
    from onnx import TensorProto, helper

    shape = [1, channels, 4] if output_rank == 3 else [1, channels]
    table = helper.make_tensor("table", TensorProto.FLOAT, shape, np.zeros(shape).ravel())
    picture = helper.make_tensor_value_info("images", TensorProto.FLOAT, [1, 3, "h", "w"])
    output = helper.make_tensor_value_info("output0", TensorProto.FLOAT, shape)
    nodes = [
        helper.make_node("ReduceMean", ["images"], ["mean"], keepdims=0),
        helper.make_node("Mul", ["table", "mean"], ["output0"]),
    ]
    graph = helper.make_graph(nodes, "tiny", [picture], [output], [table])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    for key, value in properties.items():
        entry = model.metadata_props.add()
        entry.key, entry.value = key, value
    onnx.save(model, str(path))
    return path
