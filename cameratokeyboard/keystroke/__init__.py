"""Strategies that decide from ten trajectories when a finger typed."""

from cameratokeyboard.keystroke.base import KeystrokeDetector
from cameratokeyboard.keystroke.factory import STRATEGIES, make_keystroke_detector

__all__ = ["STRATEGIES", "KeystrokeDetector", "make_keystroke_detector"]
