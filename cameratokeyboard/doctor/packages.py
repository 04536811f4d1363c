"""Python and the packages: present, new enough, and not in each other's way."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from importlib import metadata
from pathlib import Path

from cameratokeyboard.doctor.base import Finding, fail, ok, warn

OLDEST_PYTHON = (3, 11)
#: Packages the program needs and the oldest versions that are known to do (as in pyproject.toml).
REQUIRED = {
    "numpy": "2.3.5",
    "opencv-python": "4.13",
    "pygame-ce": "2.5.6",
    "pygame-gui": "0.6.14",
    "onnxruntime": "1.23.2",
    "boto3": "1.40",
    "PyYAML": "6",
    "platformdirs": "4",
    "tomli-w": "1.1",
    "cv2-enumerate-cameras": "1.4",
    "cryptography": "46",
    "fpdf2": "2.8.4",
    "rapidfuzz": "3.9",
}
#: Packages of optional parts, with the extra that brings them and what it is for.
OPTIONAL = {
    "pynput": ("typing", "typing into other applications"),
    "openvino": ("openvino", "a faster engine on Intel processors"),
    "wordfreq": ("text", "correction of words"),
    "ultralytics": ("train", "training"),
    "moderngl": ("synthetic", "rendering of training pictures"),
}
#: Two packages that put their files into one folder: (the one needed, the one in the way).
CLASHES = (
    ("pygame-ce", "pygame"),
    ("opencv-python", "opencv-python-headless"),
    ("opencv-python", "opencv-contrib-python"),
)

Versions = Callable[[str], str | None]


def installed_version(name: str) -> str | None:
    """Version of an installed package, None where there is none."""
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def check_python(version: tuple[int, ...] = tuple(sys.version_info[:3])) -> Finding:
    """Python is new enough."""
    shown = ".".join(str(part) for part in version)
    if version >= OLDEST_PYTHON:
        return ok("Python", shown)
    wanted = ".".join(str(part) for part in OLDEST_PYTHON)
    return fail("Python", shown, f"expected {wanted} or newer; install it and make a new venv")


def check_required(version_of: Versions = installed_version) -> list[Finding]:
    """Every package the program needs."""
    findings: list[Finding] = []
    good: list[str] = []
    for name, oldest in REQUIRED.items():
        found = version_of(name)
        if found is None:
            advice = "run: pip install --upgrade cameratokeyboard"
            findings.append(fail(name, "is not installed", advice))
        elif version_key(found) < version_key(oldest):
            advice = f"expected {oldest} or newer; run: pip install --upgrade {name}"
            findings.append(fail(name, found, advice))
        else:
            good.append(f"{name} {found}")
    if good:
        findings.insert(0, ok("packages", ", ".join(good)))
    return findings


def check_clashes(version_of: Versions = installed_version) -> list[Finding]:
    """Packages that overwrite each other's files."""
    findings = []
    for needed, other in CLASHES:
        if version_of(needed) is None or version_of(other) is None:
            continue
        advice = f"run: pip uninstall -y {other} {needed} && pip install {needed}"
        detail = f"{other} is installed as well and uses the same folder"
        findings.append(fail(needed, detail, advice))
    return findings


def check_optional(version_of: Versions = installed_version) -> Finding:
    """Which optional parts are there; none of them is needed to type."""
    there = [f"{name} {found}" for name in OPTIONAL if (found := version_of(name))]
    lacking = [
        f"{extra} ({purpose})"
        for name, (extra, purpose) in OPTIONAL.items()
        if version_of(name) is None
    ]
    detail = f"{', '.join(there) or 'none'}; not installed: {', '.join(lacking) or 'none'}"
    return ok("optional packages", detail)


def check_engines(version_of: Versions = installed_version) -> Finding:
    """What can run the detector."""
    engines = [
        f"{name} {found}" for name in ("onnxruntime", "openvino") if (found := version_of(name))
    ]
    if engines:
        return ok("inference engines", ", ".join(engines))
    return fail("inference engines", "none", "run: pip install onnxruntime")


def check_imports(load: Callable[[str], object]) -> list[Finding]:
    """The packages with compiled parts really start. load: imports a module by its name."""
    findings: list[Finding] = []
    for module, package in (
        ("cv2", "opencv-python"),
        ("onnxruntime", "onnxruntime"),
        ("pygame", "pygame-ce"),
        ("pygame_gui", "pygame-gui"),
    ):
        try:
            load(module)
        except Exception as error:  # a broken installation can raise anything
            text = " ".join(str(error).split())
            advice = f"run: pip install --force-reinstall {package}"
            if "libGL" in text:
                advice = "run: sudo apt install libgl1 (or pip install opencv-python-headless)"
            findings.append(fail(package, f"does not start: {text}", advice))
    return findings


def check_settings(error: Exception | None, file: str) -> Finding:
    """Whether the settings could be read."""
    if error is None:
        there = Path(file).is_file()
        return ok("settings", file if there else f"the defaults; there is no {file}")
    return warn("settings", str(error), "correct the setting; the defaults are checked below")


def version_key(version: str) -> tuple[int, ...]:
    """The leading numbers of a version, for comparing."""
    match = re.match(r"\d+(?:\.\d+)*", version)
    parts = [int(part) for part in match.group().split(".")] if match else []
    while parts and parts[-1] == 0:
        parts.pop()
    return tuple(parts)
