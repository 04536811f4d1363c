"""What happens between words."""

from __future__ import annotations

import numpy as np

from cameratokeyboard.synthetic.fingering import fingering_of
from cameratokeyboard.synthetic.interludes import Interludes
from cameratokeyboard.synthetic.person import Person
from cameratokeyboard.synthetic.posture import posture_of
from cameratokeyboard.synthetic.strokes import TAP, Plan
from cameratokeyboard.synthetic.style import STYLES
from tests.synthetic.typing_builders import qwerty, rng

#: Nothing but what a test asks for.
QUIET = {"pause_rate": 0.0, "leave_rate": 0.0, "fidget_rate": 0.0}


def between_words(count: int, **rates: float) -> tuple[Plan, float]:
    """The plan after so many word ends, and the time that they took."""
    person = Person(**{**QUIET, **rates})  # type: ignore[arg-type]
    posture = posture_of(fingering_of(qwerty()), person, STYLES["touch"])
    interludes = Interludes(qwerty(), posture, person, (3, 6), 1.0, rng(2))
    plan, now = Plan(), 0.0
    for _ in range(count):
        now = interludes.before_word(plan, now)
    return plan, now


class TestInterludes:
    def test_a_steady_person_types_on_at_once(self) -> None:
        plan, now = between_words(20)
        assert now == 0.0
        assert not plan.strokes
        assert not plan.leaves

    def test_pauses_take_time_and_nothing_else(self) -> None:
        plan, now = between_words(20, pause_rate=1.0)
        assert 20 * 0.4 <= now <= 20 * 5.0
        assert not plan.strokes

    def test_hands_leave_and_are_back_before_typing_goes_on(self) -> None:
        plan, now = between_words(10, leave_rate=1.0)
        assert {leave.hand for leave in plan.leaves} == {0, 1}
        for leave in plan.leaves:
            assert leave.t_off < leave.t_away < leave.t_back < leave.t_on < now

    def test_fidgeting_taps_beside_the_keys_and_drums(self) -> None:
        plan, _ = between_words(20, fidget_rate=1.0)
        half = np.array(qwerty().size_mm) / 2
        assert all(s.kind == TAP and s.key is None for s in plan.strokes)
        assert all((np.abs(s.xy) > half).any() for s in plan.strokes)
        # Drumming goes through four fingers of a hand; single taps use the striking ones.
        assert {0, 1, 2, 3} <= {s.finger for s in plan.strokes}
