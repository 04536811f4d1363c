from __future__ import annotations

import os
from collections.abc import Iterator

os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")

import pygame
import pytest


@pytest.fixture(autouse=True)
def pygame_starts_fresh(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No window is seen, and nothing of pygame's global state is left to the next test."""
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    yield
    pygame.quit()


@pytest.fixture
def fonts() -> Iterator[None]:
    """For what draws without a window."""
    pygame.font.init()
    yield
    pygame.font.quit()
