"""The two ways to run an ONNX file: ONNX Runtime, and OpenVINO where it is installed."""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from cameratokeyboard.errors import MissingExtraError, ModelError

Blob = NDArray[np.float32]
ENGINES = ("auto", "onnxruntime", "openvino")


class Engine(Protocol):
    """Runs one network."""

    @property
    def name(self) -> str:
        """What it is called in figures."""
        ...

    @property
    def properties(self) -> Mapping[str, str]:
        """The file's metadata."""
        ...

    @property
    def fixed_wh(self) -> tuple[int, int] | None:
        """The only input size it takes, px; None when it takes any multiple of 32."""
        ...

    def run(self, blob: Blob) -> Blob:
        """Map (1, 3, H, W) RGB 0..1 to the raw output (1, C, N)."""
        ...


class OnnxRuntimeEngine:
    """ONNX Runtime on the processor; the default."""

    name = "onnxruntime"

    def __init__(self, path: Path, threads: int) -> None:
        self._session = open_session(path, threads)
        self.properties = dict(self._session.get_modelmeta().custom_metadata_map)
        inputs, outputs = self._session.get_inputs(), self._session.get_outputs()
        _check_ends(path, [i.shape for i in inputs], [o.shape for o in outputs])
        self._input = inputs[0].name
        self._output = outputs[0].name
        self.fixed_wh = _fixed_wh(inputs[0].shape)

    def run(self, blob: Blob) -> Blob:
        """Map (1, 3, H, W) RGB 0..1 to the raw output (1, C, N)."""
        result: Blob = self._session.run([self._output], {self._input: blob})[0]
        return result


def open_session(path: Path, threads: int) -> Any:
    """An ONNX Runtime session on the processor. Raises ModelError for a file it cannot read."""
    import onnxruntime as ort

    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    # Spinning threads steal the cores that capture and the window need.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        return ort.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as error:
        raise ModelError(_unusable(path, error)) from error


class OpenVinoEngine:
    """OpenVINO on the processor; takes the same ONNX file."""

    name = "openvino"

    def __init__(self, path: Path, threads: int) -> None:
        import openvino as ov

        core = ov.Core()
        try:
            # By name: left to guess, OpenVINO lets each of its readers complain on standard error.
            reader = ov.frontend.FrontEndManager().load_by_framework("onnx")
            model = reader.convert(reader.load(str(path)))
            self.properties = _openvino_properties(model)
            shape = [_dimension(d) for d in model.input(0).get_partial_shape()]
            outputs = [[_dimension(d) for d in o.get_partial_shape()] for o in model.outputs]
            hints = {"INFERENCE_NUM_THREADS": threads, "PERFORMANCE_HINT": "LATENCY"}
            self._compiled = core.compile_model(model, "CPU", hints)
        except Exception as error:
            raise ModelError(_unusable(path, error)) from error
        _check_ends(path, [shape] * len(model.inputs), outputs)
        self.fixed_wh = _fixed_wh(shape)
        self._request = self._compiled.create_infer_request()

    def run(self, blob: Blob) -> Blob:
        """Map (1, 3, H, W) RGB 0..1 to the raw output (1, C, N)."""
        self._request.infer([blob], share_inputs=True)
        return np.array(self._request.get_output_tensor(0).data, np.float32)


def open_engine(path: Path, choice: str = "auto", threads: int = 2) -> Engine:
    """Load an ONNX file.

    choice: one of ENGINES; "auto" takes OpenVINO where it is installed, else ONNX Runtime.
    threads: processor threads for one inference.
    Raises ModelError with one line for a file that is missing, not ONNX, damaged or not a detector;
    MissingExtraError when OpenVINO is asked for and absent.
    """
    if choice not in ENGINES:
        raise ModelError(f"engine {choice!r}: expected one of {', '.join(ENGINES)}")
    check_model_file(path)
    has_openvino = importlib.util.find_spec("openvino") is not None
    if choice == "openvino" and not has_openvino:
        raise MissingExtraError("the engine 'openvino'", "openvino")
    if choice == "openvino" or (choice == "auto" and has_openvino):
        return OpenVinoEngine(path, threads)
    return OnnxRuntimeEngine(path, threads)


def check_model_file(path: Path) -> None:
    """Raise ModelError unless ``path`` is a file that can be a binary model."""
    if path.is_dir():
        raise ModelError(f"{path}: expected a model file (.onnx), and it is a folder")
    if not path.is_file():
        raise ModelError(
            f"{path}: there is no such model file; name an .onnx file or run 'c2k models pull'"
        )
    try:
        with path.open("rb") as handle:
            head = handle.read(512)
    except OSError as error:
        raise ModelError(f"{path}: the model file cannot be read: {error.strerror}") from error
    if not head:
        raise ModelError(f"{path}: expected an ONNX model, and the file is empty; get it again")
    if _is_text(head):
        raise ModelError(f"{path}: expected an ONNX model, and it is a text file")


def _is_text(head: bytes) -> bool:
    try:
        text = head.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start < len(head) - 4:
            return False
        text = head[: error.start].decode("utf-8")
    return all(c.isprintable() or c in "\r\n\t" for c in text)


def _unusable(path: Path, error: Exception) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    why = lines[-1][:160] if lines else type(error).__name__
    return (
        f"{path}: expected an ONNX detector, and the file is damaged or of another kind ({why}); "
        "get it again or choose another with --model"
    )


def _dimension(value: Any) -> int | None:
    return value.get_length() if value.is_static else None


def _openvino_properties(model: Any) -> dict[str, str]:
    if not model.has_rt_info(["framework"]):
        return {}
    framework = model.get_rt_info(["framework"])
    found = framework.astype(dict) if hasattr(framework, "astype") else framework.value
    return {str(key): str(getattr(value, "value", value)) for key, value in dict(found).items()}


def _check_ends(path: Path, inputs: list[Any], outputs: list[Any]) -> None:
    """One picture in, one table of candidates out: (1, C, N) with C far below N."""
    fits = len(inputs) == 1 and len(inputs[0]) == 4 and inputs[0][1] in (3, None)
    fits = fits and len(outputs) >= 1 and len(outputs[0]) == 3
    if not fits:
        raise ModelError(
            f"{path}: expected a YOLOv8 detector with input (1, 3, H, W) and raw output (1, C, N), "
            f"and it has input {inputs} and output {outputs}; export it without built-in NMS"
        )


def _fixed_wh(shape: list[Any]) -> tuple[int, int] | None:
    height, width = shape[2], shape[3]
    return (width, height) if isinstance(height, int) and isinstance(width, int) else None
