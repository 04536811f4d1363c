"""How well a keystroke model does on simulated people it was not trained on."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from cameratokeyboard.keyboard.layout import load_layout
from cameratokeyboard.keystroke.decoding import DecodingSettings
from cameratokeyboard.keystroke.learned import LearnedDetector, PressNetwork
from cameratokeyboard.scoring import Score, combine, score
from cameratokeyboard.training.trajectories import track, training_session
from cameratokeyboard.training.typing import truth_of, type_with


def validate(
    model: Path, seeds: Iterable[int], settings: DecodingSettings | None = None
) -> dict[str, float]:
    """Strict F1, precision, recall, key accuracy and latency over these people's sessions."""
    layout = load_layout("qwerty")
    scores: list[Score] = []
    for seed in seeds:
        session = training_session(layout, seed)
        detector = LearnedDetector(PressNetwork.load(model), layout, settings)
        recognised, _ = type_with(detector, track(session, layout), layout)
        scores.append(score(truth_of(session.performance), recognised, layout))
    both = combine(scores)
    return {
        "strict_f1": round(both.strict_f1, 4),
        "precision": round(both.precision, 4),
        "recall": round(both.recall, 4),
        "key_accuracy": round(both.key_accuracy, 4),
        "latency_p50_s": round(both.latency(50), 4),
        "latency_p95_s": round(both.latency(95), 4),
    }
