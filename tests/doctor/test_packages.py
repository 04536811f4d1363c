from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from cameratokeyboard.doctor import packages
from cameratokeyboard.doctor.base import Verdict
from cameratokeyboard.errors import SettingsError

ROOT = Path(__file__).resolve().parents[2]


def versions(**changed: str | None):
    """Every package there is, in its oldest good version, with changes."""
    known = {**packages.REQUIRED, **dict.fromkeys(packages.OPTIONAL, "1.0")}
    known |= {name.replace("_", "-"): version for name, version in changed.items()}
    return known.get


class TestRequired:
    def test_is_the_same_list_as_in_the_project_file(self) -> None:
        project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
        wanted = {}
        for line in project["dependencies"]:
            name, oldest = re.fullmatch(r"([\w-]+)>=([\d.]+)(?:,.*)?", line).groups()
            wanted[name] = oldest
        assert wanted == packages.REQUIRED

    def test_all_there_is_one_good_line(self) -> None:
        findings = packages.check_required(versions())
        assert [finding.verdict for finding in findings] == [Verdict.OK]

    def test_a_missing_package_fails_with_what_to_do(self) -> None:
        bad = packages.check_required(versions(numpy=None))[1]
        assert (bad.verdict, bad.subject) == (Verdict.FAIL, "numpy")
        assert "pip install" in bad.advice

    def test_an_old_package_fails_with_the_version_wanted(self) -> None:
        bad = packages.check_required(versions(opencv_python="4.9.0"))[1]
        assert (bad.verdict, bad.subject, bad.detail) == (Verdict.FAIL, "opencv-python", "4.9.0")
        assert "4.13" in bad.advice

    def test_what_is_installed_here_is_good(self) -> None:
        assert {f.verdict for f in packages.check_required()} == {Verdict.OK}


class TestVersionKey:
    @pytest.mark.parametrize(
        ("older", "newer"),
        [("4.9", "4.13"), ("2.5.6", "2.5.10"), ("1.9.0rc1", "1.10"), ("4.13", "4.13.0.92")],
    )
    def test_numbers_compare_as_numbers(self, older: str, newer: str) -> None:
        assert packages.version_key(older) < packages.version_key(newer)

    def test_trailing_zeros_do_not_matter(self) -> None:
        assert packages.version_key("4.0") == packages.version_key("4")


class TestClashes:
    def test_pygame_beside_pygame_ce_is_told(self) -> None:
        (finding,) = packages.check_clashes(versions(pygame="2.6.1"))
        assert finding.verdict is Verdict.FAIL
        assert "pip uninstall -y pygame pygame-ce" in finding.advice

    def test_two_builds_of_opencv_are_told(self) -> None:
        (finding,) = packages.check_clashes(versions(opencv_python_headless="5.0"))
        assert "opencv-python-headless" in finding.detail

    def test_without_a_clash_there_is_nothing_to_say(self) -> None:
        assert packages.check_clashes(versions()) == []


class TestOthers:
    def test_an_old_python_fails(self) -> None:
        assert packages.check_python((3, 10, 2)).verdict is Verdict.FAIL
        assert packages.check_python((3, 11, 0)).verdict is Verdict.OK

    def test_missing_extras_are_named_and_not_a_fault(self) -> None:
        finding = packages.check_optional(versions(pynput=None))
        assert finding.verdict is Verdict.OK
        assert "typing (typing into other applications)" in finding.detail

    def test_no_engine_at_all_fails(self) -> None:
        finding = packages.check_engines(versions(onnxruntime=None, openvino=None))
        assert finding.verdict is Verdict.FAIL

    def test_a_library_that_does_not_start_is_told_with_its_package(self) -> None:
        def load(module: str) -> None:
            if module == "cv2":
                raise ImportError("libGL.so.1: cannot open shared object file")

        (finding,) = packages.check_imports(load)
        assert finding.subject == "opencv-python"
        assert "libgl1" in finding.advice

    def test_settings_that_cannot_be_read_are_told(self) -> None:
        finding = packages.check_settings(SettingsError("camera.fps = 'x'"), "config.toml")
        assert finding.verdict is Verdict.WARN
        assert "camera.fps" in finding.detail
