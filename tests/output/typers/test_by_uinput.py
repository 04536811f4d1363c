from __future__ import annotations

import logging

import pytest

from cameratokeyboard.output.typers.by_uinput import UinputTyper, key_codes

evdev = pytest.importorskip("evdev", reason="the kernel's input devices are Linux only")


class FakeDevice:
    """Remembers keys going down and up; ``fail_at`` breaks the nth write."""

    def __init__(self, fail_at: int = -1) -> None:
        self.events: list[str] = []
        self.fail_at = fail_at
        self.writes = 0
        self.closed = False

    def write(self, kind: int, code: int, value: int) -> None:
        self.writes += 1
        if self.writes == self.fail_at:
            raise OSError("device is gone")
        name = evdev.ecodes.KEY[code]
        name = name if isinstance(name, str) else name[0]
        self.events.append(("+" if value else "-") + name.removeprefix("KEY_"))

    def syn(self) -> None:
        pass

    def close(self) -> None:
        self.closed = True

    def down(self) -> set[str]:
        held: set[str] = set()
        for event in self.events:
            (held.add if event[0] == "+" else held.discard)(event[1:])
        return held


def opened(device: FakeDevice) -> UinputTyper:
    typer = UinputTyper(device)
    typer.open()
    return typer


class TestKeyCodes:
    @pytest.mark.parametrize(
        ("character", "codes"),
        [
            ("a", ("KEY_A",)),
            ("A", ("KEY_LEFTSHIFT", "KEY_A")),
            ("!", ("KEY_LEFTSHIFT", "KEY_1")),
            ("?", ("KEY_LEFTSHIFT", "KEY_SLASH")),
            ('"', ("KEY_LEFTSHIFT", "KEY_APOSTROPHE")),
            ("|", ("KEY_LEFTSHIFT", "KEY_BACKSLASH")),
            (" ", ("KEY_SPACE",)),
            ("ä", None),
            ("\u212a", None),
        ],
    )
    def test_are_those_of_a_us_keyboard(
        self, character: str, codes: tuple[str, ...] | None
    ) -> None:
        assert key_codes(character) == codes

    def test_every_printable_ascii_character_has_some(self) -> None:
        assert all(key_codes(chr(code)) for code in range(32, 127))


class TestUinputTyper:
    def test_text_is_pressed_and_let_go_key_by_key(self) -> None:
        device = FakeDevice()
        opened(device).write("aB")
        assert device.events == ["+A", "-A", "+LEFTSHIFT", "+B", "-B", "-LEFTSHIFT"]

    def test_shortcuts_hold_their_modifiers(self) -> None:
        device = FakeDevice()
        opened(device).tap("c", ("ctrl", "shift"))
        assert device.events == ["+LEFTCTRL", "+LEFTSHIFT", "+C", "-C", "-LEFTSHIFT", "-LEFTCTRL"]

    def test_what_a_us_keyboard_lacks_is_left_out_with_one_warning(
        self, caplog: pytest.LogCaptureFixture
    ) -> None:
        device = FakeDevice()
        with caplog.at_level(logging.WARNING):
            opened(device).write("aääb")
        assert device.events == ["+A", "-A", "+B", "-B"]
        assert len(caplog.records) == 1

    def test_no_key_stays_down_when_pressing_fails(self) -> None:
        device = FakeDevice(fail_at=3)
        typer = opened(device)
        with pytest.raises(OSError, match="gone"):
            typer.tap("c", ("ctrl", "shift"))
        assert device.down() == set()

    def test_closing_gives_the_device_back(self) -> None:
        device = FakeDevice()
        opened(device).close()
        assert device.closed
