"""Light of the scene: sun, window, lamp, screen, ceiling, and what room and table throw back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cameratokeyboard.datatypes import FloatArray
from cameratokeyboard.synthetic.materials import Colour, rgb

Rng = np.random.Generator

#: The part of the world that shadow maps cover: centre and radius in mm.
FOCUS_MM = (0.0, -70.0, 50.0)
FOCUS_RADIUS_MM = 330.0


@dataclass(frozen=True, eq=False)
class Light:
    """A light. place: unit direction to it, or its position in mm when ``near`` is set.

    colour: linear light falling on a sheet that faces it at the keyboard's centre.
    half_angle_deg: how large it is seen from the keyboard: 0.27 for the sun, large for a window.
    """

    place: tuple[float, float, float]
    colour: Colour
    half_angle_deg: float
    near: bool = False

    def matrix(self) -> tuple[FloatArray, float]:
        """(4, 4) world to shadow map, and the mm that the map's depth range spans at the centre."""
        centre = np.array(FOCUS_MM)
        if self.near:
            position = np.array(self.place)
            distance = float(np.linalg.norm(position - centre))
        else:
            distance = 900.0
            position = centre + np.array(self.place) * distance
        view = _view(position, centre)
        if not self.near:
            return _ortho(FOCUS_RADIUS_MM, 100.0, 1700.0) @ view, 1600.0
        near, far = max(40.0, distance - 420), distance + 420
        spread = min(FOCUS_RADIUS_MM / np.sqrt(max(distance**2 - 330**2, 150.0**2)), 2.2)
        reach = distance**2 * (far - near) / (far * near)
        return _perspective(spread, near, far) @ view, float(reach)


def _view(position: FloatArray, target: FloatArray) -> FloatArray:
    forward = (target - position) / np.linalg.norm(target - position)
    helper = np.array([0.0, 0.0, 1.0]) if abs(forward[2]) < 0.95 else np.array([0.0, 1.0, 0.0])
    right = np.cross(forward, helper)
    right /= np.linalg.norm(right)
    view = np.eye(4)
    view[:3, :3] = np.stack([right, np.cross(right, forward), -forward])
    view[:3, 3] = -view[:3, :3] @ position
    return view


def _ortho(radius: float, near: float, far: float) -> FloatArray:
    matrix = np.diag([1 / radius, 1 / radius, -2 / (far - near), 1.0])
    matrix[2, 3] = -(far + near) / (far - near)
    return matrix


def _perspective(spread: float, near: float, far: float) -> FloatArray:
    matrix = np.diag([1 / spread, 1 / spread, -(far + near) / (far - near), 0.0])
    matrix[2, 3] = -2 * far * near / (far - near)
    matrix[3, 2] = -1.0
    return matrix


@dataclass(frozen=True, eq=False)
class Lighting:
    """All light of a scene. Colours are linear.

    lights: exactly two (the second may be dark). sky_up, sky_side: light of the ceiling and walls;
    side_way: (3,) unit vector to the brighter wall. bounce: light thrown back by paper and table.
    kind: a word for the manifest.
    """

    lights: tuple[Light, Light]
    sky_up: Colour
    sky_side: Colour
    side_way: tuple[float, float, float]
    bounce: Colour
    kind: str


def temperature(kelvin: float) -> FloatArray:
    """(3,) linear RGB of a black body against 6500 K, of mean 1 (a fit good to a few per cent)."""
    mired = 1e6 / kelvin - 1e6 / 6500.0
    tint = np.array([np.exp(0.0024 * mired), 1.0, np.exp(-0.0052 * mired)])
    return np.asarray(tint / tint.mean())


def direction(azimuth_deg: float, elevation_deg: float) -> FloatArray:
    """(3,) unit vector; azimuth 0 is behind the mat as the typist sees it (+y), 90 to the right."""
    a, e = np.deg2rad(azimuth_deg), np.deg2rad(elevation_deg)
    return np.array([np.sin(a) * np.cos(e), np.cos(a) * np.cos(e), np.sin(e)])


#: Shares of the kinds of light. Half of the pictures have a small light and hard shadows: the
#: tips of such shadows look like fingertips, so that a detector has to see many.
KIND_SHARES = {
    "sun": 0.10,
    "backlight": 0.17,
    "spot": 0.17,
    "lamp": 0.14,
    "window": 0.14,
    "ceiling": 0.10,
    "screen": 0.05,
    "two_lamps": 0.07,
    "dull": 0.06,
}


