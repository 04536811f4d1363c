"""Training of close looks, tiny and for real, on drawn pictures."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from cameratokeyboard.cli import main
from cameratokeyboard.datatypes import FINGER, THUMB
from cameratokeyboard.detect.closeup import CONTEXT, INPUT_PX, CloseSettings, CloseupNetwork
from cameratokeyboard.detect.slant import SLANT
from cameratokeyboard.errors import DatasetError, ModelError
from cameratokeyboard.training.closeup_patches import (
    NOTHING,
    PATCH_PX,
    SPARE,
    Patches,
    collect,
    unjittered_scale,
)
from cameratokeyboard.training.folder import load_folder
from tests.training.builders import write_dataset

pytest.importorskip("ultralytics")
pytest.importorskip("onnx")


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_dataset(tmp_path_factory.mktemp("closeup") / "set", 16)


@pytest.fixture(scope="module")
def patches(dataset: Path) -> Patches:
    return collect(load_folder(dataset), None, np.random.default_rng(0))


class TestCollect:
    def test_every_labelled_fingertip_gives_a_patch(self, patches: Patches) -> None:
        assert (patches.name == FINGER).sum() == 32
        assert (patches.name == THUMB).sum() == 16

    def test_the_contact_point_lies_where_it_was_drawn(self, patches: Patches) -> None:
        # Boxes are 11 x 15 px with the contact 7 px below their middle.
        px = PATCH_PX / (2.2 * np.sqrt(11 * 15) * SPARE)
        tips = patches.points[patches.name != NOTHING, 0]
        assert tips == pytest.approx(
            np.tile([PATCH_PX / 2, PATCH_PX / 2 + 7 * px], (len(tips), 1)), abs=1.5
        )

    def test_nothing_has_no_points_and_shows_no_finger(self, patches: Patches) -> None:
        empty = patches.name == NOTHING
        assert empty.sum() > 10
        assert np.isnan(patches.points[empty]).all()
        middle = [
            patches.image(n)[PATCH_PX // 2, PATCH_PX // 2].max() for n in np.flatnonzero(empty)
        ]
        assert np.median(middle) < 100

    def test_slopes_are_those_of_the_paper_in_the_patch(self, tmp_path: Path) -> None:
        paper = [[2.0, 0.0, 40.0], [0.0, -1.0, 30.0], [0.0, 0.0, 1.0]]
        folder = write_dataset(tmp_path / "set", 2, papers={"p001": paper})
        patches = collect(load_folder(folder), None, np.random.default_rng(0))
        px = PATCH_PX / (2.2 * np.sqrt(11 * 15) * SPARE)
        tips = np.flatnonzero(patches.name != NOTHING)
        assert np.isnan(patches.slopes[tips[:3]]).all()
        wanted = np.tile(np.diag([2.0, -1.0]) * px, (3, 1, 1))
        assert patches.slopes[tips[3:]] == pytest.approx(wanted, rel=1e-4)

    def test_pictures_without_hands_are_told(self, tmp_path: Path) -> None:
        folder = write_dataset(tmp_path / "set", 4)
        for path in (folder / "labels").iterdir():
            path.write_text("", encoding="utf-8")
        patches = collect(load_folder(folder), None, np.random.default_rng(0))
        assert (patches.name == NOTHING).all()
        with pytest.raises(DatasetError, match="expected labelled fingers"):
            collect([], None, np.random.default_rng(0))


class TestDraw:
    def test_slants_are_those_of_what_is_shown_and_sometimes_withheld(self, tmp_path: Path) -> None:
        from cameratokeyboard.training.closeup_fit import draw_batch

        # A paper that is seen half as high as broad, somewhat turned.
        turn = np.array([[np.cos(0.3), -np.sin(0.3)], [np.sin(0.3), np.cos(0.3)]])
        slopes = turn @ np.diag([4.0, 2.0])
        patch = np.full((PATCH_PX, PATCH_PX, 3), 90, np.uint8)
        encoded = cv2.imencode(".jpg", patch)[1]
        patches = Patches([encoded], np.zeros((1, 3, 2)), np.zeros(1, int), slopes[None])
        shown = np.zeros(400, np.int64)

        _, slant, _ = draw_batch(patches, shown, np.random.default_rng(0))

        told = slant.numpy()[slant[:, 0] > 0]
        assert 0.05 < 1 - len(told) / 400 < 0.3
        assert np.median(told[:, 4]) == pytest.approx(0.5, abs=0.01)
        height = told[:, 2:4]
        assert np.linalg.norm(np.median(abs(height), axis=0)) == pytest.approx(0.75**0.5, abs=0.02)
        # Half of the windows are mirrored; the plane leans to the other side there.
        right = np.median(height[height[:, 0] > 0, 0]), np.mean(height[:, 0] > 0)
        assert right == pytest.approx((0.75**0.5 * np.sin(0.3), 0.5), abs=0.07)
        px_of_10_mm = 40 * unjittered_scale() / (INPUT_PX / CONTEXT / 2)
        assert np.median(told[:, 1]) == pytest.approx(np.log(px_of_10_mm), abs=0.05)

    def test_without_slopes_all_slants_are_unknown(self, patches: Patches) -> None:
        from cameratokeyboard.training.closeup_fit import draw_batch

        _, slant, _ = draw_batch(patches, np.arange(8), np.random.default_rng(0))

        assert not slant.any()


class TestFit:
    def test_learns_and_goes_on_after_an_interruption(
        self, patches: Patches, tmp_path: Path
    ) -> None:
        from cameratokeyboard.training.closeup_fit import FitSettings, fit

        settings = FitSettings(steps=40, batch=16, warm_up=5, width=8)
        told: list[dict[str, float]] = []

        def stop(step: int, losses: dict[str, float]) -> None:
            told.append(dict(losses))
            if step == 20:
                raise KeyboardInterrupt

        def keep(step: int, losses: dict[str, float]) -> None:
            told.append({"step": step, **losses})

        with pytest.raises(KeyboardInterrupt):
            fit(patches, settings, tmp_path, stop, every=10)
        fit(patches, settings, tmp_path, keep, every=10)
        assert told[2]["step"] == 20  # the last saved state was that of step 10
        assert told[-1]["step"] == 40
        assert told[-1]["total"] < told[0]["total"]
        assert told[-1]["points"] < told[0]["points"]

    def test_progress_of_other_parts_is_not_gone_on_with(
        self, patches: Patches, tmp_path: Path
    ) -> None:
        import torch

        from cameratokeyboard.training.closeup_fit import FitSettings, fit

        settings = FitSettings(steps=4, batch=4, warm_up=1, width=8)
        fit(patches, settings, tmp_path, every=2)
        state = torch.load(tmp_path / "progress.pt", weights_only=True)
        torch.save({k: v for k, v in state.items() if k != "odds"}, tmp_path / "progress.pt")
        told: list[int] = []

        fit(patches, settings, tmp_path, lambda step, losses: told.append(step), every=2)

        assert told == [2, 4]


class TestOdds:
    @staticmethod
    def _network() -> Any:
        """Says of dark windows that it cannot tell their contact points."""
        import torch

        class Network(torch.nn.Module):
            def forward(
                self, x: torch.Tensor, slant: torch.Tensor
            ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
                assert slant.shape == (len(x), SLANT)
                bright = x.mean(dim=(1, 2, 3))
                spread = torch.zeros(len(x), 3)
                spread[:, 0] = -bright
                return torch.zeros(len(x), 3, 2), torch.zeros(len(x), 3), spread

        return Network()

    def test_even_before_a_survey(self) -> None:
        from cameratokeyboard.training.closeup_odds import Odds

        drawn = Odds(5).choose(20_000, np.random.default_rng(0))

        np.testing.assert_allclose(np.bincount(drawn, minlength=5) / 20_000, 0.2, atol=0.02)

    def test_what_the_network_can_tell_is_drawn_more_often(self, patches: Patches) -> None:
        from cameratokeyboard.training.closeup_odds import Odds, expected_spread

        network = self._network()
        odds = Odds(len(patches))
        odds.survey(network, patches)
        drawn = np.bincount(odds.choose(200_000, np.random.default_rng(0)), minlength=len(patches))

        spread = expected_spread(network, patches)
        tips = patches.name != NOTHING
        clear = spread < np.median(spread[tips])
        assert clear.sum() >= 10
        assert drawn[tips & ~clear].mean() / drawn[clear].mean() == pytest.approx(0.3, rel=0.15)
        assert drawn[~tips].mean() / drawn[clear].mean() == pytest.approx(0.3, rel=0.1)

    def test_are_kept_over_an_interruption(self, patches: Patches) -> None:
        from cameratokeyboard.training.closeup_odds import Odds

        odds, again = Odds(len(patches)), Odds(len(patches))
        odds.survey(self._network(), patches)
        again.load_state_dict(odds.state_dict())

        first, second = (o.choose(500, np.random.default_rng(1)) for o in (odds, again))
        np.testing.assert_array_equal(first, second)


class TestWeights:
    def test_another_training_may_start_from_them(self, tmp_path: Path) -> None:
        import torch

        from cameratokeyboard.training.closeup_net import CloseupNet
        from cameratokeyboard.training.weights import load_weights, save_weights

        first, second = CloseupNet(8), CloseupNet(8)
        save_weights(first, tmp_path / "w.pt")
        load_weights(second, tmp_path / "w.pt", "close looks")
        pairs = zip(first.state_dict().values(), second.state_dict().values(), strict=True)
        assert all(torch.equal(a, b) for a, b in pairs)

    @pytest.mark.parametrize("content", [b"not a checkpoint", None])
    def test_another_file_is_refused_in_one_line(
        self, tmp_path: Path, content: bytes | None
    ) -> None:
        from cameratokeyboard.training.closeup_net import CloseupNet
        from cameratokeyboard.training.weights import load_weights

        path = tmp_path / "w.pt"
        if content is not None:
            path.write_bytes(content)
        with pytest.raises(ModelError, match=r"w\.pt: (expected the weights|there is no such)"):
            load_weights(CloseupNet(8), path, "close looks as c2k train closeup")


class TestNet:
    @pytest.mark.parametrize("where", [(0.0, 0.0), (0.6, -0.35), (-0.9, 0.8)])
    def test_a_map_with_one_place_tells_that_place(self, where: tuple[float, float]) -> None:
        import torch

        from cameratokeyboard.training.closeup_net import CloseupNet

        class Says(torch.nn.Module):  # type: ignore[misc]
            def __init__(self, answer: torch.Tensor) -> None:
                super().__init__()
                self.answer = answer

            def forward(self, _: torch.Tensor) -> torch.Tensor:
                return self.answer

        net = CloseupNet(8).eval()
        away = (net.grid - torch.tensor(where)).norm(dim=1)
        side = int(len(net.grid) ** 0.5)
        maps = torch.full((1, 3, side, side), -30.0)
        maps.view(1, 3, -1)[..., int(away.argmin())] = 30.0
        net.maps = Says(maps)
        for layer in (net.points.weight, net.points.bias):
            torch.nn.init.zeros_(layer)
        with torch.no_grad():
            points, _, _ = net(torch.zeros(1, 3, INPUT_PX, INPUT_PX), torch.zeros(1, SLANT))
        assert points[0, 0].tolist() == pytest.approx(where, abs=1.01 / side)

    def test_learns_to_heed_the_slant_for_points_and_never_for_names(self) -> None:
        import torch

        from cameratokeyboard.training.closeup_net import CloseupNet

        torch.manual_seed(2)
        net = CloseupNet(8).eval()
        x = torch.rand(1, 3, INPUT_PX, INPUT_PX)
        flat, steep = torch.tensor([[[1, -0.7, 0, -0.95, 0.3]], [[1, -0.7, 0, -0.3, 0.95]]])
        with torch.no_grad():
            before = [net(x, slant) for slant in (flat, steep)]
            for layer in (net.slant[-1], net.joint[-1]):
                torch.nn.init.normal_(layer.weight, std=0.3)
            after = [net(x, slant) for slant in (flat, steep)]
        assert torch.equal(before[0][0], before[1][0])
        assert (after[0][0] - after[1][0]).abs().max() > 1e-3
        assert torch.equal(after[0][1], after[1][1])

    def test_sees_the_window_in_full_and_its_surroundings(self) -> None:
        import torch

        from cameratokeyboard.training.closeup_net import _views

        x = torch.zeros(1, 3, INPUT_PX, INPUT_PX)
        x[:, :, INPUT_PX // 4 : INPUT_PX // 4 + 2, INPUT_PX // 4] = 1.0  # the window's corner
        views = _views(x)[0]
        assert views[0].argmax() == 0
        assert (views[3] > 0).nonzero().tolist() == [[INPUT_PX // 8, INPUT_PX // 8]]


class TestExport:
    def test_gives_what_the_network_gives(self, tmp_path: Path) -> None:
        import torch

        from cameratokeyboard.training.closeup_export import export
        from cameratokeyboard.training.closeup_net import CloseupExport, CloseupNet

        torch.manual_seed(1)
        net = CloseupNet(8).eval()
        for layer in (net.slant[-1], net.joint[-1]):  # say nothing in a new network
            torch.nn.init.normal_(layer.weight, std=0.3)
        settings = CloseSettings(trust=0.35, finger=0.4)
        export(net, tmp_path / "c.onnx", settings, {"steps": 0})
        loaded = CloseupNetwork.load(tmp_path / "c.onnx")
        batch = np.random.default_rng(0).random((3, 3, INPUT_PX, INPUT_PX), np.float32)
        slant = np.random.default_rng(1).random((3, SLANT), np.float32)
        finds = loaded.look(batch, slant)
        with torch.no_grad():
            points, names = CloseupExport(net)(torch.from_numpy(batch), torch.from_numpy(slant))
        assert loaded.settings == settings
        assert finds.points == pytest.approx(points.numpy(), abs=1e-4)
        assert finds.names == pytest.approx(names.numpy(), abs=1e-4)


class TestCommand:
    def test_trains_exports_and_says_what_it_gained(
        self, dataset: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        output = tmp_path / "run"
        flags = ["--dataset", str(dataset), "--output", str(output), "--steps", "5"]
        assert main(["train", "closeup", *flags, "--batch", "8"]) == 0
        said: Any = capsys.readouterr()
        assert "mean F1 of fingers and thumbs" in said.out
        assert CloseupNetwork.load(output / "closeup.onnx").settings.scout > 0

    def test_no_steps_are_refused_in_one_line(
        self, dataset: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        flags = ["--dataset", str(dataset), "--output", str(tmp_path / "run"), "--steps", "0"]
        assert main(["train", "closeup", *flags]) == 1
        assert "--steps 0: expected a whole number from 1" in capsys.readouterr().err
