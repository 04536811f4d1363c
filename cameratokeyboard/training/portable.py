"""An unfinished training run as plain numbers, to be kept in a store and gone on with elsewhere.

A ``.pt`` checkpoint is a pickle: loading one runs whatever its writer put into it. So none is ever
taken from a network. What travels is an ``.npz`` of arrays with one JSON text beside them; the
network is built anew from this program's own code and only then filled with the numbers.
"""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cameratokeyboard.datatypes import CLASS_NAMES
from cameratokeyboard.errors import ModelError
from cameratokeyboard.files import replacing
from cameratokeyboard.training.quiet import quiet_ultralytics

FORMAT = "c2k-run-1"
#: Names inside a run's folder, as ``trainer`` lays them out.
WEIGHTS, CLOCK, FINISHED = Path("yolo/weights"), Path("clock.json"), "finished"
_CHECKPOINTS = ("last.pt", "best.pt")
#: Of a checkpoint, what a resumption and the export read; the rest is for people.
_KEPT = ("epoch", "best_fitness", "stopper", "updates", "optimizer", "scaler", "train_args")
_INDEX = "index"

Arrays = dict[str, NDArray[Any]]


def pack_run(folder: Path) -> bytes | None:
    """A run's checkpoints and clock as data; None when it has no checkpoint yet.

    folder: the run's target folder, as ``Trainer`` writes it. The checkpoints in it are this
    computer's own and are loaded as such.
    """
    quiet_ultralytics()
    arrays: Arrays = {}
    index: dict[str, Any] = {"format": FORMAT, "checkpoints": {}}
    for name in _CHECKPOINTS:
        path = folder / WEIGHTS / name
        if path.is_file():
            index["checkpoints"][name] = _pack_checkpoint(path, arrays)
    if "last.pt" not in index["checkpoints"]:
        return None
    index["finished"] = (folder / WEIGHTS / FINISHED).exists()
    index["clock"] = json.loads(_text(folder / CLOCK) or "null")
    arrays[_INDEX] = np.frombuffer(json.dumps(index).encode(), np.uint8)
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)  # type: ignore[arg-type]
    return buffer.getvalue()


def unpack_run(body: bytes, folder: Path) -> None:
    """Write a packed run into ``folder``, from where ``TrainConfig(resume=True)`` goes on.

    Only numbers and names are taken from ``body``. Raises ModelError when it is damaged or does not
    fit this program's network.
    """
    quiet_ultralytics()
    weights = folder / WEIGHTS
    weights.mkdir(parents=True, exist_ok=True)
    try:
        with np.load(io.BytesIO(body), allow_pickle=False) as file:
            index = json.loads(bytes(file[_INDEX]))
            if index["format"] != FORMAT:
                raise ValueError(f"format {index['format']!r}")
            for name in _CHECKPOINTS:
                if name in index["checkpoints"]:
                    _unpack_checkpoint(index["checkpoints"][name], file, weights / name)
        if index["clock"] is not None:
            (folder / CLOCK).write_text(json.dumps(index["clock"]), encoding="utf-8")
        if index["finished"]:
            (weights / FINISHED).touch()
    except (ValueError, KeyError, TypeError, AttributeError, EOFError, zipfile.BadZipFile) as error:
        raise _unusable(error) from error
    except RuntimeError as error:  # torch: names or shapes of weights differ
        raise _unusable(error) from error


def _unusable(error: Exception) -> ModelError:
    line = next((s for s in map(str.strip, str(error).splitlines()) if s), type(error).__name__)
    return ModelError(
        f"the stored training run cannot be gone on with ({line[:160]}); it is damaged or of "
        "another version of this program; delete it from the store to begin anew"
    )


def _pack_checkpoint(path: Path, arrays: Arrays) -> dict[str, Any]:
    import torch

    data = torch.load(path, map_location="cpu", weights_only=False)  # our own file
    network = data.get("ema") or data["model"]
    kept = {name: data.get(name) for name in _KEPT}
    if path.name != _CHECKPOINTS[0]:
        kept["optimizer"] = None  # training goes on from the last one; the best one is exported
    return {
        "ema": data.get("ema") is not None,
        "yaml": _encode(network.yaml, arrays),
        "weights": _encode(dict(network.state_dict()), arrays),
        "kept": _encode(kept, arrays),
    }


def _unpack_checkpoint(entry: dict[str, Any], file: Any, path: Path) -> None:
    import torch
    from ultralytics.nn.tasks import PoseModel

    tree = _decode(entry["yaml"], file)
    network = PoseModel(tree, ch=tree.get("channels", 3), verbose=False)
    network.load_state_dict(_decode(entry["weights"], file), strict=True)
    kept = _decode(entry["kept"], file)
    network.names = dict(enumerate(CLASS_NAMES))
    network.args = kept["train_args"]
    network.half()
    place = {"model": None, "ema": network} if entry["ema"] else {"model": network, "ema": None}
    with replacing(path) as part, part.open("wb") as stream:
        torch.save({**kept, **place}, stream)


def _encode(value: Any, arrays: Arrays) -> Any:
    """A tree of dicts, lists, plain values and tensors as JSON; tensors go to ``arrays``."""
    import torch

    if isinstance(value, torch.Tensor):
        name = f"a{len(arrays)}"
        arrays[name] = value.detach().cpu().numpy()
        return {"array": name}
    if isinstance(value, dict):
        return {"dict": [[_encode(k, arrays), _encode(v, arrays)] for k, v in value.items()]}
    if isinstance(value, tuple):
        return {"tuple": [_encode(v, arrays) for v in value]}
    if isinstance(value, list):
        return [_encode(v, arrays) for v in value]
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, Path):
        return str(value)
    if value is None or isinstance(value, bool | int | float | str):
        return value
    raise TypeError(f"a checkpoint holds a {type(value).__name__}, which is no plain data")


def _decode(value: Any, file: Any) -> Any:
    import torch

    if isinstance(value, list):
        return [_decode(v, file) for v in value]
    if not isinstance(value, dict):
        return value
    if "array" in value:
        return torch.from_numpy(np.array(file[value["array"]]))
    if "tuple" in value:
        return tuple(_decode(v, file) for v in value["tuple"])
    return {_decode(k, file): _decode(v, file) for k, v in value["dict"]}


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.is_file() else ""
