"""The tiny network of close looks: a window around a find to three points and a name."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

POINTS = 3
NAMES = 3
#: Errors of a point below this, in half window sides, count by their square: it is what the labels
#: themselves are good for.
_BOWL = 0.01
_WEIGHTS = {"points": 6.0, "names": 1.0}


def _block(into: int, out: int, stride: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(into, out, 3, stride, 1, bias=False), nn.BatchNorm2d(out), nn.SiLU()
    )


class _Residual(nn.Module):  # type: ignore[misc]
    def __init__(self, channels: int) -> None:
        super().__init__()
        self.inner = nn.Sequential(_block(channels, channels, 1), _block(channels, channels, 1))

    def forward(self, x: Tensor) -> Tensor:
        """(B, C, H, W), unchanged in shape."""
        return x + self.inner(x)


class CloseupNet(nn.Module):  # type: ignore[misc]
    """Input (B, 3, 64, 64) RGB 0..1; output points (B, 3, 2), logits (B, 3), log spread (B, 3)."""

    def __init__(self, width: int = 24, dropout: float = 0.1) -> None:
        super().__init__()
        self.width = width
        self.trunk = nn.Sequential(
            _block(3, width, 2),
            _block(width, 2 * width, 2),
            _Residual(2 * width),
            _block(2 * width, 3 * width, 2),
            _Residual(3 * width),
            _block(3 * width, 4 * width, 2),
            nn.Flatten(),
            nn.Dropout(dropout),
            nn.Linear(4 * width * 16, 128),
            nn.SiLU(),
        )
        self.points = nn.Linear(128, POINTS * 3)
        self.names = nn.Linear(128, NAMES)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Points in half window sides from the middle."""
        features = self.trunk(x - 0.45)
        with torch.autocast(x.device.type, enabled=False):
            features = features.float()
            told = self.points(features).view(-1, POINTS, 3)
            return told[..., :2], self.names(features), told[..., 2]


class CloseupExport(nn.Module):  # type: ignore[misc]
    """The network with plain outputs, as the running program uses it (see detect/closeup.py)."""

    def __init__(self, net: CloseupNet) -> None:
        super().__init__()
        self.net = net

    def forward(self, windows: Tensor) -> tuple[Tensor, Tensor]:
        """Points, and probabilities of the names."""
        points, names, _ = self.net(windows)
        return points, torch.softmax(names, dim=1)


def closeup_loss(
    found: tuple[Tensor, Tensor, Tensor], targets: dict[str, Tensor]
) -> dict[str, Any]:
    """Losses of a batch: ``total`` and its parts.

    targets: points (B, 3, 2) in half sides, NaN where unknown; name (B,).
    """
    points, names, spread = found
    true = targets["points"]
    known = torch.isfinite(true).all(dim=2)
    away = torch.where(known[..., None], points - torch.nan_to_num(true), torch.zeros_like(points))
    error = (away.square().sum(dim=2) + _BOWL**2).sqrt() - _BOWL
    # A Laplace likelihood: where a point cannot be told well, its error counts for less.
    scale = spread.clamp(-5, 1)
    each = error / torch.exp(scale) + 2 * scale
    count = known.sum().clamp(min=1)
    place = ((error + 0.02 * each) * known).sum() / count
    name = nn.functional.cross_entropy(names, targets["name"], label_smoothing=0.02)
    total = _WEIGHTS["points"] * place + _WEIGHTS["names"] * name
    return {"total": total, "points": (error * known).sum() / count, "names": name}
