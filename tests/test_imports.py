from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = ("torch", "ultralytics", "boto3", "botocore", "moderngl", "anny", "scipy", "wordfreq")


def loaded_after(statement: str) -> set[str]:
    code = f"{statement}\nimport sys\nprint(*sys.modules)"
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120
    )
    return set(result.stdout.split())


class TestImports:
    @pytest.mark.parametrize("package", HEAVY)
    def test_the_running_app_does_not_import(self, package: str) -> None:
        assert package not in self.app()

    def test_the_command_line_alone_imports_no_numeric_library(self) -> None:
        loaded = loaded_after("import cameratokeyboard.cli as c; c._parser()")
        assert loaded.isdisjoint({"cv2", "onnxruntime", "pygame", *HEAVY})

    _app: set[str] | None = None

    @classmethod
    def app(cls) -> set[str]:
        if cls._app is None:
            cls._app = loaded_after(
                "import cameratokeyboard.app, cameratokeyboard.ui.window\n"
                "import cameratokeyboard.output.os_keyboard"
            )
        return cls._app
