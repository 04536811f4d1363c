from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from cameratokeyboard import config, userfiles
from cameratokeyboard.config import load_settings
from cameratokeyboard.errors import SettingsError
from cameratokeyboard.tuning.profile import forget_profile, save_profile
from cameratokeyboard.userfiles import profile_file


@pytest.fixture
def data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(userfiles, "user_data_folder", lambda: tmp_path)
    return tmp_path


def load(**flags: object) -> config.Settings:
    return load_settings(
        argparse.Namespace(config=None, **flags), environment={}, config_file=Path("nowhere")
    )


class TestProfile:
    def test_what_was_fitted_holds_for_its_user_only(self, data_folder: Path) -> None:
        save_profile(profile_file("ann"), 0.7)
        assert load(keystroke__user="ann").keystroke.sensitivity == 0.7
        assert load(keystroke__user="bob").keystroke.sensitivity == 0.5
        assert load().keystroke.sensitivity == 0.5

    def test_a_flag_overrules_what_was_fitted(self, data_folder: Path) -> None:
        save_profile(profile_file("ann"), 0.7)
        settings = load(keystroke__user="ann", keystroke__sensitivity=0.3)
        assert settings.keystroke.sensitivity == 0.3

    def test_forgetting_makes_it_as_before(self, data_folder: Path) -> None:
        save_profile(profile_file("ann"), 0.7)
        assert forget_profile(profile_file("ann"))
        assert not forget_profile(profile_file("ann"))
        assert load(keystroke__user="ann").keystroke.sensitivity == 0.5

    @pytest.mark.parametrize("user", ["../ann", "a/b", ".hidden", "x" * 65])
    def test_a_name_that_is_a_path_is_refused(self, data_folder: Path, user: str) -> None:
        with pytest.raises(SettingsError, match="user"):
            load(keystroke__user=user)

    def test_a_folder_that_cannot_be_made_is_one_clear_line(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("")
        with pytest.raises(SettingsError, match="could not be saved"):
            save_profile(tmp_path / "file" / "ann.toml", 0.5)
