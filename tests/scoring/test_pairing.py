"""pair: one to one, in order, within -80 to +250 ms."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from cameratokeyboard.scoring.events import Press
from cameratokeyboard.scoring.pairing import pair


def presses(*items: tuple[float, str]) -> list[Press]:
    return [Press(t, key) for t, key in items]


class TestWindow:
    @pytest.mark.parametrize(
        ("late_s", "paired"),
        [(-0.081, False), (-0.080, True), (0.0, True), (0.250, True), (0.251, False)],
    )
    def test_only_contacts_from_80_ms_early_to_250_ms_late_pair(self, late_s: float, paired: bool):
        found = pair(presses((1.0, "a")), presses((1.0 + late_s, "a")), same_key=True)
        assert found == ([(0, 0)] if paired else [])


class TestKeys:
    def test_wrong_key_pairs_by_time_only(self):
        truth, seen = presses((1.0, "a")), presses((1.0, "s"))
        assert pair(truth, seen, same_key=True) == []
        assert pair(truth, seen, same_key=False) == [(0, 0)]

    def test_wrong_key_nearer_in_time_does_not_take_the_right_ones_place(self):
        truth = presses((1.0, "a"))
        seen = presses((1.0, "s"), (1.1, "a"))
        assert pair(truth, seen, same_key=True) == [(0, 1)]


class TestOneToOne:
    def test_two_recognised_presses_of_one_true_press_pair_once(self):
        found = pair(presses((1.0, "a")), presses((0.99, "a"), (1.08, "a")), same_key=True)
        assert found == [(0, 0)]

    def test_the_nearest_of_several_is_taken(self):
        found = pair(presses((1.0, "a")), presses((0.93, "a"), (1.01, "a")), same_key=True)
        assert found == [(0, 1)]

    def test_double_letter_pairs_twice(self):
        truth = presses((1.0, "l"), (1.12, "l"))
        assert pair(truth, presses((1.05, "l"), (1.2, "l")), same_key=True) == [(0, 0), (1, 1)]

    def test_one_recognised_press_never_serves_two_true_ones(self):
        truth = presses((1.0, "l"), (1.1, "l"))
        assert len(pair(truth, presses((1.1, "l")), same_key=True)) == 1


class TestOrder:
    def test_exchanged_letters_pair_one_only(self):
        truth = presses((1.0, "t"), (1.05, "h"))
        seen = presses((1.02, "h"), (1.06, "t"))
        assert len(pair(truth, seen, same_key=True)) == 1

    def test_pairs_never_cross(self):
        rng = np.random.default_rng(0)
        truth = [Press(float(t), "a") for t in np.sort(rng.uniform(0, 3, 40))]
        seen = [Press(float(t), "a") for t in np.sort(rng.uniform(0, 3, 50))]
        found = pair(truth, seen, same_key=False)
        assert all(a < c and b < d for (a, b), (c, d) in itertools.pairwise(found))


class TestMost:
    @pytest.mark.parametrize("seed", range(25))
    def test_as_many_pairs_as_trying_everything_finds(self, seed: int):
        rng = np.random.default_rng(seed)
        truth = [Press(float(t), str(rng.choice(list("ab")))) for t in np.sort(rng.random(5))]
        seen = [Press(float(t), str(rng.choice(list("ab")))) for t in np.sort(rng.random(5))]
        assert len(pair(truth, seen, same_key=True)) == most_pairs(truth, seen)

    @pytest.mark.parametrize(("n", "m"), [(0, 3), (3, 0), (0, 0)])
    def test_nothing_pairs_with_nothing(self, n: int, m: int):
        some = presses((1.0, "a"), (2.0, "a"), (3.0, "a"))
        assert pair(some[:n], some[:m], same_key=True) == []


def most_pairs(truth: list[Press], seen: list[Press]) -> int:
    """The largest number of pairs by trying all of them."""
    if not truth:
        return 0
    best = most_pairs(truth[1:], seen)
    for j, candidate in enumerate(seen):
        late = candidate.t_s - truth[0].t_s
        if candidate.key == truth[0].key and -0.08 <= late <= 0.25:
            best = max(best, 1 + most_pairs(truth[1:], seen[j + 1 :]))
    return best
