"""From the name of a user interface to one; a window's library is imported only when asked for."""

from __future__ import annotations

from cameratokeyboard.errors import SettingsError
from cameratokeyboard.ui.base import UI, UIOptions
from cameratokeyboard.ui.none import NoUI
from cameratokeyboard.ui.terminal import TerminalUI

UI_KINDS = ("pygame", "terminal", "none")


def make_ui(kind: str, options: UIOptions | None = None) -> UI:
    """The user interface of this name, not yet entered.

    Raises SettingsError for another name.
    """
    if kind == "none":
        return NoUI()
    if kind == "terminal":
        return TerminalUI()
    if kind == "pygame":
        from cameratokeyboard.ui.window import PygameUI

        return PygameUI(options or UIOptions())
    raise SettingsError(f"ui.kind = '{kind}': expected one of {', '.join(UI_KINDS)}")
