"""How often a patch is drawn: most often what shows its contact point exactly."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from cameratokeyboard.datatypes import FloatArray
from cameratokeyboard.detect.closeup import cut_windows
from cameratokeyboard.detect.slant import slant_of
from cameratokeyboard.training.closeup_net import CloseupNet
from cameratokeyboard.training.closeup_patches import (
    NOTHING,
    PATCH_PX,
    SPARE,
    Patches,
    seen_slopes,
    unjittered_scale,
)

#: How often a fingertip of the unclear half and a window on nothing are drawn, against one of the
#: clear half. In the dark, or behind another finger, a contact point can only be guessed, and such
#: guesses teach nothing about points in plain view.
_UNCLEAR, _NOTHING = 0.3, 0.3
_AT_ONCE = 64


class Odds:
    """Draws patches, evenly until ``survey`` has told the clear ones."""

    def __init__(self, count: int) -> None:
        self._odds = np.full(count, 1 / count)

    def survey(self, net: CloseupNet, patches: Patches) -> None:
        """Set the odds by how exactly the network expects to tell each contact point."""
        spread = expected_spread(net, patches)
        tips = patches.name != NOTHING
        clear = tips & (spread <= np.median(spread[tips]) if tips.any() else tips)
        share = np.where(tips, np.where(clear, 1.0, _UNCLEAR), _NOTHING)
        self._odds = share / share.sum()

    def choose(self, count: int, rng: np.random.Generator) -> NDArray[np.int64]:
        """(count,) numbers of patches."""
        return rng.choice(len(self._odds), count, p=self._odds)

    def state_dict(self) -> dict[str, Any]:
        """For ``save_progress``."""
        return {"odds": torch.from_numpy(self._odds)}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Odds as they were."""
        self._odds = state["odds"].numpy()


def expected_spread(net: CloseupNet, patches: Patches) -> FloatArray:
    """(N,) logarithm of how far off the network expects each contact point, in half window sides;
    infinite for windows on nothing."""
    spread = np.full(len(patches), np.inf)
    tips = np.flatnonzero(patches.name != NOTHING)
    window = np.array([[PATCH_PX / 2, PATCH_PX / 2, PATCH_PX / SPARE]])
    straight = np.eye(2) * unjittered_scale()
    training = net.training
    net.eval()
    with torch.no_grad():
        for first in range(0, len(tips), _AT_ONCE):
            some = tips[first : first + _AT_ONCE]
            shown = np.concatenate([cut_windows(patches.image(n), window) for n in some])
            slant = slant_of(seen_slopes(patches.slopes[some], straight))
            found = net(torch.from_numpy(shown), torch.from_numpy(slant))
            spread[some] = found[2][:, 0].numpy()
    net.train(training)
    return spread
