from __future__ import annotations

import pytest

from cameratokeyboard.errors import SettingsError
from cameratokeyboard.training.network import network


class TestNetwork:
    def test_is_the_three_class_pose_network(self) -> None:
        tree = network("n")
        assert tree["nc"] == 3
        assert tree["kpt_shape"] == [3, 3]
        assert tree["scale"] == "n"

    def test_unknown_scale_names_the_known_ones(self) -> None:
        with pytest.raises(SettingsError, match="t, u, n, s, m"):
            network("q")

    @pytest.mark.parametrize(("fine", "strides"), [(False, [8, 16, 32]), (True, [4, 8, 16, 32])])
    def test_builds_with_the_strides_asked_for(self, fine: bool, strides: list[int]) -> None:
        pytest.importorskip("ultralytics")
        from cameratokeyboard.training.quiet import quiet_ultralytics

        quiet_ultralytics()
        from ultralytics.nn.tasks import PoseModel

        model = PoseModel(network("t", fine), verbose=False)
        assert model.stride.int().tolist() == strides
