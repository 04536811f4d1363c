"""The running mean of a network's weights while it trains: steadier than the last of them."""

from __future__ import annotations

from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel


def running_mean(net: nn.Module, keep: float, early_steps: int = 0) -> AveragedModel:
    """A copy of ``net`` that follows its weights and buffers with each ``update_parameters``.

    keep: share of the mean that a step keeps. early_steps: at the beginning the mean follows
    faster, over about one part in so many of the steps made so far. The copy is ``module``.
    """

    def follow(mean: Tensor, now: Tensor, count: Tensor | int) -> Tensor:
        if not now.is_floating_point():
            return now
        steps = int(count)
        kept = min(keep, steps / (steps + early_steps)) if early_steps else keep
        return mean.lerp(now, 1 - kept)

    return AveragedModel(net, avg_fn=follow, use_buffers=True)
