"""The temporal network behind the learned strategy: small, causal, with hands sharing weights."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from cameratokeyboard.keystroke.features import CONTACT_FRAMES, FEATURE_COUNT, FINGER_FEATURES

FINGERS = 5
#: Onsets are told for the newest frame and this many before it, so that a press can be believed at
#: once when it is clear and wait for more frames when it is not: 0.17 s at 60 frames a second.
LAGS = 11
#: Of each finger and lag: onset logit, share of the frame by which contact came earlier, offset
#: x y in units of OFFSET_MM, log spread x y.
PER_LAG = 6
OFFSET_MM = 10.0
_DILATIONS = (1, 2, 4, 8, 1)
_KERNEL = 3


class TemporalNet(nn.Module):  # type: ignore[misc]
    """Dilated causal convolutions over time, the same for all fingers, that mix between fingers.

    channels: width of one finger's stack. Input (B, FEATURE_COUNT, T): five fingers, then the
    hand; output (B, 5, LAGS * PER_LAG + 1, T): for each finger its lags and the logit of being on
    the paper one frame ago.
    """

    def __init__(self, channels: int = 48, dropout: float = 0.05) -> None:
        super().__init__()
        self.width = channels
        self.own = nn.Conv1d(FINGER_FEATURES, channels, 1)
        self.hand = nn.Conv1d(FEATURE_COUNT, FINGERS * channels, 1, bias=False)
        self.spread = nn.ModuleList(
            nn.Conv1d(channels, channels, _KERNEL, dilation=d) for d in _DILATIONS
        )
        self.across = nn.ModuleList(nn.Conv1d(channels, channels, 1) for _ in _DILATIONS)
        self.mix = nn.ModuleList(nn.Conv1d(channels, channels, 1) for _ in _DILATIONS)
        self.leave = nn.Conv1d(channels, LAGS * PER_LAG + 1, 1)
        self.own_bias = nn.Parameter(torch.zeros(FINGERS, LAGS * PER_LAG + 1))
        self.dropout = nn.Dropout(dropout)
        # Presses are rare: start by saying so.
        bias = self.leave.bias
        assert bias is not None
        with torch.no_grad():
            bias[: LAGS * PER_LAG : PER_LAG] = -4.5

    @property
    def channels(self) -> int:
        """Channels of the state: those of all fingers."""
        return self.width * FINGERS

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
        batch, width, frames = x.shape[0], self.width, x.shape[2]
        own = x[:, : FINGERS * FINGER_FEATURES].reshape(-1, FINGER_FEATURES, frames)
        # Fingers lie along the batch: (B * 5, width, T).
        h = torch.relu(self.own(own) + self.hand(x).reshape(-1, width, frames))
        before = state.reshape(-1, width, self.state_size)
        kept, start = [], 0
        for spread, across, mix, memory in zip(
            self.spread, self.across, self.mix, self.memories(), strict=True
        ):
            joined = torch.cat([before[..., start : start + memory], h], dim=2)
            kept.append(joined[..., -memory:])
            seen = spread(joined)
            # What a hand does together tells the striking finger from those taken along.
            shared = across(torch.relu(seen).view(batch, FINGERS, width, -1).mean(dim=1))
            seen = seen.view(batch, FINGERS, width, -1) + shared[:, None]
            h = h + self.dropout(mix(torch.relu(seen).view(-1, width, frames)))
            start += memory
        out = self.leave(torch.relu(h)).view(batch, FINGERS, LAGS * PER_LAG + 1, -1)
        after = torch.cat(kept, dim=2).view(batch, self.channels, self.state_size)
        return out + self.own_bias[None, :, :, None], after


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
    (B, 5, CONTACT_FRAMES, 2, T) in mm, of the frames themselves; lags are shifted here. ``use`` is
    0 where the truth cannot be known from what the tracker saw; lag_ok (B, LAGS): lags within the
    look-ahead.
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
        offset = targets["offset"][:, :, min(lag, CONTACT_FRAMES - 1), :, :end] / OFFSET_MM
        away = (own[:, :, 2:4] - offset) / torch.exp(spread)
        # Student's t with 4 degrees of freedom: misnamed fingers must not bend the rest.
        nll = spread + 2.5 * torch.log1p(away.square() / 4)
        losses["offset"] += (nll.sum(dim=2) * hit).sum(dim=(1, 2)).mean() / end
    contact = nn.functional.binary_cross_entropy_with_logits(
        raw[:, :, -1, 1:], targets["contact"][:, :, :-1], reduction="none"
    )
    losses["contact"] = (contact * targets["use"][:, :, :-1]).mean()
    return losses
