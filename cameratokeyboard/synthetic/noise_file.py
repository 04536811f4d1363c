"""The file in which the measured figures of a detector's noise are kept."""

from __future__ import annotations

import json
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import Any

import numpy as np

from cameratokeyboard.errors import TruthError
from cameratokeyboard.files import write_text
from cameratokeyboard.synthetic.noise import DetectorNoise

#: Written by ``benchmarks/noise.py``.
MEASURED_FILE = Path(__file__).resolve().parent.parent / "data" / "detector-noise.json"


def measured_noise(path: Path = MEASURED_FILE) -> DetectorNoise:
    """The figures that ``save_noise`` kept. Raises TruthError for a file without them."""
    return _read(path)[0]


def measured_clips(path: Path = MEASURED_FILE) -> dict[str, DetectorNoise]:
    """The figures of each clip that ``save_noise`` kept; NaN for what a clip could not tell."""
    return _read(path)[1]


def drawn_noise(rng: np.random.Generator, path: Path = MEASURED_FILE) -> DetectorNoise:
    """The figures of one clip, any as likely as another: a mean would hide the bad ones.

    What the clip could not tell is taken from the mean of all.
    """
    mean, clips = _read(path)
    if not clips:
        return mean
    chosen = clips[sorted(clips)[int(rng.integers(len(clips)))]]
    untold = {
        field.name: getattr(mean, field.name)
        for field in fields(DetectorNoise)
        if np.isnan(_number(getattr(chosen, field.name)))
    }
    return replace(chosen, **untold)


def _number(value: Any) -> float:
    return float(value) if isinstance(value, float) else 0.0


def _read(path: Path) -> tuple[DetectorNoise, dict[str, DetectorNoise]]:
    try:
        tree = json.loads(path.read_text(encoding="utf-8"))
        clips = {str(name): _noise(raw) for name, raw in tree["clips"].items()}
        return _noise(tree["noise"]), clips
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise TruthError(
            f"{path}: expected a detector's noise as benchmarks/noise.py writes it: {error}"
        ) from error


def _noise(raw: dict[str, Any]) -> DetectorNoise:
    known: dict[str, Any] = {n: np.nan if value is None else value for n, value in raw.items()}
    mean, spread = map(float, raw["confidence"])
    return DetectorNoise(**{**known, "confidence": (mean, spread)})


def save_noise(noise: DetectorNoise, clips: dict[str, DetectorNoise], path: Path) -> None:
    """Write the figures, and beside them those of each clip."""
    tree = {"noise": _rounded(noise), "clips": {n: _rounded(v) for n, v in clips.items()}}
    write_text(path, json.dumps(tree, indent=1) + "\n")


def _rounded(noise: DetectorNoise) -> dict[str, Any]:
    tree: dict[str, Any] = {}
    for name, value in asdict(noise).items():
        if isinstance(value, float):
            tree[name] = round(value, 4) if np.isfinite(value) else None
        else:
            tree[name] = [round(v, 4) for v in value] if isinstance(value, tuple) else value
    return tree
