from __future__ import annotations

import pytest

from cameratokeyboard.errors import SettingsError
from cameratokeyboard.ui.factory import UI_KINDS, make_ui


class TestMakeUI:
    @pytest.mark.parametrize("kind", UI_KINDS)
    def test_every_kind_opens_shows_and_closes(self, kind: str) -> None:
        with make_ui(kind) as ui:
            ui.update_text("text")
            ui.update_message("message")
            assert not ui.closed()
            assert ui.requests() == []

    def test_another_name_is_refused(self) -> None:
        with pytest.raises(SettingsError, match="expected one of pygame, terminal, none"):
            make_ui("web")
