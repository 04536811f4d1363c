"""How well presses and text were recognised: pairing, strict F1, error rates, latency."""

from cameratokeyboard.scoring.events import Press, Recognised, Truth, read_events, read_truth
from cameratokeyboard.scoring.score import Score, combine, score

__all__ = [
    "Press",
    "Recognised",
    "Score",
    "Truth",
    "combine",
    "read_events",
    "read_truth",
    "score",
]
