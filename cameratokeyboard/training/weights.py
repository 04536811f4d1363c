"""Weights of small networks in files, to start another training from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from torch import nn

from cameratokeyboard.errors import ModelError
from cameratokeyboard.files import replacing


def save_weights(net: nn.Module, path: Path) -> None:
    """Write a network's weights."""
    with replacing(path) as part, part.open("wb") as stream:
        torch.save(net.state_dict(), stream)


def read_weights(path: Path, what: str) -> dict[str, Any]:
    """What ``save_weights`` wrote, by name. Raises ModelError for any other file.

    what: whose weights they are and which command writes them, for that error.
    """
    try:
        weights = torch.load(path, weights_only=True)
    except FileNotFoundError as error:
        raise ModelError(f"{path}: there is no such checkpoint to start from") from error
    except Exception as error:  # torch raises whatever its reader meets
        raise _not_weights(path, what, str(error) or type(error).__name__) from error
    if not isinstance(weights, dict):
        raise _not_weights(path, what, f"found a {type(weights).__name__}")
    return weights


def load_weights(
    net: nn.Module, path: Path, what: str, weights: dict[str, Any] | None = None
) -> None:
    """Give a network the weights in a file, or those that were made from them.

    what: as in ``read_weights``. Raises ModelError when they are not this network's.
    """
    given = read_weights(path, what) if weights is None else weights
    try:
        net.load_state_dict(given)
    except Exception as error:  # whatever torch finds missing or of another size
        raise _not_weights(path, what, str(error) or type(error).__name__) from error


def _not_weights(path: Path, what: str, why: str) -> ModelError:
    first = why.splitlines()[0][:120]
    return ModelError(f"{path}: expected the weights of {what} writes: {first}")
