from __future__ import annotations

from pathlib import Path

import pytest

from cameratokeyboard.cli import main
from cameratokeyboard.errors import OutputError, SimulationError
from cameratokeyboard.synthetic.datatypes import TruthEvent
from cameratokeyboard.synthetic.realism import realism_rows, simulate_people
from cameratokeyboard.synthetic.realism_measures import Measures, measure
from cameratokeyboard.synthetic.realism_page import page, table, write_page
from cameratokeyboard.synthetic.realism_rows import Row, rows_of_measures
from tests.synthetic.typing_builders import performed, qwerty


def row(published: tuple[float, ...], simulated: tuple[float, ...], **more: float) -> Row:
    return Row("name", "source", "ms", published, simulated, **more)  # type: ignore[arg-type]


class TestRow:
    @pytest.mark.parametrize(
        ("published", "simulated", "agrees"),
        [
            ((100.0,), (124.0,), True),
            ((100.0,), (126.0,), False),
            ((100.0,), (79.0,), False),
            ((100.0, 10.0), (100.0, 20.0), False),
            ((0.0,), (0.1,), False),
        ],
    )
    def test_agreement_is_a_ratio(
        self, published: tuple[float, ...], simulated: tuple[float, ...], agrees: bool
    ) -> None:
        assert row(published, simulated, tolerance=1.25).agrees is agrees

    def test_small_differences_are_let_pass(self) -> None:
        assert row((0.0,), (1.0,), slack=2.0).agrees


class TestMeasure:
    def test_steps_and_holds_are_those_of_the_events(self) -> None:
        performance = performed()
        letters = [e for e in performance.events if "shift" not in e.key]
        measures = measure([(performance, {})], qwerty())
        assert len(measures.holds_s) == len(letters)
        assert measures.steps[0][0] == pytest.approx(letters[1].t_down - letters[0].t_down)
        assert len(measures.modifier_holds_s) == len(performance.events) - len(letters)

    def test_landing_is_measured_from_the_middle_of_the_key_aimed_at(self) -> None:
        performance = performed()
        event: TruthEvent = next(e for e in performance.events if e.key == "q")
        measures = measure([(performance, {event.t_down: "q"})], qwerty())
        assert len(measures.offsets) == 1
        assert measures.inside == [True]
        assert max(abs(v) for v in measures.offsets[0]) <= 0.5

    def test_nothing_measured_gives_no_rows(self) -> None:
        measures = Measures(steps=[(0.2, "space", False, 0.1, -0.1, 50.0)])
        assert [r.name for r in rows_of_measures(measures)] == [
            "Interval: percentiles 5/25/50/75/95",
            "Intervals under 67 ms, 100 ms",
        ]


class TestRealismRows:
    def test_core_rows_of_a_small_sample_lie_near_the_published_figures(self) -> None:
        rows = realism_rows(qwerty(), people=5, seconds=25, seed=1)
        found = {r.name: r for r in rows}
        median = found["Interval: percentiles 5/25/50/75/95"].simulated[2]
        assert 110 < median < 260
        contact = found["Contact: percentiles 5/25/50/75/95"].simulated[2]
        assert 61 < contact < 137
        assert found["Scatter on the key: across, along"].simulated[0] == pytest.approx(
            0.3, abs=0.07
        )
        shared = found["Velocity shared with adjacent fingers"].simulated[0]
        others = found["Velocity shared with other fingers"].simulated[0]
        assert shared > others > 0.1

    def test_no_people_are_refused(self) -> None:
        with pytest.raises(SimulationError, match="at least one person"):
            list(simulate_people(qwerty(), 0, 10, 0))


class TestPage:
    def test_table_has_both_columns_and_the_verdict(self) -> None:
        text = table([row((100.0, 5.5), (101.0, 0.25))])
        assert text.splitlines()[2] == "| name | ms | 100 / 5.5 | 101 / 0.25 | **no** | source |"

    def test_rows_that_differ_are_named_in_the_notes(self) -> None:
        text = page([row((1.0,), (9.0,))], 3, 20, 0, "qwerty")
        assert "- name (differs)" in text
        assert "0 of 1 rows agree" in text

    def test_a_folder_that_is_not_there_is_an_output_error(self, tmp_path: Path) -> None:
        with pytest.raises(OutputError, match="can be written"):
            write_page("text", tmp_path / "missing" / "page.md")


class TestCommand:
    def test_prints_the_table_and_writes_the_page(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        target = tmp_path / "realism.md"
        code = main(["realism", "--people", "1", "--seconds", "8", "-o", str(target)])
        assert code == 0
        assert "| Figure | Unit | Published | Simulated |" in capsys.readouterr().out
        assert target.read_text(encoding="utf-8").startswith("# Realism of the simulated typist")

    def test_no_people_fail_with_one_line(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["realism", "--people", "0"]) == 1
        assert len(capsys.readouterr().err.strip().splitlines()) == 1
