from __future__ import annotations

from pathlib import Path

import numpy as np
import pygame
import pytest

from cameratokeyboard.datatypes import Fingers, Frame, State
from cameratokeyboard.errors import OutputError
from cameratokeyboard.ui import theme
from cameratokeyboard.ui.base import RequestKind, UIOptions, UIRequest
from cameratokeyboard.ui.window import PygameUI
from tests.ui import builders as b

ALL = UIOptions(
    size_wh=(800, 600),
    requests=frozenset(RequestKind),
    layouts=("qwerty", "forerunner"),
    keystrokes=("velocity", "peak"),
    current=((RequestKind.LAYOUT, "qwerty"),),
)


class Clock:
    """Grows by a tenth of a second at each question, so that every call may draw."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        self.now += 0.1
        return self.now


def window(options: UIOptions = ALL) -> PygameUI:
    return PygameUI(options, Clock())


def shown(ui: PygameUI, path: Path) -> np.ndarray:
    """What stands in the window, (width, height, 3)."""
    ui.closed()
    ui.save_picture(str(path / "window.png"))
    picture = pygame.image.load(str(path / "window.png"))
    return pygame.surfarray.array3d(picture).astype(int)


def key(code: int, mod: int = 0) -> None:
    pygame.event.post(pygame.event.Event(pygame.KEYDOWN, key=code, mod=mod, unicode=""))


def click(ui: PygameUI, place: tuple[int, int]) -> None:
    """Move, press and let go, with the turns of the loop that pygame-gui needs between."""
    moved = {"pos": place, "rel": (1, 1), "buttons": (0, 0, 0)}
    button = {"pos": place, "button": 1}
    pygame.mouse.set_pos(place)
    for kind, what in (
        (pygame.MOUSEMOTION, moved),
        (pygame.MOUSEBUTTONDOWN, button),
        (pygame.MOUSEBUTTONUP, button),
    ):
        pygame.event.post(pygame.event.Event(kind, **what))
        ui.closed()
    for _ in range(3):  # elements tell each other by events of their own
        ui.closed()


class TestPicture:
    def test_the_frame_is_in_the_window(self, tmp_path: Path) -> None:
        with window() as ui:
            ui.update_data(b.data(mat=None, fingers=Fingers.none(1.0)))
            pixels = shown(ui, tmp_path)
        assert pixels[400, 250].tolist() == [90, 90, 90]

    def test_colours_are_not_swapped(self, tmp_path: Path) -> None:
        red = np.zeros((480, 640, 3), np.uint8)
        red[:, :, 2] = 200
        with window() as ui:
            ui.update_data(b.data(frame=Frame(red, 0.0, 0), mat=None, fingers=Fingers.none(0.0)))
            pixels = shown(ui, tmp_path)
        assert pixels[400, 250].tolist() == [200, 0, 0]

    @pytest.mark.parametrize("size", [(1, 1), (3840, 2160), (480, 640), (33, 17)])
    def test_odd_sizes_are_shown(self, size: tuple[int, int], tmp_path: Path) -> None:
        image = np.full((size[1], size[0], 3), 120, np.uint8)
        with window() as ui:
            ui.update_data(b.data(frame=Frame(image, 0.0, 0), mat=None, fingers=Fingers.none(0.0)))
            pixels = shown(ui, tmp_path)
        assert pixels[400, 250].tolist() == [120, 120, 120]

    def test_mirror_swaps_the_display_only(self, tmp_path: Path) -> None:
        image = np.zeros((480, 640, 3), np.uint8)
        image[:, :320] = 200
        frame = Frame(image, 0.0, 0)
        with window() as ui:
            ui.update_data(b.data(frame=frame, mat=None, fingers=Fingers.none(0.0)))
            before = shown(ui, tmp_path)
            key(pygame.K_m)
            ui.closed()
            after = shown(ui, tmp_path)
            assert ui.requests() == []
        assert before[300, 200, 0] == 200
        assert after[300, 200, 0] == 0
        assert after[500, 200, 0] == 200

    def test_a_lost_camera_darkens_the_last_picture(self, tmp_path: Path) -> None:
        with window() as ui:
            ui.update_data(b.data(mat=None, fingers=Fingers.none(1.0)))
            live = shown(ui, tmp_path)[400, 250].sum()
            ui.update_message("camera 0 is lost")
            lost = shown(ui, tmp_path)[400, 250].sum()
            ui.update_message("")
            back = shown(ui, tmp_path)[400, 250].sum()
        assert lost < live / 2
        assert back == live

    def test_recording_shows_red(self, tmp_path: Path) -> None:
        def reds(recording: bool) -> int:
            with window() as ui:
                ui.update_data(b.data(recording=recording))
                pixels = shown(ui, tmp_path)
            return int((np.abs(pixels - theme.RECORD).sum(axis=-1) < 30).sum())

        assert reds(False) == 0
        assert reds(True) > 500

    def test_nothing_is_claimed_before_the_first_picture(self, tmp_path: Path) -> None:
        with window() as ui:
            pixels = shown(ui, tmp_path)
        green = np.abs(pixels - theme.GOOD).sum(axis=-1) < 30
        assert not green[:, :400].any()


class TestStatus:
    @pytest.mark.parametrize(
        ("changes", "colour"),
        [
            ({"state": State.VALID}, theme.GOOD),
            ({"state": State.MISSING_MARKERS, "mat": None}, theme.WARN),
            ({"state": State.MISSING_FINGERS}, theme.WARN),
            ({"state": State.VALID, "paused": True}, theme.WARN),
            ({"state": State.INITIALIZING, "mat": None}, theme.MUTED),
        ],
    )
    def test_the_dot_has_the_colour_of_the_state(
        self, changes: dict, colour: theme.Colour, tmp_path: Path
    ) -> None:
        with window() as ui:
            ui.update_data(b.data(**changes))
            pixels = shown(ui, tmp_path)
        assert pixels[22, 22].tolist() == list(colour)

    def test_a_message_stands_over_the_picture(self, tmp_path: Path) -> None:
        with window() as ui:
            ui.update_data(b.data())
            without = shown(ui, tmp_path)
            ui.update_data(b.data(message="recording to clip-001.mp4 " * 20))
            with_it = shown(ui, tmp_path)
        assert (without != with_it).any()


class TestControls:
    @pytest.mark.parametrize(
        ("code", "wanted"),
        [
            (pygame.K_p, UIRequest(RequestKind.PAUSE, True)),
            (pygame.K_l, UIRequest(RequestKind.CLEAR, True)),
            (pygame.K_t, UIRequest(RequestKind.TYPE_INTO_OS, True)),
            (pygame.K_r, UIRequest(RequestKind.RECORD, True)),
        ],
    )
    def test_keys_ask_for_things_once(self, code: int, wanted: UIRequest) -> None:
        with window() as ui:
            ui.update_data(b.data())
            ui.closed()
            key(code)
            ui.closed()
            assert ui.requests() == [wanted]
            assert ui.requests() == []

    def test_what_is_on_is_asked_to_go_off(self) -> None:
        with window() as ui:
            ui.update_data(b.data(paused=True, recording=True, typing=True))
            ui.closed()
            for code in (pygame.K_p, pygame.K_r, pygame.K_t):
                key(code)
            ui.closed()
            assert [request.value for request in ui.requests()] == [False, False, False]

    def test_only_controls_that_somebody_listens_to_are_there(self) -> None:
        with window(UIOptions(size_wh=(800, 600))) as ui:
            for code in (pygame.K_p, pygame.K_r, pygame.K_s, pygame.K_t):
                key(code)
            ui.closed()
            assert ui.requests() == []

    def test_the_first_button_pauses(self) -> None:
        with window() as ui:
            ui.update_data(b.data())
            ui.closed()
            click(ui, (50, 575))
            assert ui.requests() == [UIRequest(RequestKind.PAUSE, True)]

    def test_buttons_follow_the_windows_size(self) -> None:
        with window() as ui:
            pygame.display.set_mode((1000, 700), pygame.RESIZABLE)
            size = {"size": (1000, 700), "w": 1000, "h": 700}
            pygame.event.post(pygame.event.Event(pygame.VIDEORESIZE, **size))
            ui.closed()
            click(ui, (50, 675))
            assert ui.requests() == [UIRequest(RequestKind.PAUSE, True)]

    @pytest.mark.parametrize("code", [pygame.K_q])
    def test_quit_closes(self, code: int) -> None:
        with window() as ui:
            assert not ui.closed()
            key(code)
            assert ui.closed()

    def test_the_windows_own_cross_closes(self) -> None:
        with window() as ui:
            pygame.event.post(pygame.event.Event(pygame.QUIT))
            assert ui.closed()

    def test_shortcuts_of_the_system_are_left_alone(self) -> None:
        with window() as ui:
            key(pygame.K_q, pygame.KMOD_LALT)
            key(pygame.K_p, pygame.KMOD_LMETA)
            assert not ui.closed()
            assert ui.requests() == []

    def test_copy_puts_the_text_onto_the_clipboard(self) -> None:
        with window() as ui:
            ui.update_text("grüße")
            key(pygame.K_c)
            ui.closed()
            assert pygame.scrap.get_text() == "grüße"


class TestSettingsPanel:
    def test_opens_and_closes_by_its_key(self, tmp_path: Path) -> None:
        with window() as ui:
            ui.update_data(b.data())
            before = shown(ui, tmp_path)
            key(pygame.K_s)
            ui.closed()
            opened = shown(ui, tmp_path)
            key(pygame.K_ESCAPE)
            ui.closed()
            closed = shown(ui, tmp_path)
        changed = (before != opened).any(axis=-1).sum()
        assert changed > 20_000
        assert (before == closed).all()

    def test_a_choice_is_asked_for(self) -> None:
        with window() as ui:
            ui.update_data(b.data())
            key(pygame.K_s)
            ui.closed()
            click(ui, (400, 196))  # the menu of layouts
            click(ui, (400, 242))  # its second entry
            assert ui.requests() == [UIRequest(RequestKind.LAYOUT, "forerunner")]


class TestText:
    def test_long_and_strange_texts_are_shown(self, tmp_path: Path) -> None:
        with window() as ui:
            empty = shown(ui, tmp_path)
            ui.update_text("words " * 500 + "\x00\ud800\U0001f600")
            full = shown(ui, tmp_path)
        assert (empty != full).any()


class TestOpening:
    def test_without_a_display_says_what_to_do(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("SDL_VIDEODRIVER", "no-such-driver")
        with pytest.raises(OutputError, match="use --ui terminal"):
            window().__enter__()

    def test_can_be_opened_again(self) -> None:
        ui = window()
        for _ in range(2):
            with ui:
                ui.update_data(b.data())
                assert not ui.closed()
        assert ui.closed()

    def test_a_window_without_size_gets_the_smallest(self) -> None:
        with window(UIOptions(size_wh=(1, 1))):
            assert pygame.display.get_surface().get_size() == (640, 480)
