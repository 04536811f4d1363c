"""Fits the network of close looks to patches, resumably."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from cameratokeyboard.detect.closeup import CONTEXT, INPUT_PX, OUTSIDE, to_input
from cameratokeyboard.detect.slant import SLANT, slant_of
from cameratokeyboard.training.averaging import running_mean
from cameratokeyboard.training.closeup_net import CloseupNet, closeup_loss
from cameratokeyboard.training.closeup_odds import Odds
from cameratokeyboard.training.closeup_patches import (
    PATCH_PX,
    Patches,
    seen_slopes,
    unjittered_scale,
)
from cameratokeyboard.training.config import Augmentation
from cameratokeyboard.training.degrade import degrade
from cameratokeyboard.training.precision import computes_in_16_bits
from cameratokeyboard.training.resumable import (
    cosine_rate,
    resume_progress,
    save_progress,
)
from cameratokeyboard.training.weights import load_weights

#: How windows differ from those around exact boxes, as the detector's boxes do: shift as a share of
#: the window's side, logarithm of the size, and turn in degrees; standard deviations.
_SHIFT, _SIZE, _TURN = 0.05, 0.12, 7.0
#: Share of the samples that are degraded beyond what the rendered camera did to them.
_DEGRADED = 0.5
#: Share of the mean of the weights that a step keeps.
_KEEP = 0.999
#: Share of the samples whose slant is withheld, as before the mat is found.
_UNKNOWN = 0.15
#: How wrong slants are, in their own units: standard deviations. Lenses distort, mats are curved.
_SLANT_ERROR = (0.04, 0.015, 0.015, 0.015)
#: The learning rate ends at this share of its greatest.
_FLOOR = 0.01
#: A training from random weights surveys which fingertips are clear after this share of its steps;
#: one that starts from weights does so before its first.
_SURVEY_AFTER = 1 / 3

#: Windows, slants and targets of a step.
Batch = tuple[Tensor, Tensor, dict[str, Tensor]]


@dataclass(frozen=True)
class FitSettings:
    """How to train. steps: of the optimiser. batch: patches a step."""

    steps: int = 20_000
    batch: int = 64
    rate: float = 2e-3
    weight_decay: float = 1e-2
    warm_up: int = 300
    seed: int = 0
    width: int = 32
    threads: int = 1


def fit(
    patches: Patches,
    settings: FitSettings,
    folder: Path,
    tell: Callable[[int, dict[str, float]], None] = lambda step, losses: None,
    every: int = 500,
    start: Path | None = None,
) -> CloseupNet:
    """Train; keeps its progress in ``folder`` and goes on from there when called again.

    start: weights of an earlier training to begin with (``save_weights``). Fingertips that are
    clear are drawn more often (see ``Odds``). Returns the running mean of the weights, which is
    better than the last ones. Raises ModelError when ``start`` does not fit.
    """
    torch.set_num_threads(settings.threads)
    torch.manual_seed(settings.seed)
    net = CloseupNet(settings.width)
    if start is not None:
        load_weights(net, start, "close looks as c2k train closeup")
    mean = running_mean(net, _KEEP)
    optimiser = torch.optim.AdamW(
        net.parameters(), lr=settings.rate, weight_decay=settings.weight_decay
    )
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda step: cosine_rate(step, settings.warm_up, settings.steps, _FLOOR)
    )
    odds = Odds(len(patches))
    parts = {
        "net": net, "mean": mean, "optimiser": optimiser, "schedule": schedule, "odds": odds,
    }  # fmt: skip
    first = resume_progress(folder, settings, parts)
    survey = 0 if start is not None else max(1, round(_SURVEY_AFTER * settings.steps))
    if first == survey == 0:
        odds.survey(net, patches)
    net.to(memory_format=torch.channels_last)
    coarse = computes_in_16_bits()
    running: dict[str, float] = {}
    for step, (windows, slant, targets) in _batches(patches, odds, settings, first):
        if step == survey > 0:
            odds.survey(mean.module, patches)
        net.train()
        with torch.autocast("cpu", torch.bfloat16, enabled=coarse):
            found = net(windows.to(memory_format=torch.channels_last), slant)
        losses = closeup_loss(found, targets)
        optimiser.zero_grad()
        losses["total"].backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 5.0)
        optimiser.step()
        schedule.step()
        mean.update_parameters(net)
        for name, loss in losses.items():
            value = float(loss.detach())
            running[name] = 0.99 * running.get(name, value) + 0.01 * value
        if (step + 1) % every == 0 or step + 1 == settings.steps:
            tell(step + 1, running)
            save_progress(folder, step + 1, settings, parts)
    averaged: CloseupNet = mean.module
    averaged.eval()
    return averaged


def _batches(
    patches: Patches, odds: Odds, settings: FitSettings, first: int
) -> Iterator[tuple[int, Batch]]:
    """Steps and their batches; the next one is drawn while the network learns from this one."""

    def draw(step: int) -> Batch:
        rng = np.random.default_rng([settings.seed, step])
        return draw_batch(patches, odds.choose(settings.batch, rng), rng)

    with ThreadPoolExecutor(1) as ahead:
        waiting = ahead.submit(draw, first)
        for step in range(first, settings.steps):
            batch = waiting.result()
            if step + 1 < settings.steps:
                waiting = ahead.submit(draw, step + 1)
            yield step, batch


def draw_batch(patches: Patches, chosen: NDArray[np.int64], rng: np.random.Generator) -> Batch:
    """Random windows in the chosen patches, turned, mirrored and degraded; some without slant."""
    look = Augmentation()
    windows = np.empty((len(chosen), 3, INPUT_PX, INPUT_PX), np.float32)
    points = np.empty((len(chosen), 3, 2), np.float32)
    slopes = np.empty((len(chosen), 2, 2))
    for n, index in enumerate(chosen):
        matrix = _random_window(rng)
        cut = cv2.warpAffine(
            patches.image(index), matrix, (INPUT_PX, INPUT_PX), borderValue=OUTSIDE
        )
        shown = np.asarray(cut, np.uint8)
        windows[n] = to_input(degrade(shown, look, rng) if rng.random() < _DEGRADED else shown)
        # The matrix counts from pixel middles, points from pixel edges.
        moved = (patches.points[index] - 0.5) @ matrix[:, :2].T + matrix[:, 2] + 0.5
        points[n] = (moved - INPUT_PX / 2) / (INPUT_PX / CONTEXT / 2)
        slopes[n] = seen_slopes(patches.slopes[index], matrix[:, :2])
    slopes[rng.random(len(chosen)) < _UNKNOWN] = np.nan
    slant = slant_of(slopes)
    slant[:, 1:] += slant[:, :1] * rng.normal(0, _SLANT_ERROR, (len(chosen), SLANT - 1))
    return (
        torch.from_numpy(windows),
        torch.from_numpy(slant),
        {
            "points": torch.from_numpy(points),
            "name": torch.from_numpy(patches.name[chosen]),
        },
    )


def _random_window(rng: np.random.Generator) -> np.ndarray:
    """(2, 3) map from patch px to input px."""
    scale = unjittered_scale() * np.exp(rng.normal(0, _SIZE))
    angle = np.radians(rng.normal(0, _TURN))
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]) * scale
    if rng.random() < 0.5:
        turn = turn @ np.diag([-1.0, 1.0])
    middle = np.full(2, (PATCH_PX - 1) / 2)
    target = np.full(2, (INPUT_PX - 1) / 2) + rng.normal(0, _SHIFT * INPUT_PX / CONTEXT, 2)
    return np.concatenate([turn, (target - turn @ middle)[:, None]], axis=1)
