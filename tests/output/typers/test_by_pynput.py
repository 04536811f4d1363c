from __future__ import annotations

import os
import shutil
import subprocess
import sys
import textwrap

import pytest

from cameratokeyboard.errors import OutputError
from cameratokeyboard.output.typers.by_pynput import PynputTyper

PROGRAM = """
    import os, time
    os.environ["SDL_VIDEODRIVER"] = "x11"
    import pygame
    from cameratokeyboard.output.typers.by_pynput import PynputTyper

    pygame.display.init()
    pygame.display.set_mode((320, 240))
    pygame.key.start_text_input()
    typer = PynputTyper()
    typer.open()
    for _ in range(20):
        pygame.mouse.set_pos(160, 120)
        pygame.event.pump()
        time.sleep(0.02)
    typer.write("Hi, You! ~")
    typer.tap("backspace")
    typer.tap("c", ("ctrl", "shift"))
    typer.close()
    time.sleep(0.3)
    text, keys = "", []
    for event in pygame.event.get():
        if event.type == pygame.TEXTINPUT:
            text += event.text
        elif event.type in (pygame.KEYDOWN, pygame.KEYUP):
            sign = "+" if event.type == pygame.KEYDOWN else "-"
            keys.append(sign + pygame.key.name(event.key))
    print(repr(text))
    print(" ".join(keys[-8:]))
    print(pygame.key.get_mods() & (pygame.KMOD_CTRL | pygame.KMOD_SHIFT))
"""


@pytest.mark.skipif(shutil.which("Xvfb") is None, reason="needs an X server without a screen")
class TestOnX11:
    def test_a_window_with_the_focus_gets_text_keys_and_shortcuts(self) -> None:
        pytest.importorskip("Xlib")
        read, write = os.pipe()
        server = subprocess.Popen(
            ["Xvfb", "-displayfd", str(write), "-screen", "0", "640x480x24"],
            pass_fds=[write],
            stderr=subprocess.DEVNULL,
        )
        os.close(write)
        try:
            with os.fdopen(read) as stream:
                display = ":" + stream.readline().strip()
            done = subprocess.run(
                [sys.executable, "-c", textwrap.dedent(PROGRAM)],
                env={**os.environ, "DISPLAY": display, "PYGAME_HIDE_SUPPORT_PROMPT": "1"},
                capture_output=True,
                text=True,
                timeout=60,
                check=False,
            )
        finally:
            server.terminate()
            server.wait()
        assert done.returncode == 0, done.stderr
        text, keys, held = done.stdout.splitlines()
        assert text == "'Hi, You! ~'"
        assert keys.startswith("+backspace -backspace +left ctrl +left shift +c -c")
        assert held == "0"


@pytest.mark.skipif(sys.platform != "linux", reason="about X11's DISPLAY")
class TestWithoutADisplay:
    def test_says_what_is_missing(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("DISPLAY", raising=False)
        with pytest.raises(OutputError, match="expected an X11 display"):
            PynputTyper().open()
