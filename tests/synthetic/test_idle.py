"""Fingers that are not needed for a while."""

from __future__ import annotations

import numpy as np

from cameratokeyboard.synthetic.fingering import fingering_of
from cameratokeyboard.synthetic.idle import IdleFingers
from cameratokeyboard.synthetic.person import Person
from cameratokeyboard.synthetic.posture import posture_of
from cameratokeyboard.synthetic.strokes import FEINT, REST, Plan, Stroke
from cameratokeyboard.synthetic.style import STYLES
from tests.synthetic.typing_builders import qwerty, rng

T_S = np.arange(0, 20, 1 / 240)


def idle_touches(person: Person, style: str = "touch", liveliness: float = 1.0) -> list[Stroke]:
    """What fingers do in 20 s in which only the left index strikes, once a second."""
    posture = posture_of(fingering_of(qwerty()), person, STYLES[style])
    x, y = (float(v) for v in posture.rest_mm[3])
    plan = Plan([Stroke(3, t, t + 0.1, (x, y), key="f") for t in range(1, 20)], [], 20.0)
    base = np.repeat(posture.rest_mm[None], len(T_S), axis=0)
    away = np.zeros((len(T_S), 2), bool)
    idle = IdleFingers(posture, person, STYLES[style], liveliness, rng(1))
    return idle.fill(plan, T_S, base, away)


class TestIdleFingers:
    def test_feints_stop_above_the_paper(self) -> None:
        touches = idle_touches(Person(rest_rate=0.0, thumb_rest_rate=0.0, feint_rate=1.0))
        feints = [t for t in touches if t.kind == FEINT]
        assert feints
        assert all(t.end_mm > 1 and t.lift_mm > t.end_mm and t.key is None for t in feints)

    def test_some_feints_brush_the_paper_instead(self) -> None:
        touches = idle_touches(Person(rest_rate=0.0, thumb_rest_rate=0.0, feint_rate=1.0))
        brushes = [t for t in touches if t.kind == REST]
        assert brushes
        assert all(t.t_up - t.t_down < 0.3 and t.key is None for t in brushes)

    def test_resting_people_lay_fingers_down_between_their_strokes(self) -> None:
        touches = idle_touches(Person(rest_rate=1.0, feint_rate=0.0))
        assert max(t.t_up - t.t_down for t in touches) > 5
        own = [t for t in touches if t.finger == 3]
        assert all(not t.t_down <= s <= t.t_up for t in own for s in range(1, 20))

    def test_fingers_that_a_style_draws_in_stay_off_the_paper(self) -> None:
        touches = idle_touches(Person(rest_rate=1.0, feint_rate=1.0), "two")
        assert touches
        assert {t.finger for t in touches} <= {3, 4, 5, 6}

    def test_without_liveliness_nothing_happens(self) -> None:
        assert not idle_touches(Person(rest_rate=1.0, feint_rate=1.0), liveliness=0.0)
