from __future__ import annotations

import pytest

from cameratokeyboard.text.observation import Observation, Seen
from cameratokeyboard.text.protection import protect


def typed(text: str, own: float = 0.95) -> list[Seen]:
    """Presses that wrote this text; "\b" is a backspace."""
    return [
        Seen(
            0.2 * n,
            c,
            0.99,
            own,
            Observation({c: 1.0}, 0.99, typed="" if c == "\b" else c, erases=float(c == "\b")),
        )
        for n, c in enumerate(text)
    ]


class TestProtect:
    @pytest.mark.parametrize(
        "token",
        ["12", "4th", "h2o", "a@b", "c:/x", "www.ab", "in.txt", "f(x", "snake_case", "win95"],
    )
    def test_numbers_addresses_and_codes_stay(self, token: str) -> None:
        fixed, digits = protect(typed(token))
        assert fixed == set(range(len(token)))
        assert not digits

    @pytest.mark.parametrize("token", ["8villages", "6days,then", "bornin1958and"])
    def test_digits_among_words_stay_and_the_words_may_be_corrected(self, token: str) -> None:
        fixed, digits = protect(typed(token))
        assert not fixed
        assert "".join(token[n] for n in sorted(digits)) == "".join(filter(str.isdigit, token))

    @pytest.mark.parametrize("token", ["mp3player", "covid19", "catch22", "area51,"])
    def test_names_with_digits_stay(self, token: str) -> None:
        assert protect(typed(token))[1] == set()

    @pytest.mark.parametrize("token", ["word", "don't", "end.", "so.then", "well-known", "th?n"])
    def test_words_may_be_corrected(self, token: str) -> None:
        assert protect(typed(token)) == (set(), set())

    @pytest.mark.parametrize(("token", "own"), [("12", 0.6), ("wor3d", 0.8), ("a@b", 0.7)])
    def test_what_is_not_sure_may_be_corrected(self, token: str, own: float) -> None:
        assert protect(typed(token, own)) == (set(), set())

    def test_a_word_behind_digits_may_get_its_space(self) -> None:
        assert protect(typed("8houses")) == (set(), {0})

    def test_the_spaces_beside_a_number_stay(self) -> None:
        assert protect(typed("at 10 or"))[0] == {2, 3, 4, 5}

    def test_what_was_taken_back_does_not_count(self) -> None:
        assert protect(typed("7\bword")) == (set(), set())
