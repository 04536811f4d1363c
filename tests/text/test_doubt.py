from __future__ import annotations

from cameratokeyboard.text.doubt import doubted
from cameratokeyboard.text.observation import Observation, Seen


def seen(t_s: float, key: str = "a", confidence: float = 0.99) -> Seen:
    return Seen(t_s, key, confidence, 0.9, Observation({key: 1.0}, confidence, typed=key))


class TestDoubted:
    def test_a_press_on_the_heels_of_another_is_doubted_more(self) -> None:
        alone = doubted([seen(0.0), seen(1.0, "b")])[1]
        crowded = doubted([seen(0.95), seen(1.0, "b")])[1]
        assert crowded.confidence < alone.confidence

    def test_a_press_right_before_another_is_doubted_more(self) -> None:
        alone = doubted([seen(0.0), seen(1.0, "b")])[0]
        crowded = doubted([seen(0.95), seen(1.0, "b")])[0]
        assert crowded.confidence < alone.confidence

    def test_what_the_keystroke_stage_doubts_is_doubted(self) -> None:
        sure, doubtful = doubted([seen(0.0, confidence=0.999), seen(1.0, "b", 0.6)])
        assert doubtful.confidence < 0.85 < 0.99 < sure.confidence

    def test_both_presses_of_a_key_struck_twice_are_marked(self) -> None:
        marks = [o.repeats for o in doubted([seen(0, "a"), seen(1, "b"), seen(2, "b")])]
        assert marks == [False, True, True]
