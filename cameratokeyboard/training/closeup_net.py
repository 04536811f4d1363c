"""The tiny network of close looks: a window around a find, and how the paper slants away there, to
three points and a name."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from cameratokeyboard.detect.closeup import CONTEXT, INPUT_PX
from cameratokeyboard.detect.slant import SLANT

POINTS = 3
NAMES = 3
#: Side of what the trunk sees, px: the window itself, and all that is shown on as many pixels.
_VIEW_PX = int(INPUT_PX / CONTEXT)
#: The trunk's finest features have one place for this many px of a view.
_STRIDE = 4
#: Errors of a point below this, in half window sides, count by their square: it is what the labels
#: themselves are good for.
_BOWL = 0.01
_WEIGHTS = {"points": 6.0, "names": 1.0}
#: Shares of the plain error and of its likelihood in a point's loss.
_PLAIN, _LIKELY = 0.6, 0.06
#: Contact, tip and joint: a keystroke is where the contact point says.
_POINT_WEIGHTS = (1.7, 0.7, 0.6)
#: How much the points move with what the whole window says, beside where the maps put them.
_WHOLE = 0.5
#: Numbers between a slant and what it does to the features, and of the window as a whole.
_SLANT_WIDTH, _WHOLE_WIDTH = 64, 128


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
    """Input (B, 3, INPUT_PX, INPUT_PX) RGB 0..1: a window with its surroundings, the window being
    the middle half; and (B, SLANT) slants. Output points (B, 3, 2), logits (B, 3), log spread
    (B, 3).

    Points are the means of maps over the window (Sun et al., Integral Human Pose Regression, ECCV
    2018), which tells places more finely than a linear layer does, moved by what the window as a
    whole says. The slant scales and shifts the coarse features (Perez et al., FiLM, AAAI 2018) on
    their way to the points; names do not depend on it. A new network does not heed it.
    """

    def __init__(self, width: int = 32, dropout: float = 0.1) -> None:
        super().__init__()
        self.width = width
        self.fine = nn.Sequential(
            _block(6, width, 2), _block(width, 2 * width, 2), _Residual(2 * width)
        )
        self.middle = nn.Sequential(_block(2 * width, 3 * width, 2), _Residual(3 * width))
        self.coarse = nn.Sequential(_block(3 * width, 4 * width, 2), _Residual(4 * width))
        self.from_coarse = nn.Conv2d(4 * width, 3 * width, 1)
        self.from_middle = nn.Conv2d(3 * width, 2 * width, 1)
        self.maps = nn.Sequential(_block(2 * width, 2 * width, 1), nn.Conv2d(2 * width, POINTS, 1))
        places = _VIEW_PX // _STRIDE
        self.whole = nn.Sequential(
            nn.Flatten(), nn.Dropout(dropout),
            nn.Linear(4 * width * (places // 4) ** 2, _WHOLE_WIDTH), nn.SiLU(),
        )  # fmt: skip
        self.slant = nn.Sequential(
            nn.Linear(SLANT, _SLANT_WIDTH), nn.SiLU(),
            nn.Linear(_SLANT_WIDTH, _SLANT_WIDTH), nn.SiLU(),
            _silent(_SLANT_WIDTH, 8 * width),
        )  # fmt: skip
        self.joint = nn.Sequential(
            nn.Linear(_WHOLE_WIDTH + SLANT, _WHOLE_WIDTH), nn.SiLU(),
            _silent(_WHOLE_WIDTH, _WHOLE_WIDTH),
        )  # fmt: skip
        self.points = nn.Linear(_WHOLE_WIDTH, POINTS * 3)
        self.names = nn.Linear(_WHOLE_WIDTH, NAMES)
        across = (torch.arange(places) + 0.5) / places * 2 - 1
        grid = torch.stack(torch.meshgrid(across, across, indexing="xy"), dim=-1)
        self.register_buffer("grid", grid.reshape(-1, 2), persistent=False)

    def forward(self, x: Tensor, slant: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Points in half window sides from the middle."""
        fine = self.fine(_views(x) - 0.45)
        middle = self.middle(fine)
        coarse = self.coarse(middle)
        scale, shift = self.slant(slant)[..., None, None].chunk(2, dim=1)
        slanted = coarse * (1 + scale) + shift
        joined = nn.functional.silu(middle + _doubled(self.from_coarse(slanted)))
        joined = nn.functional.silu(fine + _doubled(self.from_middle(joined)))
        maps = self.maps(joined)
        with torch.autocast(x.device.type, enabled=False):
            mean = torch.softmax(maps.float().flatten(2), dim=2) @ self.grid
            names = self.names(self.whole(coarse.float()))
            whole = self.whole(slanted.float())
            whole = whole + self.joint(torch.cat([whole, slant], dim=1))
            told = self.points(whole).view(-1, POINTS, 3)
            return mean + _WHOLE * told[..., :2], names, told[..., 2]


def _silent(into: int, out: int) -> nn.Linear:
    """A layer that says nothing before it has learned something."""
    layer = nn.Linear(into, out)
    nn.init.zeros_(layer.weight)
    nn.init.zeros_(layer.bias)
    return layer


def _views(x: Tensor) -> Tensor:
    """(B, 6, _VIEW_PX, _VIEW_PX): the window in full, and with its surroundings at half size."""
    edge = (INPUT_PX - _VIEW_PX) // 2
    window = x[:, :, edge : edge + _VIEW_PX, edge : edge + _VIEW_PX]
    return torch.cat([window, nn.functional.avg_pool2d(x, INPUT_PX // _VIEW_PX)], dim=1)


def _doubled(x: Tensor) -> Tensor:
    return nn.functional.interpolate(x, scale_factor=2.0, mode="nearest")


class CloseupExport(nn.Module):  # type: ignore[misc]
    """The network with plain outputs, as the running program uses it (see detect/closeup.py)."""

    def __init__(self, net: CloseupNet) -> None:
        super().__init__()
        self.net = net

    def forward(self, windows: Tensor, slant: Tensor) -> tuple[Tensor, Tensor]:
        """Points, and probabilities of the names."""
        points, names, _ = self.net(windows, slant)
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
    weights = known * torch.tensor(_POINT_WEIGHTS, device=known.device)
    place = ((_PLAIN * error + _LIKELY * each) * weights).sum() / count
    name = nn.functional.cross_entropy(names, targets["name"], label_smoothing=0.02)
    total = _WEIGHTS["points"] * place + _WEIGHTS["names"] * name
    return {"total": total, "points": (error * known).sum() / count, "names": name}
