"""How often a patch is drawn: most often what shows its contact point exactly."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from cameratokeyboard.datatypes import FloatArray
from cameratokeyboard.detect.closeup import INPUT_PX, cut_window, to_input
from cameratokeyboard.training.closeup_net import CloseupNet
from cameratokeyboard.training.closeup_patches import NOTHING, PATCH_PX, Patches, unjittered_scale

#: How often a fingertip of the unclear half and a window on nothing are drawn, against one of the
#: clear half. In the dark, or behind another finger, a contact point can only be guessed; half of
#: the lessons about such guesses are lost on points that are in plain view.
_UNCLEAR, _NOTHING = 0.3, 0.3
_AT_ONCE = 64


class Odds:
    """Draws patches, evenly until ``survey`` has told the clear ones."""

    def __init__(self, count: int) -> None:
        self._share = np.ones(count)

    def survey(self, net: CloseupNet, patches: Patches) -> None:
        """Set the odds by how exactly the network expects to tell each contact point."""
        spread = expected_spread(net, patches)
        tips = patches.name != NOTHING
        clear = tips & (spread <= np.median(spread[tips]) if tips.any() else tips)
        self._share = np.where(tips, np.where(clear, 1.0, _UNCLEAR), _NOTHING)

    def choose(self, count: int, rng: np.random.Generator) -> NDArray[np.int64]:
        """(count,) numbers of patches."""
        until = np.cumsum(self._share)
        found = np.searchsorted(until, rng.random(count) * until[-1], side="right")
        return np.asarray(found, np.int64)

    def state_dict(self) -> dict[str, Any]:
        """For ``save_progress``."""
        return {"share": torch.from_numpy(self._share)}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Odds as they were."""
        self._share = state["share"].numpy()


def expected_spread(net: CloseupNet, patches: Patches) -> FloatArray:
    """(N,) logarithm of how far off the network expects each contact point, in half window sides;
    infinite for windows on nothing."""
    spread = np.full(len(patches), np.inf)
    tips = np.flatnonzero(patches.name != NOTHING)
    middle, side = PATCH_PX / 2, INPUT_PX / unjittered_scale()
    training = net.training
    net.eval()
    with torch.no_grad():
        for first in range(0, len(tips), _AT_ONCE):
            some = tips[first : first + _AT_ONCE]
            shown = [
                to_input(cut_window(patches.image(n), middle, middle, side, INPUT_PX)) for n in some
            ]
            spread[some] = net(torch.from_numpy(np.stack(shown)))[2][:, 0].numpy()
    net.train(training)
    return spread
