"""What a person's fingers miss the key centres by, learned while they type."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from cameratokeyboard.datatypes import FINGER_COUNT, FINGER_NAMES, FloatArray
from cameratokeyboard.errors import SettingsError
from cameratokeyboard.files import write_text

#: Weight of a new press once many were seen: the mean looks back over about 60 presses of a finger.
_RATE = 1 / 60
#: Presses that the prior belief in no bias is worth.
_PRIOR_PRESSES = 12.0
#: A single press moves the mean as if it missed by at most this, in key pitches.
_CLIP_PITCHES = 0.4
#: The bias stays within this, in key pitches: beyond it the neighbouring key would be meant.
_LIMIT_PITCHES = 0.3
_FORMAT = 1


class FingerBias:
    """Running robust mean of the offset contact point - key centre of each finger, in mm.

    pitch_mm: the layout's key pitch; clipping and bounds are fractions of it.
    """

    def __init__(self, pitch_mm: float) -> None:
        self._pitch_mm = pitch_mm
        self._mean = np.zeros((FINGER_COUNT, 2))
        self._presses = np.zeros(FINGER_COUNT)

    @property
    def presses(self) -> FloatArray:
        """(10,) presses learned from, by finger."""
        return self._presses.copy()

    def offset_mm(self, finger: int) -> FloatArray:
        """(2,) mm to subtract from a contact point of this finger."""
        limit = _LIMIT_PITCHES * self._pitch_mm
        clipped: FloatArray = np.clip(self._mean[finger], -limit, limit)
        return clipped

    def learn(self, finger: int, miss_mm: FloatArray, axes: tuple[bool, bool]) -> None:
        """Take in one press that missed its key's centre by ``miss_mm`` (2,).

        axes: which of x and y tell anything (along a wide key a person aims at no centre).
        """
        miss = np.asarray(miss_mm, float)
        if not np.all(np.isfinite(miss)):
            return
        self._presses[finger] += 1
        rate = max(_RATE, 1.0 / (self._presses[finger] + _PRIOR_PRESSES))
        clip = _CLIP_PITCHES * self._pitch_mm
        step = np.clip(miss - self._mean[finger], -clip, clip) * rate
        self._mean[finger] += np.where(axes, step, 0.0)

    def set(self, mean_mm: FloatArray, presses: FloatArray) -> None:
        """Take over a bias that was found elsewhere. mean_mm: (10, 2), presses: (10,)."""
        self._mean = np.array(mean_mm, float).reshape(FINGER_COUNT, 2)
        self._presses = np.array(presses, float).reshape(FINGER_COUNT)

    def to_dict(self) -> dict[str, Any]:
        """The learned state as plain data, offsets in key pitches so that it fits any layout."""
        return {
            "format": _FORMAT,
            "fingers": {
                name: {
                    "offset_pitches": [round(float(v) / self._pitch_mm, 5) for v in mean],
                    "presses": int(presses),
                }
                for name, mean, presses in zip(FINGER_NAMES, self._mean, self._presses, strict=True)
            },
        }

    def update_from(self, data: Any, where: str) -> None:
        """Take over a state made by ``to_dict``. Raises SettingsError that names ``where``."""
        mean, presses = np.zeros((FINGER_COUNT, 2)), np.zeros(FINGER_COUNT)
        try:
            if data["format"] != _FORMAT:
                raise ValueError(f"format {data['format']!r}, expected {_FORMAT}")
            for index, name in enumerate(FINGER_NAMES):
                entry = data["fingers"][name]
                mean[index] = np.array(entry["offset_pitches"], float).reshape(2) * self._pitch_mm
                presses[index] = max(float(entry["presses"]), 0.0)
        except (KeyError, TypeError, ValueError) as error:
            raise SettingsError(
                f"{where}: expected the saved bias of ten fingers, but {error}; "
                f"delete the file to start afresh"
            ) from error
        if not (np.all(np.isfinite(mean)) and np.all(np.isfinite(presses))):
            raise SettingsError(f"{where}: the saved bias is not finite; delete the file")
        self._mean, self._presses = mean, presses

    def forget(self) -> None:
        """Return to no bias."""
        self._mean[:] = 0.0
        self._presses[:] = 0.0


def save_bias(bias: FingerBias, path: Path) -> None:
    """Write the bias to ``path`` by way of a temporary file. Raises SettingsError."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_text(path, json.dumps(bias.to_dict(), indent=1))
    except OSError as error:
        raise SettingsError(f"{path}: the learned bias could not be saved: {error}") from error


def load_bias(bias: FingerBias, path: Path) -> bool:
    """Fill ``bias`` from ``path``; False when there is no such file. Raises SettingsError."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return False
    except (OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise SettingsError(
            f"{path}: expected JSON with a saved bias: {error}; delete the file to start afresh"
        ) from error
    bias.update_from(data, str(path))
    return True


def forget_bias(path: Path) -> bool:
    """Delete a saved bias; False when there was none."""
    if not path.exists():
        return False
    path.unlink()
    return True
