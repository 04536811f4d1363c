"""Loads a language in the background, so that nobody waits for it to begin typing."""

from __future__ import annotations

import threading

from cameratokeyboard.text.beam import WordDecoder
from cameratokeyboard.text.language import check_language, load_language


class LanguageLoader:
    """Gives a decoder once its language is loaded.

    language: its code. wait: let ``decoder`` wait for the loading, instead of returning None.
    """

    def __init__(self, language: str, *, wait: bool = False) -> None:
        self._language = language
        self._wait = wait
        self._decoder: WordDecoder | None = None
        self._error: Exception | None = None
        self._thread = threading.Thread(target=self._load, name="c2k-language", daemon=True)

    def start(self) -> None:
        """Begin to load. Raises MissingExtraError or SettingsError when there is nothing to."""
        check_language(self._language)
        self._thread.start()

    def decoder(self) -> WordDecoder | None:
        """The decoder, or None while it is loading.

        Raises what loading raised.
        """
        if self._wait:
            self._thread.join()
        if self._error is not None:
            raise self._error
        return self._decoder

    def _load(self) -> None:
        try:
            self._decoder = WordDecoder(load_language(self._language))
        except Exception as error:
            self._error = error
