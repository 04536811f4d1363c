"""What trainings of small networks share: a learning rate over time, and progress kept on disk."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch

from cameratokeyboard.files import replacing

_FILE = "progress.pt"


def cosine_rate(step: int, warm_up: int, steps: int, floor: float) -> float:
    """Share of the greatest learning rate: up to 1 in ``warm_up`` steps, then down to ``floor``."""
    if step < warm_up:
        return (step + 1) / warm_up
    done = (step - warm_up) / max(steps - warm_up, 1)
    return float(floor + (1 - floor) * 0.5 * (1 + np.cos(np.pi * min(done, 1.0))))


def save_progress(folder: Path, step: int, settings: Any, parts: Mapping[str, Any]) -> None:
    """Keep how far a training has come.

    settings: a dataclass. parts: what has a ``state_dict``, by name: network, optimiser, schedule.
    """
    folder.mkdir(parents=True, exist_ok=True)
    state = {name: part.state_dict() for name, part in parts.items()}
    with replacing(folder / _FILE) as part, part.open("wb") as stream:
        torch.save({"step": step, "settings": json.dumps(asdict(settings)), **state}, stream)


def resume_progress(folder: Path, settings: Any, parts: Mapping[str, Any]) -> int:
    """Go on from an interrupted training of the same settings and parts; 0 when there is none."""
    path = folder / _FILE
    if not path.is_file():
        return 0
    state = torch.load(path, weights_only=True)
    if state["settings"] != json.dumps(asdict(settings)) or not parts.keys() <= state.keys():
        return 0
    for name, part in parts.items():
        part.load_state_dict(state[name])
    return int(state["step"])
