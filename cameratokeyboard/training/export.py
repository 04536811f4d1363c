"""From a checkpoint to the ONNX file that ships: same numbers, and a description of itself."""

from __future__ import annotations

import copy
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from cameratokeyboard.datatypes import CLASS_NAMES
from cameratokeyboard.detect.engines import open_engine
from cameratokeyboard.detect.looks import STRIDE
from cameratokeyboard.errors import ModelError, OutputError
from cameratokeyboard.files import replacing
from cameratokeyboard.training.quiet import quiet_ultralytics

#: Opset 17 is understood by ONNX Runtime since 1.12 and by OpenVINO since 2022.
OPSET = 17
#: Greatest difference allowed between checkpoint and export: px for places, and for scores. Weights
#: are stored as 16-bit numbers, as in the checkpoint, which halves the file; that costs up to 0.1
#: px where a network is unsure and a few hundredths where it is sure.
PLACE_TOLERANCE_PX = 0.3
SCORE_TOLERANCE = 5e-3
#: Tables of at most this many numbers stay as they are.
_SMALL = 64


def export_onnx(checkpoint: Path, target: Path, properties: Mapping[str, str]) -> None:
    """Write ``target`` from an ultralytics checkpoint, for any picture size that 32 divides.

    properties: metadata beside classes and keypoints, e.g. ``imgsz`` as "[height, width]".
    The file is written under another name, compared with the checkpoint, then moved into place.
    Raises ModelError when the checkpoint is unusable or the numbers differ; OutputError when the
    file cannot be written.
    """
    quiet_ultralytics()
    import torch

    network, head = _load(checkpoint)
    sample = torch.rand(1, 3, 3 * STRIDE, 5 * STRIDE, generator=torch.Generator().manual_seed(0))
    traced = copy.deepcopy(network)
    _switch_to_export(traced)
    axes = {"images": {2: "height", 3: "width"}, "output0": {2: "anchors"}}
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with replacing(target) as part:
            with torch.inference_mode(), warnings.catch_warnings():
                # The newer exporter needs another package and cannot yet keep both sides free.
                warnings.filterwarnings("ignore", message=".*legacy TorchScript-based ONNX.*")
                warnings.filterwarnings("ignore", category=torch.jit.TracerWarning)
                torch.onnx.export(
                    traced,
                    (sample,),
                    str(part),
                    opset_version=OPSET,
                    input_names=["images"],
                    output_names=["output0"],
                    dynamic_axes=axes,
                    dynamo=False,
                )
            _halve_weights(part)
            _write_properties(part, {**_own_properties(head), **properties})
            _check_difference(compare(network, part), target)
    except OSError as error:
        raise OutputError(f"{target}: the model cannot be written: {error.strerror}") from error


def save_portable(checkpoint: Path, target: Path) -> None:
    """Copy a checkpoint without the paths of the machine that it was trained on.

    Raises OutputError when the copy cannot be written.
    """
    quiet_ultralytics()
    import torch

    content: dict[str, Any] = torch.load(checkpoint, map_location="cpu", weights_only=False)
    content.pop("git", None)  # where the program lay, and its commit
    network = content.get("ema") or content.get("model")
    settings = [content.get("train_args"), getattr(network, "args", None), network]
    for tree in (vars(s) if hasattr(s, "__dict__") else s for s in settings if s is not None):
        for key, value in tree.items():
            if isinstance(value, str | Path) and ("/" in str(value) or "\\" in str(value)):
                tree[key] = Path(str(value)).name
    try:
        # A stream, since torch puts a file's name into it and hides that a disk is full.
        with replacing(target) as part, part.open("wb") as stream:
            torch.save(content, stream)
    except OSError as error:
        raise OutputError(f"{target}: the checkpoint cannot be written: {error}") from error


def set_properties(model: Path, properties: Mapping[str, str]) -> None:
    """Add to, or replace in, the metadata of an ONNX file."""
    try:
        with replacing(model) as part:
            part.write_bytes(model.read_bytes())
            _write_properties(part, properties)
    except OSError as error:
        raise OutputError(f"{model}: the model cannot be written: {error.strerror}") from error


