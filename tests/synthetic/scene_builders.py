"""Small scenes of plain hands: no fetched mesh, few pixels."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pytest

from cameratokeyboard.datatypes import FloatArray, Layout
from cameratokeyboard.errors import MissingExtraError, SimulationError
from cameratokeyboard.keyboard.layout import load_layout
from cameratokeyboard.synthetic import hand
from cameratokeyboard.synthetic.camera import CameraPlan
from cameratokeyboard.synthetic.datatypes import HandShape, PosedHand
from cameratokeyboard.synthetic.effects import Optics
from cameratokeyboard.synthetic.hand import Hand
from cameratokeyboard.synthetic.hand_rig import build_rig
from cameratokeyboard.synthetic.mat_texture import own_mat
from cameratokeyboard.synthetic.render import Renderer, shared_renderer
from cameratokeyboard.synthetic.stage import Stage, StageWish, draw_looks, draw_stage
from tests.synthetic.hand_builders import HOME_PADS_MM, HOME_WRIST_MM, HOME_YAW_DEG, toy_source

SIZE_WH = (320, 192)
MIRROR = np.array([-1.0, 1.0, 1.0])


def renderer() -> Renderer:
    """The process's renderer, emptied; skips the test where there is no OpenGL."""
    try:
        shared = shared_renderer()
    except (MissingExtraError, SimulationError) as error:
        pytest.skip(str(error))
    shared.forget()
    return shared


@lru_cache(maxsize=1)
def layout() -> Layout:
    return load_layout("qwerty")


@lru_cache(maxsize=1)
def toy_hands() -> tuple[Hand, Hand]:
    rig = build_rig(toy_source(), HandShape())
    return Hand(rig, "left"), Hand(rig, "right")


@lru_cache(maxsize=1)
def home_hands() -> tuple[dict[int, PosedHand], FloatArray]:
    """Both plain hands on the home row, and their wrists (2, 3)."""
    left, right = toy_hands()
    hands = {
        0: left.pose(HOME_PADS_MM * MIRROR, HOME_WRIST_MM * MIRROR, -HOME_YAW_DEG),
        1: right.pose(HOME_PADS_MM, HOME_WRIST_MM, HOME_YAW_DEG),
    }
    return hands, np.stack([HOME_WRIST_MM * MIRROR, HOME_WRIST_MM])


def stage(seed: int = 3, plan: CameraPlan | None = None) -> Stage:
    """A flat mat on a table, seen from the front."""
    rng = np.random.default_rng(seed)
    wish = StageWish(SIZE_WH, plan or CameraPlan(), flat=True, light="ceiling")
    return draw_stage(rng, wish, own_mat(layout()), draw_looks(rng), Optics(noise=0.0))


def use_toy_hands(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let whoever loads hands get the plain ones: quick, and no mesh to fetch."""
    monkeypatch.setattr(hand, "load_hands", lambda kind, shape: toy_hands())
