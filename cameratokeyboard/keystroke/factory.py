"""From a strategy's name to a keystroke detector."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from cameratokeyboard.datatypes import Layout
from cameratokeyboard.errors import SettingsError
from cameratokeyboard.keystroke.base import KeystrokeDetector
from cameratokeyboard.keystroke.neighbour import NeighbourDetector, NeighbourSettings
from cameratokeyboard.keystroke.peak import PeakDetector, PeakSettings
from cameratokeyboard.keystroke.velocity import VelocityDetector, VelocitySettings

#: Names that ``keystroke.strategy`` may have.
STRATEGIES = ("velocity", "peak", "learned", "neighbour")


class _HasSensitivity(Protocol):
    @property
    def sensitivity(self) -> float: ...


def make_keystroke_detector(
    name: str,
    settings: _HasSensitivity | None = None,
    layout: Layout | None = None,
    model: Path | None = None,
) -> KeystrokeDetector:
    """Build the strategy called ``name``.

    settings: anything with ``sensitivity`` 0..1 (0.5: as tuned; 0 misses light taps, 1 believes
    every twitch). layout: needed by ``learned``, which looks at the distance to key centres.
    model: weights for ``learned`` other than the shipped ones.
    Raises SettingsError for an unknown name, ModelError for missing or wrong weights.
    """
    sensitivity = 0.5 if settings is None else settings.sensitivity
    makers: dict[str, Callable[[], KeystrokeDetector]] = {
        "velocity": lambda: VelocityDetector(_velocity(sensitivity)),
        "peak": lambda: PeakDetector(_peak(sensitivity)),
        "neighbour": lambda: NeighbourDetector(_neighbour(sensitivity)),
        "learned": lambda: _learned(sensitivity, layout, model),
    }
    if name not in makers:
        raise SettingsError(
            f"keystroke.strategy = {name!r}: expected one of {', '.join(STRATEGIES)}"
        )
    return makers[name]()


def _learned(sensitivity: float, layout: Layout | None, model: Path | None) -> KeystrokeDetector:
    from cameratokeyboard.keystroke.learned import LearnedDetector

    return LearnedDetector.load(layout, model, sensitivity)


def _scale(sensitivity: float) -> float:
    """Bounds double at sensitivity 0 and halve at 1."""
    return float(2.0 ** (1 - 2 * sensitivity))


def _velocity(sensitivity: float) -> VelocitySettings:
    rule, scale = VelocitySettings(), _scale(sensitivity)
    return dataclasses.replace(rule, drop=rule.drop * scale, fall=rule.fall * scale)


def _peak(sensitivity: float) -> PeakSettings:
    rule = PeakSettings()
    return dataclasses.replace(rule, drop=rule.drop * _scale(sensitivity))


def _neighbour(sensitivity: float) -> NeighbourSettings:
    rule = NeighbourSettings()
    return dataclasses.replace(rule, depth=rule.depth * _scale(sensitivity))
