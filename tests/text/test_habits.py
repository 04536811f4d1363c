from __future__ import annotations

from cameratokeyboard.text.habits import Habits


class TestHabits:
    def test_sentences_are_expected_to_begin_as_they_did(self) -> None:
        habits = Habits()
        before = habits.at_start
        for _ in range(5):
            habits.note_start(False)
        assert habits.at_start < before

    def test_misses_are_as_many_as_usual_before_any_was_seen(self) -> None:
        assert Habits().missed == 1.0

    def test_who_needs_many_letters_restored_misses_more(self) -> None:
        habits = Habits()
        for _ in range(5):
            habits.note_correction("te cat st on", "the cat sat on")
        assert habits.missed > 2

    def test_who_needs_none_misses_fewer_but_some(self) -> None:
        habits = Habits()
        for _ in range(500):
            habits.note_correction("the cat sat", "the cat sat")
        assert 0 < habits.missed < 0.5

    def test_other_edits_are_no_misses(self) -> None:
        habits = Habits()
        habits.note_correction("thw catt", "the cat")
        assert habits.missed < 1.0
