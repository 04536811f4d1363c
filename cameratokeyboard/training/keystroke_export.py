"""Writes a trained network as ONNX with everything that the running program must know of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch

from cameratokeyboard.keystroke.features import FEATURE_COUNT, FEATURE_VERSION
from cameratokeyboard.training.export import write_onnx
from cameratokeyboard.training.keystroke_net import LAGS, StreamingNet, TemporalNet

INPUTS = ["features", "state"]
OUTPUTS = ["onset", "share", "offset_mm", "sigma_mm", "contact", "next_state"]


def export(net: TemporalNet, path: Path, notes: dict[str, Any]) -> None:
    """Write the network that takes one frame at a time.

    notes: how it was trained and how well it did; kept in the file's metadata.
    """
    streaming = StreamingNet(net).eval()
    features = torch.zeros(2, FEATURE_COUNT)
    state = torch.zeros(2, net.channels, net.state_size)
    about = {
        "kind": "cameratokeyboard keystroke",
        "feature_version": str(FEATURE_VERSION),
        "lags": str(LAGS),
        "channels": str(net.channels),
        "state_size": str(net.state_size),
        "notes": json.dumps(notes, sort_keys=True),
        "license": "AGPL-3.0-or-later",
    }
    write_onnx(streaming, (features, state), path, about, inputs=INPUTS, outputs=OUTPUTS)
