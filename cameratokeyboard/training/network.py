"""The network's description, from the YAML file beside this module."""

from __future__ import annotations

from importlib import resources
from typing import Any

import yaml

from cameratokeyboard.errors import SettingsError

#: How far off contact, tip and joint may be, as a share of an object's side, to count half in
#: ultralytics' validation figures (which choose the best checkpoint).
KEYPOINT_SIGMAS = (0.08, 0.1, 0.12)


def network(scale: str = "n", fine_level: bool = False) -> dict[str, Any]:
    """The network as ultralytics takes it.

    scale: one of the file's scales. fine_level: find at stride 4 as well.
    Raises SettingsError for an unknown scale.
    """
    text = resources.files("cameratokeyboard.training").joinpath("network.yaml").read_text("utf-8")
    tree: dict[str, Any] = yaml.safe_load(text)
    if scale not in tree["scales"]:
        known = ", ".join(tree["scales"])
        raise SettingsError(f"network scale {scale!r}: expected one of {known}")
    tree["scale"] = scale
    if fine_level:
        tree["head"] = _with_fine_level(tree["head"])
    return tree


def _with_fine_level(head: list[Any]) -> list[Any]:
    """The head that goes up to stride 4 and comes down again."""
    up = head[:6]
    return [
        *up,
        [-1, 1, "nn.Upsample", [None, 2, "nearest"]],  # 16
        [[-1, 2], 1, "Concat", [1]],  # 17
        [-1, 3, "C2f", [128]],  # 18: finds at stride 4
        [-1, 1, "Conv", [128, 3, 2]],  # 19
        [[-1, 15], 1, "Concat", [1]],  # 20
        [-1, 3, "C2f", [256]],  # 21: finds at stride 8
        [-1, 1, "Conv", [256, 3, 2]],  # 22
        [[-1, 12], 1, "Concat", [1]],  # 23
        [-1, 3, "C2f", [512]],  # 24: finds at stride 16
        [-1, 1, "Conv", [512, 3, 2]],  # 25
        [[-1, 9], 1, "Concat", [1]],  # 26
        [-1, 3, "C2f", [1024]],  # 27: finds at stride 32
        [[18, 21, 24, 27], 1, "Pose", ["nc", "kpt_shape"]],
    ]
