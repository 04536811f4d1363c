"""Keep hands possible: fingers apart and in order, wrists where every pad can be reached."""

from __future__ import annotations

import numpy as np

from cameratokeyboard.datatypes import FloatArray
from cameratokeyboard.synthetic.fingerpath import REST_WEIGHT
from cameratokeyboard.synthetic.paths import minimum_jerk
from cameratokeyboard.synthetic.posture import HAND_FINGERS, Posture

#: Pads may be this share of a reach away from the wrist; the limits of the contract, 0.60 to 0.98,
#: with a margin.
REACH_LOW, REACH_HIGH = 0.63, 0.968
_SWEEPS = 4
#: From this height on a finger can still give way on its reach.
_FREE_HEIGHT_MM = 10.0
#: Below this height evading fades out; its smoothness in time, s.
_TOUCH_HEIGHT_MM, _EVADE_SMOOTH_S = 4.0, 0.014
#: Wrists follow with this smoothness, s.
_WRIST_SMOOTH_S = 0.06
LOWEST_WRIST_MM, HIGHEST_WRIST_MM = 6.0, 95.0


def part_fingers(
    pads: FloatArray, weight: FloatArray, posture: Posture, rate_hz: float
) -> FloatArray:
    """Push pads (T, 10, 3) of neighbouring fingers apart; those on the paper do not move.

    weight: (T, 10) how far each finger is bound to the point it strikes; who is less bound yields.
    """
    parted = pads.copy()
    loose = np.clip(1.0 - weight / REST_WEIGHT, 0.0, 1.0)
    lifted = np.clip(pads[..., 2] / _FREE_HEIGHT_MM, 0.0, 1.0) ** 2
    movable = np.maximum(loose, lifted) * (pads[..., 2] > 0)
    pairs = [(a, a + 1) for a in (0, 1, 2, 6, 7, 8)]
    for _ in range(_SWEEPS):
        for a, b in pairs:
            room = 0.42 * (posture.width_mm[a] + posture.width_mm[b])
            _push(parted, movable, a, b, np.array([1.0, 0.0]), room)
        for index, thumb in ((3, 4), (6, 5)):
            # The thumb lies towards the typist and inside of the index finger.
            room = 0.8 * posture.width_mm[thumb]
            _push(parted, movable, thumb, index, np.array([0.0, 1.0]), room)
        for a, b in ((3, 6), (4, 5)):
            room = 0.75 * (posture.width_mm[a] + posture.width_mm[b])
            _push(parted, movable, a, b, np.array([1.0, 0.0]), room)
    # Nobody evades in an instant, and on the paper nobody evades at all.
    way = (parted - pads)[..., :2].reshape(len(pads), -1)
    gentle = _smoothed(way, rate_hz * _EVADE_SMOOTH_S).reshape(len(pads), -1, 2)
    above = minimum_jerk(pads[..., 2] / _TOUCH_HEIGHT_MM)
    result = pads.copy()
    result[..., :2] += gentle * above[..., None]
    return result


def _push(
    pads: FloatArray, movable: FloatArray, a: int, b: int, axis: FloatArray, room: float
) -> None:
    """Keep pad ``b`` at least ``room`` mm further along ``axis`` than pad ``a``."""
    lack = np.maximum(room - (pads[:, b, :2] - pads[:, a, :2]) @ axis, 0.0)
    # Shares fade as fingers get bound, so that nobody jumps at the moment of contact.
    free = np.maximum(movable[:, a] + movable[:, b], 1.0)
    pads[:, a, :2] -= (lack * movable[:, a] / free)[:, None] * axis
    pads[:, b, :2] += (lack * movable[:, b] / free)[:, None] * axis


def wrists_for(
    pads: FloatArray, shift: FloatArray, height: FloatArray, posture: Posture, rate_hz: float
) -> tuple[FloatArray, FloatArray]:
    """Wrists (T, 2, 3) mm and yaw (T, 2) degrees that let each hand reach its pads.

    shift: (T, 2, 2) mm, of the hands. height: (T, 2) mm, how far pads hang above their hovering.
    """
    samples = len(pads)
    wrists = np.empty((samples, 2, 3))
    yaw = np.empty((samples, 2))
    for hand in (0, 1):
        fingers = list(HAND_FINGERS[hand])
        wrist = np.tile(posture.wrist_mm[hand], (samples, 1))
        # The forearm swings: the wrist makes less of a sideways shift than the knuckles.
        wrist[:, :2] += shift[:, hand] * np.array([0.8, 1.0])
        mean_z = pads[:, fingers[1:], 2].mean(axis=1)
        dip = 0.35 * (mean_z - float(posture.hover_mm[fingers[1:]].mean()))
        wrist[:, 2] = np.clip(wrist[:, 2] + np.clip(dip, -8, 10), LOWEST_WRIST_MM, HIGHEST_WRIST_MM)
        for _ in range(3):
            step = _reach_error(wrist, pads[:, fingers], posture.reach_mm[fingers])
            wrist[:, :2] += _smoothed(step, rate_hz * _WRIST_SMOOTH_S)
        # What smoothing left over is taken without it.
        for _ in range(4):
            wrist[:, :2] += _reach_error(wrist, pads[:, fingers], posture.reach_mm[fingers])
        wrists[:, hand] = wrist
        aim = pads[:, fingers[1:4], :2].mean(axis=1) - wrist[:, :2]
        angle = np.degrees(np.arctan2(-aim[:, 0], aim[:, 1]))
        yaw[:, hand] = _smoothed(angle[:, None], rate_hz * _WRIST_SMOOTH_S)[:, 0]
    return wrists, yaw


def _reach_error(wrist: FloatArray, pads: FloatArray, reach: FloatArray) -> FloatArray:
    """(T, 2) step of the wrist that brings the worst fingers back into their range."""
    offset = pads - wrist[:, None]
    distance = np.linalg.norm(offset, axis=2)
    over = np.maximum(distance - REACH_HIGH * reach, 0.0)
    under = np.maximum(REACH_LOW * reach - distance, 0.0)
    flat = offset[..., :2] / np.maximum(distance, 1e-6)[..., None]
    pull = flat * (over - under)[..., None]
    # The largest error of each sign decides; opposite wishes share.
    worst_over = np.take_along_axis(pull, over.argmax(axis=1)[:, None, None], axis=1)[:, 0]
    worst_under = np.take_along_axis(pull, under.argmax(axis=1)[:, None, None], axis=1)[:, 0]
    wants_over, wants_under = over.max(axis=1) > 0, under.max(axis=1) > 0
    both = (wants_over & wants_under)[:, None]
    step = worst_over * wants_over[:, None] + worst_under * wants_under[:, None]
    return np.asarray(np.where(both, 0.5 * step, step) * 1.1)


def _smoothed(values: FloatArray, sigma: float) -> FloatArray:
    """(T, D) smoothed in time by a bell curve of ``sigma`` samples."""
    radius = max(int(3 * sigma), 1)
    kernel = np.exp(-0.5 * (np.arange(-radius, radius + 1) / max(sigma, 1e-6)) ** 2)
    kernel /= kernel.sum()
    padded = np.pad(values, ((radius, radius), (0, 0)), mode="edge")
    return np.stack([np.convolve(column, kernel, mode="valid") for column in padded.T], axis=1)
