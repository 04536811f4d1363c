"""Distances between texts, on cases counted by hand."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cameratokeyboard.scoring.text import character_error_rate


class TestCharacterErrorRate:
    def test_errors_are_counted_per_true_character(self):
        assert character_error_rate("hello", "helo") == pytest.approx(0.2)

    @pytest.mark.parametrize(
        ("truth", "text", "errors"),
        [
            ("kitten", "sitting", 3),
            ("flaw", "lawn", 2),
            ("the cat", "teh cat", 2),
            ("aaaa", "aa", 2),
            ("über", "uber", 1),
        ],
    )
    def test_errors_are_insertions_deletions_and_replacements(
        self, truth: str, text: str, errors: int
    ):
        assert character_error_rate(truth, text) == pytest.approx(errors / len(truth))

    @settings(max_examples=60, deadline=None)
    @given(st.text("abc", min_size=1, max_size=8), st.text("abc", max_size=8))
    def test_errors_are_as_few_as_by_the_recursive_definition(self, truth: str, text: str):
        rate = character_error_rate(truth, text)
        assert rate == pytest.approx(by_definition(truth, text) / len(truth))

    def test_nothing_recognised_is_all_wrong(self):
        assert character_error_rate("hello", "") == 1.0

    def test_text_where_there_was_none_is_an_error(self):
        assert character_error_rate("", "xy") == 2.0
        assert character_error_rate("", "") == 0.0


def by_definition(a: str, b: str) -> int:
    if not a or not b:
        return len(a) + len(b)
    if a[0] == b[0]:
        return by_definition(a[1:], b[1:])
    return 1 + min(by_definition(a[1:], b), by_definition(a, b[1:]), by_definition(a[1:], b[1:]))
