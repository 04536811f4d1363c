"""The loss beside a network that computes in 16 bits."""

from __future__ import annotations

import importlib
from types import SimpleNamespace
from typing import Any

import pytest

from cameratokeyboard.training.network import network
from cameratokeyboard.training.quiet import quiet_ultralytics

pytest.importorskip("ultralytics")


@pytest.fixture(scope="module")
def torch() -> Any:
    quiet_ultralytics()
    return importlib.import_module("torch")


@pytest.fixture(scope="module")
def model(torch: Any) -> Any:
    from ultralytics.nn.tasks import PoseModel

    torch.manual_seed(0)
    made = PoseModel(network("t"), verbose=False)
    made.args = SimpleNamespace(box=7.5, cls=0.5, dfl=1.5, pose=12.0, kobj=1.0)
    return made


def batch_of_one(torch: Any) -> dict[str, Any]:
    """A picture of 64 px with one finger in its middle."""
    points = [[[0.5, 0.55, 2.0], [0.5, 0.6, 2.0], [0.5, 0.45, 1.0]]]
    return {
        "img": torch.rand(1, 3, 64, 64),
        "cls": torch.zeros(1, 1),
        "bboxes": torch.tensor([[0.5, 0.5, 0.3, 0.3]]),
        "keypoints": torch.tensor(points),
        "batch_idx": torch.zeros(1),
    }


class TestKeypointAwareLoss:
    def test_is_computed_in_full_precision_where_the_network_was_not(
        self, torch: Any, model: Any
    ) -> None:
        from cameratokeyboard.training.yolo_training import KeypointAwareLoss

        batch = batch_of_one(torch)
        with torch.autocast("cpu", torch.bfloat16):
            found = model(batch["img"])
            assert found["scores"].dtype == torch.bfloat16
            coarse, _ = KeypointAwareLoss(model)(found, batch)
        exact, _ = KeypointAwareLoss(model)(
            {k: [f.float() for f in v] if k == "feats" else v.float() for k, v in found.items()},
            batch,
        )
        assert coarse.dtype == torch.float32
        assert torch.equal(coarse, exact)
        assert bool(torch.isfinite(coarse).all())
