from __future__ import annotations

from typing import cast

import numpy as np
import pytest

from cameratokeyboard.datatypes import FloatArray
from cameratokeyboard.synthetic.camera import View
from cameratokeyboard.synthetic.datatypes import Performance
from cameratokeyboard.synthetic.moments import Moment, draw_moment, typing_moment
from tests.synthetic.hand_builders import HOME_PADS_MM, HOME_WRIST_MM, HOME_YAW_DEG

_MIRROR = np.array([-1.0, 1.0, 1.0])
_DRAWS = 300


class _Resting:
    """Hands that rest on the home keys for a second."""

    t_s = np.linspace(0, 1, 11)

    def at(self, t_s: float) -> tuple[FloatArray, FloatArray, FloatArray]:
        left = (HOME_PADS_MM * _MIRROR)[::-1]
        wrists = np.stack([HOME_WRIST_MM * _MIRROR, HOME_WRIST_MM])
        return np.concatenate([left, HOME_PADS_MM]), wrists, np.array([-1.0, 1.0]) * HOME_YAW_DEG


class _Recorder:
    """A hand that keeps what it was asked to touch."""

    def pose(self, pads: FloatArray, wrist: FloatArray, yaw: float) -> tuple[FloatArray, ...]:
        return pads.copy(), wrist.copy()


def _draw(seed: int, view: View = View.FRONT) -> Moment:
    return draw_moment(np.random.default_rng(seed), cast(Performance, _Resting()), view)


def _asked(seed: int, view: View = View.FRONT) -> tuple[FloatArray, FloatArray]:
    """Pads (2, 5, 3) thumb to pinky and wrists (2, 3) of a drawn moment."""
    hands = (_Recorder(), _Recorder())
    posed, wrists = _draw(seed, view).pose(hands, (0, 1), 0.0)
    return np.stack([np.asarray(posed[s][0]) for s in (0, 1)]), wrists  # type: ignore[index]


@pytest.fixture(scope="module")
def drawn() -> list[tuple[FloatArray, FloatArray]]:
    return [_asked(seed) for seed in range(_DRAWS)]


class TestDrawMoment:
    def test_same_seed_gives_the_same_moment(self) -> None:
        first, again = _asked(5), _asked(5)

        np.testing.assert_array_equal(first[0], again[0])
        np.testing.assert_array_equal(first[1], again[1])

    def test_hands_do_not_reach_through_each_other(
        self, drawn: list[tuple[FloatArray, FloatArray]]
    ) -> None:
        for pads, _ in drawn:
            assert pads[1, :, 0].min() - pads[0, :, 0].max() > 20.0

    def test_no_pad_is_asked_below_the_paper(
        self, drawn: list[tuple[FloatArray, FloatArray]]
    ) -> None:
        assert min(pads[..., 2].min() for pads, _ in drawn) >= 0.0

    def test_some_thumbs_lie_close_to_their_index_finger(
        self, drawn: list[tuple[FloatArray, FloatArray]]
    ) -> None:
        near = [np.linalg.norm((p[:, 0] - p[:, 1])[:, :2], axis=1).min() < 22 for p, _ in drawn]
        at_rest = np.linalg.norm(HOME_PADS_MM[0, :2] - HOME_PADS_MM[1, :2])

        assert at_rest > 30
        assert 0.1 < np.mean(near) < 0.6

    def test_some_hands_come_close_together(
        self, drawn: list[tuple[FloatArray, FloatArray]]
    ) -> None:
        gaps = np.array([p[1, 1, 0] - p[0, 1, 0] for p, _ in drawn])

        assert 0.02 < (gaps < 30).mean() < 0.3
        assert (gaps > 35).any()

    def test_some_wrists_lie_on_the_table(self, drawn: list[tuple[FloatArray, FloatArray]]) -> None:
        low = [w[:, 2].min() < 14.5 for _, w in drawn]

        assert 0.03 < np.mean(low) < 0.4

    def test_hands_are_low_before_a_camera_above(self) -> None:
        _, wrists = _asked(1, View.ABOVE)
        _, front = _asked(1)

        assert wrists[:, 2].max() < front[:, 2].max()


class TestGround:
    def test_fingertips_stand_on_what_lies_under_them(self) -> None:
        moment, hands = _draw(5), (_Recorder(), _Recorder())

        def slope(points: FloatArray) -> FloatArray:
            return 1.0 + 0.01 * points[:, 0]

        level, _ = moment.pose(hands, (0, 1), 0.0)
        raised, _ = moment.pose(hands, (0, 1), 0.0, slope)

        for side in (0, 1):
            before = np.asarray(level[side][0])  # type: ignore[index]
            after = np.asarray(raised[side][0])  # type: ignore[index]
            np.testing.assert_array_equal(after[:, :2], before[:, :2])
            np.testing.assert_allclose(after[:, 2] - before[:, 2], slope(before))


class TestTypingMoment:
    def test_shows_typing_as_it_is(self) -> None:
        resting = cast(Performance, _Resting())
        moment = typing_moment(np.random.default_rng(3), resting)
        pads, wrists, yaw = resting.at(moment.t_s)

        class Typing:
            def pose(self, pads: FloatArray, wrist: FloatArray, yaw: float) -> tuple[object, ...]:
                return pads, wrist, yaw

        posed, shown = moment.pose((Typing(), Typing()), (0, 1), 0.0)

        for side, wanted in ((0, pads[4::-1]), (1, pads[5:])):
            np.testing.assert_array_equal(posed[side][0], wanted)  # type: ignore[index]
            np.testing.assert_array_equal(posed[side][1], wrists[side])  # type: ignore[index]
            assert posed[side][2] == yaw[side]  # type: ignore[index]
        np.testing.assert_array_equal(shown, wrists)

    def test_is_drawn_from_all_of_the_typing(self) -> None:
        rng = np.random.default_rng(3)
        times = [typing_moment(rng, cast(Performance, _Resting())).t_s for _ in range(200)]

        assert min(times) < 0.05
        assert max(times) > 0.95
