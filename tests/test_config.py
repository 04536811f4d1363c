from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from cameratokeyboard.config import Settings, defaults, load_settings
from cameratokeyboard.errors import SettingsError


def load(
    toml: str | None = None,
    environment: dict[str, str] | None = None,
    folder: Path | None = None,
    **flags: object,
) -> Settings:
    file = (folder or Path("nowhere")) / "config.toml"
    if toml is not None:
        file.write_text(toml, encoding="utf-8")
    args = argparse.Namespace(config=None, **flags)
    return load_settings(args, environment=environment or {}, config_file=file)


class TestPrecedence:
    def test_without_anything_the_defaults_hold(self) -> None:
        assert load() == Settings()

    def test_the_file_beats_the_defaults(self, tmp_path: Path) -> None:
        assert load("[camera]\nfps = 15", folder=tmp_path).camera.fps == 15.0

    def test_the_environment_beats_the_file(self, tmp_path: Path) -> None:
        settings = load("[camera]\nfps = 15", {"C2K_CAMERA_FPS": "20"}, tmp_path)
        assert settings.camera.fps == 20.0

    def test_a_flag_beats_the_environment(self) -> None:
        settings = load(environment={"C2K_CAMERA_FPS": "20"}, camera__fps=25.0)
        assert settings.camera.fps == 25.0

    def test_a_flag_that_was_not_given_changes_nothing(self, tmp_path: Path) -> None:
        assert load('layout = "forerunner"', folder=tmp_path, layout=None).layout == "forerunner"


class TestBadValues:
    @pytest.mark.parametrize(
        ("toml", "parts"),
        [
            ('[camera]\nfps = "fast"', ["camera.fps", "'fast'", "number from 1 to 240"]),
            ("[camera]\nfps = 0", ["camera.fps", "0", "number from 1 to 240"]),
            ("[camera]\nfps = nan", ["camera.fps", "nan", "number from 1 to 240"]),
            ("[camera]\nwidth = 1.5", ["camera.width", "1.5", "whole number"]),
            ("[ui]\nmirror = 1", ["ui.mirror", "1", "true or false"]),
            ('[ui]\nkind = "web"', ["ui.kind", "'web'", "pygame, terminal, none"]),
            ("[camera]\nfsp = 30", ["unknown setting 'camera.fsp'", "camera.fps"]),
            ("[camera\nfps = 30", ["readable TOML"]),
        ],
    )
    def test_a_wrong_file_names_setting_value_and_what_is_allowed(
        self, toml: str, parts: list[str], tmp_path: Path
    ) -> None:
        with pytest.raises(SettingsError) as caught:
            load(toml, folder=tmp_path)
        assert all(part in str(caught.value) for part in [*parts, "config.toml"])

    def test_a_wrong_environment_value_names_the_variable(self) -> None:
        with pytest.raises(SettingsError, match=r"C2K_UI_MIRROR.*'perhaps'.*true or false"):
            load(environment={"C2K_UI_MIRROR": "perhaps"})

    def test_a_named_file_that_does_not_exist_is_an_error(self) -> None:
        with pytest.raises(SettingsError, match="expected a TOML file"):
            load_settings(argparse.Namespace(config="missing.toml"), environment={})


class TestDefaults:
    def test_every_default_passes_its_own_check(self) -> None:
        flags = {
            (name if name == "layout" else name.replace(".", "__")): value
            for name, value in defaults().items()
        }
        assert load(**flags) == Settings()
