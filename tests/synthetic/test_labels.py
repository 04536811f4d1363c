"""Labels and what they say about the id buffer."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from cameratokeyboard.datatypes import FINGER, FINGER_NAMES, MARKER, THUMB
from cameratokeyboard.synthetic.bodies import OBJECT_ID
from cameratokeyboard.synthetic.camera import CameraPlan
from cameratokeyboard.synthetic.labels import (
    TIP_ID,
    TIP_MARGIN,
    Label,
    finger_place,
)
from cameratokeyboard.synthetic.materials import Surface
from cameratokeyboard.synthetic.meshes import box
from cameratokeyboard.synthetic.sceneview import Item, Rendered
from cameratokeyboard.synthetic.stage import Stage
from tests.synthetic.scene_builders import home_hands, renderer, stage

CLOSE = CameraPlan(pitch_deg=35, distance_mm=330, target_mm=(0.0, -5.0, 15.0))


def _rendered(scene: Stage) -> Rendered:
    return renderer().render(scene.view(*home_hands()))


def _with_object(scene: Stage, item: Item) -> Stage:
    return replace(scene, still=(*scene.still, item))


class TestFingerPlace:
    def test_the_order_is_that_of_finger_names(self) -> None:
        assert FINGER_NAMES[finger_place(0, 0)] == "left_thumb"
        assert FINGER_NAMES[finger_place(0, 4)] == "left_pinky"
        assert FINGER_NAMES[finger_place(1, 1)] == "right_index"


class TestLabelView:
    def test_finger_boxes_enclose_their_ids_and_little_more(self) -> None:
        scene = stage(plan=CLOSE)
        rendered = _rendered(scene)
        labels = [x for x in scene.labels(rendered, home_hands()[0]) if x.class_id != MARKER]
        assert len(labels) >= 8
        codes = {finger_place(s, f): TIP_ID + s * 5 + f for s in (0, 1) for f in range(5)}
        for label in labels:
            ys, xs = np.nonzero(rendered.ids == codes[label.place])
            x0, y0, x1, y1 = label.box
            inside = (xs + 0.5 > x0) & (xs + 0.5 < x1) & (ys + 0.5 > y0) & (ys + 0.5 < y1)
            assert inside.mean() > 0.97
            margin = 1 + 2 * TIP_MARGIN
            assert x1 - x0 <= (xs.max() + 1 - xs.min()) * margin + 1e-6
            assert y1 - y0 <= (ys.max() + 1 - ys.min()) * margin + 1e-6

    def test_thumbs_have_their_own_class(self) -> None:
        scene = stage(plan=CLOSE)
        labels = scene.labels(_rendered(scene), home_hands()[0])
        for label in labels:
            if label.class_id != MARKER:
                assert label.class_id == (THUMB if label.place in (4, 5) else FINGER)

    def test_contact_keypoints_are_the_projected_pads(self) -> None:
        scene = stage(plan=CLOSE)
        hands, _ = home_hands()
        labels = {x.place: x for x in scene.labels(_rendered(scene), hands) if x.class_id != MARKER}
        place = finger_place(1, 1)
        pads = scene.camera.project(hands[1].keypoints_mm[1])[0]
        for (x, y, seen), expected in zip(labels[place].keypoints, pads, strict=True):
            assert (x, y) == pytest.approx(tuple(expected))
            assert seen in (1, 2)

    def test_a_fingertip_behind_a_thing_is_not_labelled(self) -> None:
        scene = stage(plan=CLOSE)
        hands, _ = home_hands()
        tip = hands[1].keypoints_mm[2, 0]
        wall = box(tip + np.array([0.0, 26.0, 20.0]), np.array([16.0, 4.0, 90.0]))
        hidden = _with_object(scene, Item(wall, Surface(), OBJECT_ID))
        place = finger_place(1, 2)
        assert place in {x.place for x in scene.labels(_rendered(scene), hands) if x.class_id < 2}
        after = {x.place for x in hidden.labels(_rendered(hidden), hands) if x.class_id < 2}
        assert place not in after

    def test_a_half_hidden_finger_keeps_hidden_keypoints_as_known(self) -> None:
        scene = stage(plan=CLOSE)
        hands, _ = home_hands()
        tip = hands[1].keypoints_mm[2, 0]
        low = box(tip + np.array([0.0, 11.0, 5.0]), np.array([22.0, 3.0, 12.0]))
        hidden = _with_object(scene, Item(low, Surface(), OBJECT_ID))
        labels = {x.place: x for x in hidden.labels(_rendered(hidden), hands) if x.class_id < 2}
        label = labels[finger_place(1, 2)]
        assert label.keypoints[0][2] == 1
        assert label.keypoints[2][2] == 2

    def test_markers_are_boxed_at_their_centres(self) -> None:
        scene = stage(plan=CameraPlan(pitch_deg=55, distance_mm=480))
        rendered = renderer().render(scene.view({}, np.zeros((2, 3))))
        labels = scene.labels(rendered, {})
        assert [x.place for x in labels] == [0, 1, 2, 3]
        for label in labels:
            spot = np.array([*scene.mat.markers_mm[label.place, :2], 0.0])
            assert label.keypoints[0][:2] == pytest.approx(tuple(scene.camera.project(spot)[0]))
            assert label.keypoints[1:] == ((0.0, 0.0, 0),) * 2

    def test_a_mostly_covered_marker_is_not_labelled(self) -> None:
        scene = stage(plan=CameraPlan(pitch_deg=55, distance_mm=480))
        x, y = scene.mat.markers_mm[2, :2]
        cover = box(np.array([x, y + 8, 4.0]), np.array([30.0, 22.0, 8.0]))
        hidden = _with_object(scene, Item(cover, Surface(), OBJECT_ID))
        rendered = renderer().render(hidden.view({}, np.zeros((2, 3))))
        assert [label.place for label in hidden.labels(rendered, {})] == [0, 1, 3]

    def test_a_mat_out_of_view_gives_no_labels(self) -> None:
        scene = stage(plan=CameraPlan(target_mm=(900.0, 600.0, 0.0), pitch_deg=60))
        rendered = renderer().render(scene.view({}, np.zeros((2, 3))))
        assert scene.labels(rendered, {}) == []


class TestLabel:
    LABEL = Label(1, 4, (32.0, 48.0, 64.0, 96.0), ((40.0, 90.0, 2), (41.0, 95.0, 1), (0.0, 0.0, 0)))

    def test_line_is_normalised(self) -> None:
        numbers = [float(n) for n in self.LABEL.line((320, 192)).split()]
        assert numbers[:5] == pytest.approx([1, 0.15, 0.375, 0.1, 0.25])
        assert numbers[5:] == pytest.approx([0.125, 0.46875, 2, 0.128125, 0.494792, 1, 0, 0, 0])

    def test_moving_leaves_unknown_keypoints_alone(self) -> None:
        moved = self.LABEL.moved(0.0, 10.0)
        assert moved.box == (32.0, 58.0, 64.0, 106.0)
        assert moved.keypoints[0] == (40.0, 100.0, 2)
        assert moved.keypoints[2] == (0.0, 0.0, 0)
