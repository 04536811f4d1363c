from __future__ import annotations

import numpy as np
import pytest

from cameratokeyboard.datatypes import FINGER_COUNT, FloatArray, KeyPress
from cameratokeyboard.keyboard.layout import load_layout
from cameratokeyboard.tuning.align import align
from cameratokeyboard.tuning.fit import bias_of, fit

LAYOUT = load_layout("qwerty")
CENTRES = {
    key.name: np.asarray(centre)
    for key, centre in zip(LAYOUT.keys, LAYOUT.centres_mm(), strict=True)
}
WANTED = list("asdfjkl") * 12


def nearest(point: FloatArray) -> str:
    return min(CENTRES, key=lambda name: float(np.hypot(*(CENTRES[name] - point))))


class Person:
    """Types WANTED with every finger off by ``offset``; light taps need a sensitivity."""

    def __init__(self, offset: tuple[float, float], needs: float = 0.0, seed: int = 1) -> None:
        rng = np.random.Generator(np.random.PCG64(seed))
        self.points = [CENTRES[key] + np.asarray(offset) + rng.normal(0, 2, 2) for key in WANTED]
        self.light = rng.uniform(size=len(WANTED)) < 0.3
        self.needs = needs

    def replay(self, sensitivity: float, bias_mm: FloatArray) -> list[KeyPress]:
        presses = []
        for i, point in enumerate(self.points):
            if self.light[i] and sensitivity < self.needs:
                continue
            finger = "asdf  jkl;".find(WANTED[i])
            key = nearest(point - bias_mm[finger])
            presses.append(KeyPress(key, key, finger, i * 0.2, i * 0.2, tuple(point), 0.9))
        return presses


class TestFit:
    def test_a_common_offset_is_found_and_removes_most_errors(self) -> None:
        person = Person(offset=(8.5, 0.0))
        found = fit(WANTED, person.replay, LAYOUT, present=0.5)
        assert found.bias_mm[0, 0] == pytest.approx(8.5 / 2, abs=1.6)
        assert found.errors_before > 0.25
        assert found.errors_after < found.errors_before / 3
        assert found.errors_unseen < found.errors_before

    def test_light_taps_raise_the_sensitivity(self) -> None:
        found = fit(WANTED, Person((0, 0), needs=0.65).replay, LAYOUT, present=0.5)
        assert found.sensitivity == 0.7
        assert found.errors_after < 0.05 < found.errors_before

    def test_a_person_without_bias_is_left_as_they_are(self) -> None:
        found = fit(WANTED, Person((0, 0)).replay, LAYOUT, present=0.5)
        assert found.sensitivity == 0.5
        assert np.abs(found.bias_mm).max() < 1.0

    def test_a_clip_without_presses_teaches_nothing(self) -> None:
        found = fit(WANTED, lambda sensitivity, bias: [], LAYOUT, present=0.5)
        assert not found.bias_mm.any()
        assert found.errors_before == found.errors_after == 1.0


class TestBiasOf:
    def test_a_wide_key_says_nothing_along_its_length(self) -> None:
        x, y = CENTRES["space"]
        presses = [KeyPress("space", " ", 5, i, i, (x + 30, y - 3), 0.9) for i in range(40)]
        bias, counted = bias_of(align(["space"] * 40, presses, LAYOUT), LAYOUT)
        assert bias[5, 0] == 0.0
        assert bias[5, 1] == pytest.approx(-3 * 40 / 52)
        assert counted.sum() == 40

    def test_without_pairs_there_is_no_bias(self) -> None:
        bias, counted = bias_of([], LAYOUT)
        assert bias.shape == (FINGER_COUNT, 2)
        assert not bias.any()
        assert not counted.any()
