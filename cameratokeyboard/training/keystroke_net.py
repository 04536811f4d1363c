"""The temporal network behind the learned strategy: small, causal, with hands sharing weights."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from cameratokeyboard.keystroke.features import FEATURE_COUNT

FINGERS = 5
#: Onsets are told for the newest frame and this many before it, so that a press can be believed at
#: once when it is clear and wait for more frames when it is not: 0.1 s at 60 frames a second.
LAGS = 7
#: Of each finger and lag: onset logit, share of the frame by which contact came earlier, offset
#: x y in units of OFFSET_MM, log spread x y.
PER_LAG = 6
OFFSET_MM = 10.0
_DILATIONS = (1, 2, 4, 8, 1)
_KERNEL = 3


class TemporalNet(nn.Module):  # type: ignore[misc]
    """A stack of dilated causal convolutions with residual links.

    channels: width of the stack. Input (B, FEATURE_COUNT, T); output (B, 5, LAGS * PER_LAG + 1, T):
    for each finger its lags and the logit of being on the paper one frame ago.
    """

    def __init__(self, channels: int = 64, dropout: float = 0.1) -> None:
        super().__init__()
        self.channels = channels
        self.enter = nn.Conv1d(FEATURE_COUNT, channels, 1)
        self.spread = nn.ModuleList(
            nn.Conv1d(channels, channels, _KERNEL, dilation=d) for d in _DILATIONS
        )
        self.mix = nn.ModuleList(nn.Conv1d(channels, channels, 1) for _ in _DILATIONS)
        self.leave = nn.Conv1d(channels, FINGERS * (LAGS * PER_LAG + 1), 1)
        self.dropout = nn.Dropout(dropout)
        # Presses are rare: start by saying so.
        bias = self.leave.bias
        assert bias is not None
        with torch.no_grad():
            bias.view(FINGERS, -1)[:, : LAGS * PER_LAG : PER_LAG] = -4.5

    @property
    def state_size(self) -> int:
        """Frames of memory, all blocks together."""
        return sum(self.memories())

    @staticmethod
    def memories() -> list[int]:
        """Frames of memory of each block."""
        return [(_KERNEL - 1) * dilation for dilation in _DILATIONS]

    def forward(self, x: Tensor) -> Tensor:
        """Whole sequences, with silence before their beginning."""
        zeros = x.new_zeros(x.shape[0], self.channels, self.state_size)
        return self.run(x, zeros)[0]

    def run(self, x: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        """Sequences (B, FEATURE_COUNT, T) that go on from a state (B, channels, state_size)."""
        h = torch.relu(self.enter(x))
        kept, start = [], 0
        for spread, mix, memory in zip(self.spread, self.mix, self.memories(), strict=True):
            joined = torch.cat([state[:, :, start : start + memory], h], dim=2)
            kept.append(joined[:, :, -memory:])
            h = h + self.dropout(mix(torch.relu(spread(joined))))
            start += memory
        out = self.leave(torch.relu(h))
        return out.view(x.shape[0], FINGERS, LAGS * PER_LAG + 1, -1), torch.cat(kept, dim=2)


class StreamingNet(nn.Module):  # type: ignore[misc]
    """One frame at a time with plain outputs, as the running program uses it (see learned.py)."""

    def __init__(self, net: TemporalNet) -> None:
        super().__init__()
        self.net = net

    def forward(self, features: Tensor, state: Tensor) -> tuple[Tensor, ...]:
        """features (2, FEATURE_COUNT) and state (2, channels, S) to the outputs and new state."""
        raw, after = self.net.run(features.unsqueeze(2), state)
        lags = raw[:, :, :-1, 0].reshape(2, FINGERS, LAGS, PER_LAG)
        return (
            torch.sigmoid(lags[..., 0]),
            torch.sigmoid(lags[..., 1]),
            lags[..., 2:4] * OFFSET_MM,
            torch.exp(lags[..., 4:6].clamp(-3, 2)) * OFFSET_MM,
            torch.sigmoid(raw[:, :, -1, 0]),
            after,
        )


def press_loss(raw: Tensor, targets: dict[str, Tensor]) -> dict[str, Tensor]:
    """Losses of a batch.

    raw: (B, 5, LAGS * PER_LAG + 1, T). targets: onset, use, share, contact (B, 5, T) and offset
    (B, 5, 2, T) in mm, of the frames themselves; lags are shifted here. ``use`` is 0 where the
    truth cannot be known from what the tracker saw; lag_ok (B, LAGS): lags within the look-ahead.
    """
    lags = raw[:, :, :-1].unflatten(2, (LAGS, PER_LAG))
    losses: dict[str, Any] = {"onset": 0.0, "share": 0.0, "offset": 0.0}
    for lag in range(LAGS):
        own = lags[:, :, lag, :, lag:]
        ok = targets["lag_ok"][:, lag, None, None]
        end = raw.shape[3] - lag
        onset = targets["onset"][:, :, :end]
        use = targets["use"][:, :, :end] * ok
        each = nn.functional.binary_cross_entropy_with_logits(own[:, :, 0], onset, reduction="none")
        losses["onset"] += (each * use).sum(dim=(1, 2)).mean() / end
        hit = onset * use
        miss = (torch.sigmoid(own[:, :, 1]) - targets["share"][:, :, :end]).abs()
        losses["share"] += (miss * hit).sum(dim=(1, 2)).mean() / end
        spread = own[:, :, 4:6].clamp(-3, 2)
        away = (own[:, :, 2:4] - targets["offset"][..., :end] / OFFSET_MM) / torch.exp(spread)
        # Student's t with 4 degrees of freedom: misnamed fingers must not bend the rest.
        nll = spread + 2.5 * torch.log1p(away.square() / 4)
        losses["offset"] += (nll.sum(dim=2) * hit).sum(dim=(1, 2)).mean() / end
    contact = nn.functional.binary_cross_entropy_with_logits(
        raw[:, :, -1, 1:], targets["contact"][:, :, :-1], reduction="none"
    )
    losses["contact"] = (contact * targets["use"][:, :, :-1]).mean()
    return losses
