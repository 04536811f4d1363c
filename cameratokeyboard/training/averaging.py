"""The running mean of a network's weights while it trains: steadier than the last of them."""

from __future__ import annotations

import copy
from typing import Any, Generic, TypeVar

import torch
from torch import nn

#: Share of the mean that a step keeps; the last 500 steps count most.
_KEEP = 0.998
#: At the beginning the mean follows faster: over about a tenth of the steps made so far.
_EARLY_STEPS = 10


Net = TypeVar("Net", bound=nn.Module)


class AveragedWeights(Generic[Net]):
    """A copy of ``net`` that follows its weights; ``net`` itself is the copy, ready for use."""

    def __init__(self, net: Net) -> None:
        self.net: Net = copy.deepcopy(net)
        self.net.eval()

    def follow(self, net: Net, step: int) -> None:
        """Take in the weights after optimiser step ``step``, counted from 0."""
        keep = min(_KEEP, step / (step + _EARLY_STEPS))
        with torch.no_grad():
            for mean, now in zip(self.net.parameters(), net.parameters(), strict=True):
                mean.lerp_(now, 1 - keep)

    def state_dict(self) -> dict[str, Any]:
        """The mean, for keeping progress on disk."""
        return dict(self.net.state_dict())

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from a mean that was kept."""
        self.net.load_state_dict(state)
