"""The pipeline's steps on a store: a real, tiny training that dies half way and is gone on with."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import ci_train_and_upload as ci
from cameratokeyboard.registry.gate import Evaluation
from cameratokeyboard.registry.onnxfile import read_metadata
from cameratokeyboard.registry.store import open_store
from cameratokeyboard.training.held_out import dataset_checksum
from tests.registry import builders
from tests.registry.conftest import (  # noqa: F401  (fixtures)
    credentials,
    moto_bucket,
    moto_url,
    shared_service_descriptions,
)
from tests.training.builders import write_dataset


@pytest.fixture
def pipeline(
    tmp_path: Path,
    moto_url: str,  # noqa: F811
    moto_bucket: str,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> Path:
    """A dataset and a store that the environment names; no GitHub, no network."""
    write_dataset(tmp_path / "dataset")
    variables = {
        "C2K_REGISTRY_ENDPOINT_URL": moto_url,
        "C2K_REGISTRY_BUCKET": moto_bucket,
        "C2K_REGISTRY_PUBLIC_KEY": builders.signing_key().public_text,
        "C2K_SIGNING_KEY": builders.signing_key().secret_text(),
        "C2K_TRAIN_EPOCHS": "2",
        "C2K_TRAIN_IMAGE_SIZE": "64",
        "C2K_TRAIN_BATCH": "4",
        "C2K_TRAIN_THREADS": "1",
        "GITHUB_OUTPUT": str(tmp_path / "outputs"),
        "XDG_CONFIG_HOME": str(tmp_path),
    }
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(ci, "DATASET", tmp_path / "dataset")
    use_output(monkeypatch, tmp_path / "run")
    return tmp_path


def use_output(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    monkeypatch.setattr(ci, "OUTPUT", folder)
    monkeypatch.setattr(ci, "MODEL", folder / "model.onnx")


def put_model(text: str, dataset: str) -> None:
    """What ``train`` would leave, without training."""
    import onnx

    path = builders.write_model(ci.MODEL, text)
    model = onnx.load(path)
    onnx.helper.set_model_props(model, {**read_metadata(path), "c2k_dataset": dataset})
    onnx.save(model, path)


def add_picture(folder: Path) -> None:
    other = write_dataset(folder / "other", count=13)
    for kind, name in (("images", "p012.png"), ("labels", "p012.txt")):
        (other / kind / name).replace(folder / "dataset" / kind / name)


class TestTrain:
    def test_run_that_died_is_gone_on_with_from_the_store(
        self, pipeline: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        pytest.importorskip("ultralytics")
        from cameratokeyboard.training import yolo_training

        with monkeypatch.context() as patch:
            save = yolo_training.FingertipTraining.save_model

            def save_and_die(self: yolo_training.FingertipTraining) -> bool:
                save(self)
                raise KeyboardInterrupt

            patch.setattr(yolo_training.FingertipTraining, "save_model", save_and_die)
            with pytest.raises(KeyboardInterrupt):
                ci.train()
        assert "kept the run so far" in capsys.readouterr().out
        use_output(monkeypatch, pipeline / "another-machine")
        model = ci.train()
        assert "going on with the unfinished run" in capsys.readouterr().out
        assert model == ci.MODEL
        assert json.loads((ci.OUTPUT / "clock.json").read_text())["epochs"] == 1
        metadata = read_metadata(model)
        assert metadata["c2k_dataset"] == dataset_checksum(ci.DATASET)
        stored = [entry.key for entry in open_store(ci.load_settings().registry).list()]
        assert not [key for key in stored if not key.endswith((".npz", ".json", ".onnx"))]


class TestCheckUploadRevert:
    @pytest.fixture(autouse=True)
    def quick(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """The tiny models cannot detect: every one is measured as equally good."""
        monkeypatch.setattr(
            ci, "on_held_out_part", lambda folder: lambda model: Evaluation({"map50": 0.5}, "set")
        )

    def outputs(self, folder: Path) -> str:
        return (folder / "outputs").read_text().splitlines()[-2]

    def test_story_of_a_dataset_that_changes_and_is_reverted(self, pipeline: Path) -> None:
        first = dataset_checksum(ci.DATASET)
        assert not ci.is_published()
        assert self.outputs(pipeline) == "published=false"
        put_model("one", first)
        version = ci.upload_model()
        assert version.startswith(first)
        assert ci.is_published()
        assert self.outputs(pipeline) == "published=true"

        add_picture(pipeline)
        assert not ci.is_published()
        assert ci.revert_model() is None
        put_model("two", dataset_checksum(ci.DATASET))
        assert ci.upload_model() != version

        for kind, name in (("images", "p012.png"), ("labels", "p012.txt")):
            (ci.DATASET / kind / name).unlink()
        assert ci.revert_model() == version
        assert ci.revert_model() == version

    def test_named_version_is_gone_back_to(
        self, pipeline: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        versions = []
        for number in (1, 2):
            put_model(f"model {number}", f"{number:032x}")
            versions.append(ci.upload_model())
        monkeypatch.setenv("C2K_ROLLBACK_VERSION", versions[0][:32])
        assert ci.revert_model() == versions[0]

    def test_whole_pipeline_stops_when_the_version_exists(
        self, pipeline: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        put_model("one", dataset_checksum(ci.DATASET))
        ci.upload_model()
        monkeypatch.setattr(ci, "train", lambda: pytest.fail("trained again"))
        assert ci.main([]) == 0


class TestMain:
    def test_failure_is_one_line(
        self, pipeline: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setenv("C2K_REGISTRY_PUBLIC_KEY", "")
        assert ci.main(["check"]) == 1
        error = capsys.readouterr().err
        assert "C2K_REGISTRY_PUBLIC_KEY" in error
        assert error.count("\n") == 1

    def test_unknown_step_is_wrong_usage(self) -> None:
        with pytest.raises(SystemExit) as stopped:
            ci.main(["dance"])
        assert stopped.value.code == 2
