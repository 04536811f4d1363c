from __future__ import annotations

import pytest

from cameratokeyboard.capture.context import ContextSource
from cameratokeyboard.errors import SourceError


class Noted(ContextSource):
    def __init__(self, fails: bool = False) -> None:
        self.calls: list[str] = []
        self._fails = fails

    def _open(self) -> None:
        self.calls.append("open")
        if self._fails:
            raise SourceError("missing")

    def _close(self) -> None:
        self.calls.append("close")


class TestContextSource:
    def test_opens_and_closes_with_the_block_and_again(self) -> None:
        source = Noted()

        with source as entered:
            assert entered is source
            assert source.calls == ["open"]
        with source:
            pass

        assert source.calls == ["open", "close", "open", "close"]

    def test_an_error_in_the_block_closes_it_and_goes_on(self) -> None:
        source = Noted()

        with pytest.raises(ValueError, match="of the block"), source:
            raise ValueError("of the block")

        assert source.calls == ["open", "close"]

    def test_what_did_not_open_is_not_closed(self) -> None:
        source = Noted(fails=True)

        with pytest.raises(SourceError, match="missing"), source:
            pytest.fail("entered")

        assert source.calls == ["open"]

    def test_there_is_nothing_to_wait_for(self) -> None:
        assert Noted().status == ""
