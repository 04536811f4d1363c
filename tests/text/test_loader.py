from __future__ import annotations

import time

import pytest

from cameratokeyboard.errors import SettingsError
from cameratokeyboard.text.loader import LanguageLoader

pytest.importorskip("wordfreq")


class TestLanguageLoader:
    def test_an_unknown_language_is_refused_at_the_start(self) -> None:
        with pytest.raises(SettingsError, match="'xx'"):
            LanguageLoader("xx").start()

    def test_one_that_waits_has_a_decoder_at_once(self) -> None:
        loader = LanguageLoader("en", wait=True)
        loader.start()
        assert loader.decoder() is not None

    def test_one_that_does_not_wait_has_none_until_it_is_loaded(self) -> None:
        loader = LanguageLoader("en")
        assert loader.decoder() is None
        loader.start()
        deadline = time.monotonic() + 60
        while loader.decoder() is None and time.monotonic() < deadline:
            time.sleep(0.05)
        assert loader.decoder() is not None
