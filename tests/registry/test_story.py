"""The whole story on a real store: publish, pull, publish, take, roll back, go back, tamper."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from cameratokeyboard.cli import main
from tests.registry import builders
from tests.registry.swiftserver import SwiftServer

#: An app as the registry sees one: it starts at once with the newest model here, and a check runs
#: behind its back.
APP = """
import sys
from cameratokeyboard.config import load_settings
from cameratokeyboard.registry.local import newest_verified
from cameratokeyboard.registry.update import check_in_background
settings = load_settings()
shipped = __import__("pathlib").Path(sys.argv[1])
running = newest_verified(settings, shipped=shipped)
assert "boto3" not in sys.modules
check = check_in_background(settings, shipped=shipped)
import onnxruntime
session = onnxruntime.InferenceSession(str(running))
print("runs", session.get_modelmeta().graph_name)
print(check.wait(30).line)
"""


class Story:
    def __init__(self, folder: Path, swift: SwiftServer, bucket: str) -> None:
        self.folder = folder
        self.shipped = builders.shipped_model(folder)
        self.environment = {
            "C2K_REGISTRY_ENDPOINT_URL": swift.endpoint_url,
            "C2K_REGISTRY_BUCKET": bucket,
            "C2K_REGISTRY_PREFIX": "keyboards/models",
            "C2K_REGISTRY_PUBLIC_KEY": builders.signing_key().public_text,
            "C2K_SIGNING_KEY": builders.signing_key().secret_text(),
            "XDG_DATA_HOME": str(folder / "home"),
            "XDG_CONFIG_HOME": str(folder / "home"),
        }

    def app(self) -> tuple[str, str]:
        """Start an app and let it end: which model it ran, and what its check said."""
        environment = {**os.environ, **self.environment, "PYTHONPATH": os.pathsep.join(sys.path)}
        del environment["C2K_SIGNING_KEY"]
        done = subprocess.run(
            [sys.executable, "-c", APP, str(self.shipped)],
            env=environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        runs, line = done.stdout.splitlines()
        return runs.removeprefix("runs "), line

    def model(self, text: str, recall: float) -> str:
        figures = {"recall": recall}
        return str(builders.write_model(self.folder / f"{text}.onnx", text, figures=figures))


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Swift runs on Linux only")
def test_publish_pull_update_rollback_and_tampering(
    swift: SwiftServer,
    bucket: str,
    s3_client: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("cameratokeyboard.cli.COMMAND_MODULES", ("models",))
    story = Story(tmp_path, swift, bucket)
    for name, value in story.environment.items():
        monkeypatch.setenv(name, value)

    def c2k(*arguments: str) -> tuple[int, str]:
        code = main(["models", *arguments])
        output = capsys.readouterr()
        return code, output.out + output.err

    dataset = builders.DATASET_1
    code, _ = c2k("publish", story.model("v1", 0.90), "--dataset", dataset, "--note", "first")
    assert code == 0
    assert story.app()[0] == "shipped"  # at once, with what is there; its check pulls v1
    assert story.app()[0] == "v1"

    code, said = c2k("publish", story.model("v0", 0.70), "--dataset", dataset)
    assert code == 1
    assert "recall is 0.7, the current model's 0.9" in said

    code, _ = c2k("publish", story.model("v2", 0.95), "--dataset", builders.DATASET_2, "--force")
    assert code == 0
    ran, line = story.app()
    assert ran == "v1"
    assert "runs from the next start on" in line
    assert story.app() == (
        "v2",
        line.replace("here; it runs from the next start on", "the newest one"),
    )

    code, said = c2k("rollback", dataset, "--note", "v2 misses thumbs")
    assert code == 0
    assert "went back" in said
    ran, line = story.app()
    assert ran == "v2"
    assert "went to model" in line
    assert story.app()[0] == "v1"
    code, said = c2k("list")
    assert code == 0
    assert "rollback" in said
    assert "v2 misses thumbs" in said

    code, _ = c2k("publish", story.model("v3", 0.99), "--dataset", "3" * 32, "--force")
    assert code == 0
    listed = s3_client.list_objects_v2(Bucket=bucket, Prefix=f"keyboards/models/models/{'3' * 32}")
    [key] = [entry["Key"] for entry in listed["Contents"]]
    body = s3_client.get_object(Bucket=bucket, Key=key)["Body"].read()
    s3_client.put_object(Bucket=bucket, Key=key, Body=builders.flip_a_bit(body))
    ran, line = story.app()
    assert ran == "v1"
    assert "not what was published" in line
    assert story.app()[0] == "v1"
    assert c2k("verify", str(tmp_path / "v1.onnx"))[0] == 0
    assert c2k("verify", str(tmp_path / "v0.onnx"))[0] == 1
