from __future__ import annotations

import numpy as np
import pytest

from cameratokeyboard.errors import SimulationError
from cameratokeyboard.synthetic.datatypes import HandShape, TipShape
from cameratokeyboard.synthetic.hand_shape import check_shape, random_build


class TestRandomBuild:
    def test_measures_are_kept_and_builds_are_possible(self) -> None:
        rng = np.random.default_rng(0)
        shape = HandShape(length_mm=170.0, breadth_mm=75.0, girth=1.1)

        builds = [random_build(shape, rng) for _ in range(200)]

        for build in builds:
            check_shape(build)
            assert (build.length_mm, build.breadth_mm, build.girth) == (170.0, 75.0, 1.1)
        assert len({build.masculinity for build in builds}) == 200
        nails = [build.nail_mm for build in builds if build.nail_mm > 0]
        assert 70 < len(nails) < 130
        assert max(nails) > 5

    def test_same_generator_gives_the_same_build(self) -> None:
        first, again = (random_build(HandShape(), np.random.default_rng(5)) for _ in range(2))

        assert first == again


class TestCheckShape:
    @pytest.mark.parametrize(
        ("name", "shape"),
        [
            ("length_mm", HandShape(length_mm=20.0)),
            ("breadth_mm", HandShape(breadth_mm=300.0)),
            ("girth", HandShape(girth=0.0)),
            ("finger_scale", HandShape(finger_scale=(1, 1, 1, 1, 9))),
            ("nail_mm", HandShape(nail_mm=-1.0)),
            ("age", HandShape(age=2.0)),
            (r"tips\[0\].depth", HandShape(tips=(TipShape(depth=3.0),) * 5)),
            ("length_mm", HandShape(length_mm=float("nan"))),
        ],
    )
    def test_impossible_measure_is_named(self, name: str, shape: HandShape) -> None:
        with pytest.raises(SimulationError, match=name):
            check_shape(shape)
