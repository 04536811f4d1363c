"""The benchmark's conditions: what changes, and what stays the same person."""

from __future__ import annotations

import numpy as np
import pytest

from cameratokeyboard.benchmark.cases import REST_S, Job, all_cases, session_of
from cameratokeyboard.benchmark.plan import jobs_for
from cameratokeyboard.keyboard.layout import load_layout
from cameratokeyboard.training.trajectories import (
    BENCHMARK_SEED,
    TRAIN_SEED,
    VALIDATION_SEED,
)

LAYOUT = load_layout("qwerty")


class TestSessions:
    def test_same_job_is_the_same_session(self):
        first, second = (session_of(Job("40 WPM", 1), LAYOUT) for _ in range(2))
        assert first.performance.text == second.performance.text
        assert np.array_equal(first.boxes.xyxy, second.boxes.xyxy, equal_nan=True)

    def test_a_person_stays_the_same_under_every_condition(self):
        plain, noisy = (session_of(Job(case, 2), LAYOUT) for case in ("40 WPM", "noise x2"))
        assert plain.person == noisy.person
        assert plain.performance.text == noisy.performance.text
        assert noisy.noise.jitter_px == 2 * plain.noise.jitter_px

    @pytest.mark.parametrize(("case", "fps"), [("15 fps", 15.0), ("60 fps", 60.0), ("40 WPM", 30)])
    def test_frame_rate_is_that_of_the_condition(self, case: str, fps: float):
        times = session_of(Job(case, 0), LAYOUT).boxes.t_s
        assert np.median(np.diff(times)) == pytest.approx(1 / fps)

    def test_resting_person_types_nothing_for_a_minute(self):
        session = session_of(Job("rest", 0), LAYOUT)
        assert session.performance.events[0].t_down >= REST_S
        assert session.boxes.t_s[-1] > REST_S


class TestPlan:
    def test_full_plan_has_everyone_at_every_speed_and_at_rest(self):
        jobs = jobs_for(20, quick=False)
        for case in ("20 WPM", "40 WPM", "60 WPM", "80 WPM", "rest"):
            assert sum(job.case == case for job in jobs) == 20
        assert {job.case for job in jobs} == set(all_cases())

    def test_quick_plan_is_small(self):
        assert len(jobs_for(3, quick=True)) == 6

    def test_people_of_the_three_sets_cannot_meet(self):
        assert TRAIN_SEED + 1_000_000 < VALIDATION_SEED
        assert VALIDATION_SEED + 1_000_000 < BENCHMARK_SEED
