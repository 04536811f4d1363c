"""Identity and tracking: detections become ten named trajectories."""

from cameratokeyboard.fingers.base import FingerTracker
from cameratokeyboard.fingers.tracker import FingerSettings, HandTracker

__all__ = ["FingerSettings", "FingerTracker", "HandTracker"]
