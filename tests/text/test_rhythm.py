from __future__ import annotations

import math

import pytest

from cameratokeyboard.text.rhythm import Rhythm, missed_lift


@pytest.fixture
def even() -> Rhythm:
    """Presses every 0.2 s."""
    rhythm = Rhythm()
    for n in range(12):
        rhythm.note(0.2 * n)
    return rhythm


class TestRhythm:
    def test_the_pace_is_an_interval_over_the_usual_one(self, even: Rhythm) -> None:
        assert even.pace(0.2) == pytest.approx(0.0, abs=1e-6)
        assert even.pace(0.4) == pytest.approx(math.log(2))

    def test_pauses_do_not_count(self, even: Rhythm) -> None:
        for n in range(12):
            even.note(10.0 + 5.0 * n)
        assert even.pace(0.2) == pytest.approx(0.0, abs=1e-6)

    def test_a_few_presses_are_no_rhythm(self) -> None:
        rhythm = Rhythm()
        for n in range(4):
            rhythm.note(0.2 * n)
        assert rhythm.pace(0.2) is None

    def test_presses_at_one_moment_have_a_pace(self, even: Rhythm) -> None:
        pace = even.pace(0.0)
        assert pace is not None
        assert -math.inf < pace < -1


class TestMissedLift:
    def test_a_gap_speaks_for_a_miss_and_haste_against_one(self) -> None:
        assert missed_lift(-0.5) < 0 < missed_lift(1.0)

    def test_two_misses_take_a_longer_gap_than_one(self) -> None:
        assert missed_lift(0.8, 2) < missed_lift(0.8, 1)

    def test_an_unknown_pace_says_nothing(self) -> None:
        assert missed_lift(None) == 0.0

    def test_no_pause_makes_misses_certain(self) -> None:
        assert missed_lift(9.0) == missed_lift(5.0)
