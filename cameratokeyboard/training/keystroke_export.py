"""Writes a trained network as ONNX with everything that the running program must know of it."""

from __future__ import annotations

import json
import warnings
from pathlib import Path
from typing import Any

import torch

from cameratokeyboard.files import replacing
from cameratokeyboard.keystroke.features import FEATURE_COUNT, FEATURE_VERSION
from cameratokeyboard.training.export import set_properties
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
    with replacing(path) as part:
        with warnings.catch_warnings():
            # The newer exporter wants one more package and gives the same graph for so plain a
            # network.
            warnings.simplefilter("ignore")
            torch.onnx.export(
                streaming,
                (features, state),
                str(part),
                input_names=INPUTS,
                output_names=OUTPUTS,
                opset_version=17,
                dynamo=False,
            )
        set_properties(part, about)