def write_onnx(
    network: Any,
    samples: tuple[Any, ...],
    path: Path,
    about: Mapping[str, str],
    *,
    inputs: list[str],
    outputs: list[str],
    axes: Mapping[str, Mapping[int, str]] | None = None,
) -> None:
    """Write a small network with its metadata, whole or not at all.

    samples: tensors of the inputs' shapes. inputs, outputs: names. axes: names of the free axes by
    input or output and number.
    """
    import torch

    with replacing(path) as part:
        with warnings.catch_warnings():
            # The newer exporter wants one more package and gives the same graph for so plain a
            # network.
            warnings.simplefilter("ignore")
            torch.onnx.export(
                network,
                samples,
                str(part),
                input_names=inputs,
                output_names=outputs,
                dynamic_axes=axes,
                opset_version=OPSET,
                dynamo=False,
            )
        set_properties(part, about)


def compare(network: Any, onnx_file: Path) -> tuple[float, float]:
    """Greatest difference of places (px) and of scores between a network and its export."""
    import torch

    engine = open_engine(onnx_file, "onnxruntime")
    places = scores = 0.0
    rng = np.random.default_rng(0)
    for height, width in ((2 * STRIDE, 4 * STRIDE), (7 * STRIDE, 5 * STRIDE)):
        blob = rng.random((1, 3, height, width), np.float32)
        with torch.inference_mode():
            expected = network(torch.from_numpy(blob))
        expected = (expected[0] if isinstance(expected, tuple) else expected).numpy()
        difference = np.abs(engine.run(blob) - expected)
        first, last = 4, 4 + len(CLASS_NAMES)
        scores = max(scores, float(difference[:, first:last].max()))
        places = max(places, float(np.delete(difference, np.s_[first:last], axis=1).max()))
    return places, scores


def _check_difference(difference: tuple[float, float], target: Path) -> None:
    places, scores = difference
    if not (places <= PLACE_TOLERANCE_PX and scores <= SCORE_TOLERANCE):
        raise ModelError(
            f"{target}: the export differs from its checkpoint by {places:.4f} px and "
            f"{scores:.5f} in scores; expected at most {PLACE_TOLERANCE_PX} px and "
            f"{SCORE_TOLERANCE}; the installed torch or onnx version may be unsuited"
        )


def _load(checkpoint: Path) -> tuple[Any, Any]:
    from ultralytics.nn import tasks

    load: Any = tasks.load_checkpoint
    try:
        network, _ = load(str(checkpoint))
        network = network.float().cpu().fuse().eval()
    except Exception as error:
        raise ModelError(
            f"{checkpoint}: expected an ultralytics checkpoint, and it cannot be loaded "
            f"({type(error).__name__}: {str(error)[:100]})"
        ) from error
    for parameter in network.parameters():
        parameter.requires_grad = False
    return network, network.model[-1]


def _switch_to_export(network: Any) -> None:
    """Tell the head that it is traced for other sizes than the sample's."""
    head = network.model[-1]
    head.dynamic, head.export, head.format = True, True, "onnx"
    for module in network.modules():
        if type(module).__name__ == "C2f":
            module.forward = module.forward_split


def _own_properties(head: Any) -> dict[str, str]:
    properties = {"names": str(dict(enumerate(CLASS_NAMES))), "stride": str(STRIDE)}
    if hasattr(head, "kpt_shape"):
        properties["kpt_shape"] = str([int(n) for n in head.kpt_shape])
        properties["task"] = "pose"
    return properties


def _halve_weights(path: Path) -> None:
    """Store weights as 16-bit numbers, with a cast that engines do once when they load the file."""
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    model = onnx.load(str(path))
    graph = model.graph
    casts = []
    for index, tensor in enumerate(list(graph.initializer)):
        values = numpy_helper.to_array(tensor)
        if values.dtype != np.float32 or values.size <= _SMALL:
            continue
        stored = f"{tensor.name}_stored"
        casts.append(helper.make_node("Cast", [stored], [tensor.name], to=TensorProto.FLOAT))
        graph.initializer[index].CopyFrom(
            numpy_helper.from_array(values.astype(np.float16), stored)
        )
    nodes = [*casts, *graph.node]
    del graph.node[:]
    graph.node.extend(nodes)
    onnx.checker.check_model(model)
    onnx.save(model, str(path))


def _write_properties(path: Path, properties: Mapping[str, str]) -> None:
    import onnx

    model = onnx.load(str(path))
    kept = {entry.key: entry.value for entry in model.metadata_props}
    del model.metadata_props[:]
    for key, value in {**kept, **properties}.items():
        entry = model.metadata_props.add()
        entry.key, entry.value = key, value
    onnx.save(model, str(path))
