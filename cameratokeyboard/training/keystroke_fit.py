"""Fits the temporal network to simulated sessions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from cameratokeyboard.training.averaging import running_mean
from cameratokeyboard.training.keystroke_net import LAGS, TemporalNet, press_loss
from cameratokeyboard.training.keystroke_targets import Example
from cameratokeyboard.training.keystroke_widen import start_from
from cameratokeyboard.training.precision import computes_in_16_bits
from cameratokeyboard.training.resumable import (
    cosine_rate,
    resume_progress,
    save_progress,
)

#: Lags beyond this are never waited for, so they are not trained.
LOOK_AHEAD_S = 0.17
_USUAL_FPS = 30.0
#: The learning rate ends at this share of its greatest.
_FLOOR = 0.02
#: Of the mean of the weights; the last 500 steps count most, at first the last tenth of them.
_KEEP, _EARLY_STEPS = 0.998, 10
#: Weights of the losses; onsets are what counts.
_WEIGHTS = {"onset": 1.0, "contact": 0.6, "offset": 0.5, "share": 0.2}


@dataclass(frozen=True)
class FitSettings:
    """How to train. steps: of the optimiser. batch: sequences a step. frames: their length."""

    steps: int = 6000
    batch: int = 16
    frames: int = 288
    rate: float = 2.5e-3
    weight_decay: float = 1e-3
    warm_up: int = 150
    seed: int = 0
    channels: int = 48
    dropout: float = 0.05
    threads: int = 1


def fit(
    examples: Sequence[Example],
    settings: FitSettings,
    folder: Path,
    tell: Callable[[int, dict[str, float]], None] = lambda step, losses: None,
    start: Path | None = None,
) -> TemporalNet:
    """Train; keeps its progress in ``folder`` and goes on from there when called again.

    Returns the running mean of the weights (training/averaging.py).

    start: weights to begin with, as ``save_weights`` writes them; a network with fewer channels is
    widened (training/keystroke_widen.py).
    """
    torch.set_num_threads(settings.threads)
    torch.manual_seed(settings.seed)
    net = TemporalNet(settings.channels, settings.dropout)
    if start is not None:
        start_from(net, start)
    optimiser = torch.optim.AdamW(
        net.parameters(), lr=settings.rate, weight_decay=settings.weight_decay
    )
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda step: cosine_rate(step, settings.warm_up, settings.steps, _FLOOR)
    )
    mean = running_mean(net, _KEEP, _EARLY_STEPS)
    parts = {"net": net, "optimiser": optimiser, "schedule": schedule, "mean": mean}
    first = resume_progress(folder, settings, parts)
    running: dict[str, float] = {}
    coarse = computes_in_16_bits()
    net.train()
    for step in range(first, settings.steps):
        rng = np.random.default_rng([settings.seed, step])
        losses = _step(net, optimiser, draw_batch(examples, settings, rng), coarse)
        schedule.step()
        mean.update_parameters(net)
        for name, value in losses.items():
            running[name] = 0.98 * running.get(name, value) + 0.02 * value
        if (step + 1) % 100 == 0 or step + 1 == settings.steps:
            tell(step + 1, running)
            save_progress(folder, step + 1, settings, parts)
    averaged: TemporalNet = mean.module
    averaged.eval()
    return averaged


def _step(
    net: TemporalNet,
    optimiser: torch.optim.Optimizer,
    batch: tuple[Tensor, dict[str, Tensor]],
    coarse: bool,
) -> dict[str, float]:
    """One step of the optimiser; the losses before it. coarse: compute in 16 bits."""
    x, targets = batch
    with torch.autocast("cpu", torch.bfloat16, enabled=coarse):
        raw = net(x)
    losses = press_loss(raw.float(), targets)
    total = torch.stack([_WEIGHTS[name] * loss for name, loss in losses.items()]).sum()
    optimiser.zero_grad()
    total.backward()
    torch.nn.utils.clip_grad_norm_(net.parameters(), 2.0)
    optimiser.step()
    return {name: float(loss.detach()) for name, loss in losses.items()}


def draw_batch(
    examples: Sequence[Example], settings: FitSettings, rng: np.random.Generator
) -> tuple[Tensor, dict[str, Tensor]]:
    """Random stretches of random hands of random sessions, drawn by the length of the sessions.

    Length is counted in seconds, in frames where there are fewer than 30 of them in a second.
    """
    lengths = np.array([e.features.shape[1] * min(e.interval_s * _USUAL_FPS, 1) for e in examples])
    chosen = rng.choice(len(examples), settings.batch, p=lengths / lengths.sum())
    parts: dict[str, list[Any]] = {
        n: [] for n in ("x", "onset", "share", "offset", "contact", "use")
    }
    lag_ok = []
    for number in chosen:
        example = examples[number]
        hand = int(rng.integers(2))
        spare = example.features.shape[1] - settings.frames
        start = int(rng.integers(spare + 1)) if spare > 0 else 0
        cut = slice(start, start + settings.frames)
        parts["x"].append(_padded(example.features[hand, cut].T, settings.frames))
        for name in ("onset", "share", "offset", "contact", "use"):
            values = getattr(example, name)[hand][..., cut]
            parts[name].append(_padded(values, settings.frames))
        lag_ok.append(np.arange(LAGS) * example.interval_s <= LOOK_AHEAD_S)
    tensors = {name: torch.from_numpy(np.stack(values)) for name, values in parts.items()}
    tensors["lag_ok"] = torch.from_numpy(np.stack(lag_ok).astype(np.float32))
    return tensors.pop("x"), tensors


def _padded(values: np.ndarray, frames: int) -> np.ndarray:
    """Short sessions are followed by silence that counts for nothing (its ``use`` is 0)."""
    lack = frames - values.shape[-1]
    if lack <= 0:
        return np.ascontiguousarray(values, np.float32)
    widths = [(0, 0)] * (values.ndim - 1) + [(0, lack)]
    return np.pad(values, widths).astype(np.float32)
