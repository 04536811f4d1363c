"""Weights of small networks in files, to start another training from."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import nn

from cameratokeyboard.errors import ModelError
from cameratokeyboard.files import replacing


def save_weights(net: nn.Module, path: Path) -> None:
    """Write a network's weights."""
    with replacing(path) as part, part.open("wb") as stream:
        torch.save(net.state_dict(), stream)


def load_weights(net: nn.Module, path: Path, what: str) -> None:
    """Read what ``save_weights`` wrote. Raises ModelError for any other file.

    what: whose weights they are and which command writes them, for that error.
    """
    try:
        net.load_state_dict(torch.load(path, weights_only=True))
    except FileNotFoundError as error:
        raise ModelError(f"{path}: there is no such checkpoint to start from") from error
    except Exception as error:  # torch raises whatever its reader meets
        why = str(error).splitlines()[0][:120] if str(error) else type(error).__name__
        raise ModelError(f"{path}: expected the weights of {what} writes: {why}") from error
