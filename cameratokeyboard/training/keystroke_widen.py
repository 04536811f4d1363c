"""Starts a keystroke network from the weights of another that may have fewer channels."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor

from cameratokeyboard.training.keystroke_net import FINGERS, TemporalNet
from cameratokeyboard.training.weights import load_weights, read_weights

_WHAT = "a keystroke network as c2k train keystroke"
#: Its rows belong to the five fingers, one after the other; those of all others to channels.
_BY_FINGER = "hand.weight"
#: What looks at features instead of channels.
_FROM_FEATURES = ("own.weight", "hand.weight", "own_bias")


def start_from(net: TemporalNet, path: Path) -> None:
    """Give ``net`` the weights in a file; of a narrower network it says the same at first.

    Channels that the narrower one lacks see what the net was made with and are not listened to
    until training finds them useful. Raises ModelError for a file without such weights.
    """
    given = read_weights(path, _WHAT)
    first = given.get("own.bias")
    if isinstance(first, Tensor) and 0 < len(first) < net.width:
        given = _widened(given, net)
    load_weights(net, path, _WHAT, given)


def _widened(given: dict[str, Tensor], net: TemporalNet) -> dict[str, Tensor]:
    wide: dict[str, Tensor] = {}
    for name, value in net.state_dict().items():
        old = given.get(name)
        if old is None or old.dim() != value.dim():
            continue  # load_weights says what is missing
        wide[name] = _filled(value, old, name)
    return wide


def _filled(value: Tensor, old: Tensor, name: str) -> Tensor:
    """``value`` with ``old`` in its first rows and columns, and nothing from new to old ones."""
    value = value.clone()
    groups = FINGERS if name == _BY_FINGER else 1
    rows, old_rows = value.shape[0] // groups, old.shape[0] // groups
    target = value.view(groups, rows, *value.shape[1:])[:, :old_rows]
    source = old.view(groups, old_rows, *old.shape[1:])
    with torch.no_grad():
        if value.dim() > 1 and name not in _FROM_FEATURES:
            target[:, :, old.shape[1] :] = 0.0
            target = target[:, :, : old.shape[1]]
        target.copy_(source)
    return value
