"""Finding the mat by the geometry of the detector's marker boxes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from cameratokeyboard.datatypes import FloatArray, Frame, ImageArray
from cameratokeyboard.geometry.boxes import box_prior, dark_patch, fit_boxes
from cameratokeyboard.geometry.camera import TYPICAL_HFOV_DEG, focal_of_hfov
from cameratokeyboard.geometry.candidates import (
    Hypothesis,
    four_marker_hypotheses,
    three_marker_hypotheses,
)
from cameratokeyboard.geometry.edges import fit_edges, seen_markers
from cameratokeyboard.geometry.homography import apply_homography, facing
from cameratokeyboard.geometry.markers import MARKER_COUNT, MarkerFit, MarkerModel
from cameratokeyboard.geometry.verify import (
    extended_fit,
    has_camera,
    marker_sizes_px,
    stayed_near,
)

#: Costs (see Hypothesis) up to which boxes alone are believed, and ranks up to which they are
#: worth a look into the picture.
_BELIEVED_COST, _LOOKED_AT_RANK = 9.0, 24.0
#: Three boxes alone are believed when every other reading of them costs this much more.
_MARGIN_OF_THREE = 2.0
#: Hypotheses that are checked against the picture.
_MAX_LOOKS = 4
#: Boxes searched for a dark patch, and what is left of the confidence of a box without one.
_MAX_PATCHES, _NO_PATCH = 60, 0.3
#: Uncertainty of a marker of which nothing is known, px.
_LOOSE_PX = 100.0
#: Sum of four pattern scores from which codes say which way round the mat lies.
_ORIENTED = 1.2


class BoxSearch:
    """Chooses among marker boxes; the picture confirms the choice where it can."""

    def __init__(self, model: MarkerModel) -> None:
        self._model = model
        self._has_codes = any(code is not None for code in model.codes)
        self._unconfirmed: FloatArray | None = None

    def find(
        self,
        frame: Frame,
        boxes: FloatArray,
        confidence: FloatArray,
        *,
        deep: bool,
        focal_px: float | None,
    ) -> MarkerFit | None:
        """The mat's place by (N, 4) xyxy boxes, or None.

        deep: also consider that one of the markers is hidden. focal_px: where it is known.
        """
        if len(boxes) < MARKER_COUNT - 1:
            return None
        boxes, confidence = _with_patches(frame.image, boxes, confidence)
        four = self._fours(frame, boxes, confidence)
        fit = self._borne_out(frame, boxes, four)
        if fit is None and deep:
            focal = focal_px or focal_of_hfov(TYPICAL_HFOV_DEG, max(frame.size_wh))
            three = three_marker_hypotheses(
                boxes,
                confidence,
                self._model,
                frame.size_wh,
                focal_px=focal,
                facing_prior=not self._has_codes,
                max_rank=_LOOKED_AT_RANK,
            )
            fit = self._borne_out(frame, boxes, three)
            if fit is None and not four and not self._has_codes and _stands_out(three):
                fit = self._believed(frame.image, boxes, three[0])
        if fit is None and four:
            fit = self._believed(frame.image, boxes, four[0])
        return fit

    def _fours(self, frame: Frame, boxes: FloatArray, confidence: FloatArray) -> list[Hypothesis]:
        """Choices of four boxes, best first; which way round is left to the codes if they show."""

        def search(facing_prior: bool) -> list[Hypothesis]:
            return four_marker_hypotheses(
                boxes,
                confidence,
                self._model,
                frame.size_wh,
                facing_prior=facing_prior,
                max_rank=_LOOKED_AT_RANK,
            )

        if not self._has_codes:
            return search(True)
        found = search(False)
        scores = [
            float(seen_markers(frame.image, self._model, self._matrix(h))[1].sum()) for h in found
        ]
        if not scores or max(scores) < _ORIENTED:
            return search(True)
        order = np.argsort([-score for score in scores], kind="stable")
        return [found[i] for i in order]

    def _borne_out(
        self, frame: Frame, boxes: FloatArray, found: Sequence[Hypothesis]
    ) -> MarkerFit | None:
        """The first hypothesis whose markers show in the picture."""
        wanted = 2 if self._has_codes else 3
        for hypothesis in found[:_MAX_LOOKS]:
            matrix = self._matrix(hypothesis)
            used = np.array([index >= 0 for index in hypothesis.boxes])
            prior = box_prior(frame.image, self._model, matrix, boxes, used, _LOOSE_PX)
            fit = fit_edges(
                frame.image, self._model, matrix, used, reach_cells=1.5, steps=3, prior=prior
            )
            if fit is None or fit.by_edges.sum() < wanted:
                continue
            if not stayed_near(fit, matrix, self._model):
                continue
            whole = extended_fit(frame.image, self._model, fit, prior)
            if whole is not None and has_camera(whole, self._model, frame.size_wh):
                return whole
        return None

    def _believed(
        self, image: ImageArray, boxes: FloatArray, hypothesis: Hypothesis
    ) -> MarkerFit | None:
        """A hypothesis without proof in the picture: it must cost little, twice in a row.

        Among many false boxes some fit by chance now and then, but not twice in the same place.
        """
        if hypothesis.cost > _BELIEVED_COST:
            return None
        fit = fit_boxes(image, self._model, self._matrix(hypothesis), boxes)
        if fit is None:
            return None
        former, self._unconfirmed = self._unconfirmed, fit.anchors_px
        if former is None:
            return None
        near = 0.5 * marker_sizes_px(fit.mm_to_px, self._model).max()
        stayed = np.linalg.norm(fit.anchors_px - former, axis=1) < near
        return fit if bool(np.all(stayed)) else None

    def _matrix(self, hypothesis: Hypothesis) -> FloatArray:
        return facing(hypothesis.mm_to_px, self._model.centres)


def _stands_out(found: Sequence[Hypothesis]) -> bool:
    """True when the best reading of the boxes is clearly better than any other."""
    if not found:
        return False
    best = found[0]
    own = apply_homography(best.mm_to_px, np.zeros((1, 2)))
    for other in found[1:]:
        away = np.linalg.norm(apply_homography(other.mm_to_px, np.zeros((1, 2))) - own)
        if other.cost < best.cost + _MARGIN_OF_THREE and away > 2.0:
            return False
    return True


def _with_patches(
    image: ImageArray, boxes: FloatArray, confidence: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Boxes moved onto the dark patches in them; those without one lose confidence."""
    moved, sure = boxes.copy(), confidence.copy()
    for index in np.argsort(-confidence, kind="stable")[:_MAX_PATCHES]:
        patch = dark_patch(image, boxes[index])
        if patch is None:
            sure[index] *= _NO_PATCH
        else:
            moved[index] += np.tile(patch - (boxes[index, :2] + boxes[index, 2:]) / 2, 2)
    return moved, sure