def draw_lighting(rng: Rng, bounce_tone: FloatArray, kind: str | None = None) -> Lighting:
    """Draw a room's light. bounce_tone: (3,) mean linear colour of paper and table."""
    kind = kind or str(rng.choice(list(KIND_SHARES), p=list(KIND_SHARES.values())))
    key_warm = temperature(float(rng.uniform(2700, 6800)))
    room_warm = temperature(float(rng.uniform(3000, 7500)))
    key, sky, second = _strengths(rng, kind)
    azimuth = float(rng.uniform(-180, 180))
    lights = (
        _key_light(rng, kind, azimuth, key * key_warm),
        Light(
            _triple(direction(azimuth + float(rng.uniform(90, 270)), float(rng.uniform(25, 80)))),
            rgb(second * room_warm),
            float(rng.uniform(3, 14)),
        ),
    )
    side = direction(float(rng.uniform(-180, 180)), float(rng.uniform(0, 40)))
    steep = lights[0].place[2] / float(np.linalg.norm(lights[0].place))
    falling = key * key_warm * steep + sky * room_warm
    # Paper throws most of its light back; hands and table's end take some away [assumed].
    bounce = bounce_tone * falling * rng.uniform(0.5, 0.9)
    return Lighting(
        lights=lights,
        sky_up=rgb(sky * room_warm * rng.uniform(0.9, 1.3)),
        sky_side=rgb(sky * room_warm * rng.uniform(0.35, 0.9)),
        side_way=_triple(side),
        bounce=rgb(np.minimum(bounce, 2.5)),
        kind=kind,
    )


def _strengths(rng: Rng, kind: str) -> tuple[float, float, float]:
    """Key light, sky and second light; only their ratio matters, exposure follows."""
    if kind == "sun":
        return float(rng.uniform(1.6, 3.5)), float(rng.uniform(0.35, 0.9)), 0.0
    if kind in ("window", "ceiling"):
        return (
            float(rng.uniform(0.7, 1.5)),
            float(rng.uniform(0.35, 0.8)),
            float(rng.uniform(0, 0.4)),
        )
    if kind == "lamp":
        return (
            float(rng.uniform(1.0, 2.2)),
            float(rng.uniform(0.06, 0.5)),
            float(rng.uniform(0, 0.2)),
        )
    if kind in ("spot", "backlight"):
        return (
            float(rng.uniform(1.4, 3.2)),
            float(rng.uniform(0.06, 0.5)),
            float(rng.uniform(0, 0.5)) if rng.uniform() < 0.4 else 0.0,
        )
    if kind == "screen":
        return (
            float(rng.uniform(0.5, 1.0)),
            float(rng.uniform(0.05, 0.3)),
            float(rng.uniform(0, 0.2)),
        )
    if kind == "two_lamps":
        return (
            float(rng.uniform(0.7, 1.5)),
            float(rng.uniform(0.1, 0.4)),
            float(rng.uniform(0.4, 1.2)),
        )
    return float(rng.uniform(0.05, 0.3)), float(rng.uniform(0.6, 1.1)), float(rng.uniform(0, 0.2))


def _key_light(rng: Rng, kind: str, azimuth: float, colour: FloatArray) -> Light:
    if kind == "sun":
        return Light(_triple(direction(azimuth, float(rng.uniform(18, 62)))), rgb(colour), 0.4)
    if kind == "window":
        way = direction(azimuth, float(rng.uniform(20, 50)))
        return Light(_triple(way), rgb(colour), float(rng.uniform(6, 16)))
    if kind == "ceiling":
        way = direction(azimuth, float(rng.uniform(55, 88)))
        return Light(_triple(way), rgb(colour), float(rng.uniform(3, 14)))
    if kind == "screen":  # the screen stands across the mat, where the camera is
        way = direction(float(rng.normal(0, 25)), float(rng.uniform(12, 35)))
        return Light(_triple(way), rgb(colour * [0.92, 0.98, 1.12]), float(rng.uniform(8, 16)))
    if kind == "spot":  # over the hands: knuckles shine, thumbs and palms hang in the dark
        way = direction(azimuth, float(rng.uniform(60, 88)))
        distance = float(rng.uniform(700, 1600))
        return Light(_triple(way * distance), rgb(colour), float(rng.uniform(0.3, 2.0)), near=True)
    if kind == "backlight":  # over the typist's shoulder: crisp shadows of fingers to the camera
        elevation = float(rng.uniform(35, 76))
        # Lower than the head it has to pass beside the body.
        aside = rng.choice([-1, 1]) * rng.uniform(32, 80) if elevation < 62 else rng.normal(0, 40)
        way = direction(180 + float(aside), elevation)
        size = float(rng.uniform(0.27, 1.6))
        if rng.uniform() < 0.4:
            return Light(_triple(way), rgb(colour), size)
        return Light(_triple(way * rng.uniform(700, 1600)), rgb(colour), size, near=True)
    distance = float(rng.uniform(420, 1300))
    way = direction(azimuth, float(rng.uniform(28, 80)))
    size = float(rng.uniform(0.6, 6.0))
    return Light(_triple(way * distance), rgb(colour), size, near=True)


def _triple(values: FloatArray) -> tuple[float, float, float]:
    return float(values[0]), float(values[1]), float(values[2])
