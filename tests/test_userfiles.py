from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from cameratokeyboard import userfiles
from cameratokeyboard.errors import SettingsError
from cameratokeyboard.userfiles import bias_file, profile_file


@pytest.fixture(params=[bias_file, profile_file])
def place(request: pytest.FixtureRequest) -> Callable[[str], Path]:
    made: Callable[[str], Path] = request.param
    return made


class TestFilesOfAUser:
    @pytest.mark.parametrize("user", ["ann", "Ann-2", "_a.b", "-", "é", "x" * 64])
    def test_every_user_has_an_own_file_in_the_data_folder(
        self,
        place: Callable[[str], Path],
        user: str,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr(userfiles, "user_data_folder", lambda: tmp_path)

        assert place(user).stem == user
        assert place(user).parent.parent == tmp_path
        assert place(user) != place("ben")

    @pytest.mark.parametrize(
        "user", ["", "a/b", "a\\b", "../x", ".hidden", "..", "a b", "a\n", "x" * 65]
    )
    def test_names_that_are_no_file_names_are_refused(
        self, place: Callable[[str], Path], user: str
    ) -> None:
        with pytest.raises(SettingsError, match=r"keystroke\.user"):
            place(user)

    def test_the_two_are_not_mixed_up(self) -> None:
        assert bias_file("ann").parent != profile_file("ann").parent
        assert bias_file("ann").suffix == ".json"
        assert profile_file("ann").suffix == ".toml"
