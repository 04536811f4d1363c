"""The running mean of weights."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch")

from cameratokeyboard.training.averaging import running_mean  # noqa: E402


def line(weight: float) -> torch.nn.Linear:
    net = torch.nn.Linear(1, 1, bias=False)
    torch.nn.init.constant_(net.weight, weight)
    return net


def following(net: torch.nn.Module) -> torch.nn.Module:
    return running_mean(net, 0.998, early_steps=10)


class TestRunningMean:
    def test_the_first_step_is_taken_as_it_is(self):
        mean = following(line(5.0))
        mean.update_parameters(line(1.0))
        assert mean.module.weight.item() == pytest.approx(1.0)

    def test_swings_around_a_value_average_out(self):
        mean = following(line(0.0))
        for step in range(400):
            mean.update_parameters(line(3.0 + (-1) ** step))
        assert mean.module.weight.item() == pytest.approx(3.0, abs=0.1)

    def test_training_does_not_change_the_mean_behind_its_back(self):
        net = line(2.0)
        mean = following(net)
        torch.nn.init.constant_(net.weight, 7.0)
        assert mean.module.weight.item() == pytest.approx(2.0)

    def test_a_mean_that_was_kept_goes_on(self):
        mean, other = following(line(2.0)), following(line(9.0))
        other.load_state_dict(mean.state_dict())
        assert other.module.weight.item() == pytest.approx(2.0)
